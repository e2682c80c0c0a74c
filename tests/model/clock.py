"""The time of a world."""

from __future__ import annotations

from datetime import UTC, datetime

T0 = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """Stands, until the world moves it."""

    def __init__(self) -> None:
        self.at = T0

    def now(self) -> datetime:
        return self.at
