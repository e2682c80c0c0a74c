"""Time as an argument."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. Everything that needs it takes one of these."""

    def now(self) -> datetime:
        """The current time, in UTC."""
        ...


class SystemClock:
    """The machine's clock, to the millisecond: rows keep no more, and what is read back must be the same."""

    def now(self) -> datetime:
        """The current time, in UTC."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


def to_iso(moment: datetime) -> str:
    """``moment`` as RFC 3339 with milliseconds and ``Z``; sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """The inverse of :func:`to_iso`.

    Raises:
        ValueError: ``text`` is not RFC 3339.
    """
    return datetime.fromisoformat(text)
