"""Asks for the status of many pictures without asking much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cli.client import Client
from cli.outcome import Outcome, Result, Way, outcome_of
from cli.pictures import Picture
from cli.responses import ImageStatus
from lumenstock.kernel.errors import TooManyRequestsError


@dataclass(slots=True)
class Sent:
    """A picture that the store has. Times are of a monotonic clock, in seconds.

    ``is_known``: it was there before this call came to it.
    """

    picture: Picture
    image_id: str
    started_s: float
    received_s: float
    way: Way = field(default_factory=Way)
    is_known: bool = False
    etag: str | None = None


class Watch:
    """Pictures that are being processed.

    They end about in the order in which they were sent. So each look asks from the oldest on until one
    is not ready, and from one further place on, which wanders: a picture that hangs hides no other.
    That is two idle calls a look, however many wait.
    """

    def __init__(self, client: Client, *, patience_s: float) -> None:
        """Give a picture up as still processing after ``patience_s``."""
        self._client = client
        self._patience_s = patience_s
        self._waiting: list[Sent] = []
        self._wandering = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, sent: Sent) -> None:
        """Watch one more picture."""
        self._waiting.append(sent)

    def look(self, now_s: float) -> Iterator[Result]:
        """Results of the pictures that have ended since the last look."""
        yield from self._ready_from(0, now_s)
        self._wandering = (self._wandering + 1) % max(1, len(self._waiting))
        if self._wandering:
            yield from self._ready_from(self._wandering, now_s)

    def _ready_from(self, place: int, now_s: float) -> Iterator[Result]:
        while place < len(self._waiting):
            result = self._ask(self._waiting[place], now_s)
            if result is None:
                return
            del self._waiting[place]
            yield result

    def _ask(self, sent: Sent, now_s: float) -> Result | None:
        status = self._status(sent)
        outcome = outcome_of(status) if status else None
        if outcome is None and now_s - sent.received_s > self._patience_s:
            outcome = Outcome.PROCESSING
        if outcome is None:
            return None
        return Result(
            sent.picture,
            Outcome.ALREADY_THERE if sent.is_known and outcome.good else outcome,
            now_s - sent.started_s,
            sent.image_id,
            tuple(status.reasons) if status else (),
            sent.way,
        )

    def _status(self, sent: Sent) -> ImageStatus | None:
        """Where it stands; None when that is what it was, or when too many ask: the bytes are there."""
        try:
            status, sent.etag = self._client.status(sent.image_id, sent.etag)
        except TooManyRequestsError:
            return None
        return status
