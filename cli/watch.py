"""Asks for the status of many pictures without asking much."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cli.client import Client
from cli.outcome import Outcome, Result, Way, outcome_of
from cli.pictures import Picture
from cli.responses import ImageStatus
from lumenstock.ingest.awaiting import MAX_WAIT_S
from lumenstock.kernel.errors import TooManyRequestsError

# One of several is waited for only as long as the end of another may go unseen.
_MOST_WAIT_S = 2


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
    That is two idle calls a look, however many wait. Who has nothing else to do lets the server wait for
    news of the oldest: one call then stands for up to 40.
    """

    def __init__(
        self, client: Client, *, patience_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Give a picture up as still processing after ``patience_s`` of ``clock``."""
        self._client = client
        self._clock = clock
        self._patience_s = patience_s
        self._waiting: list[Sent] = []
        self._wandering = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, sent: Sent) -> None:
        """Watch one more picture."""
        self._waiting.append(sent)

    def look(self, *, idle: bool = False) -> Iterator[Result]:
        """Results of the pictures that have ended since the last look.

        ``idle``: there is nothing else to do, so it may take a while: until there is news of the oldest,
        2 s while others wait as well, and 20 s for a last one. A server that does not wait is not needed to.
        """
        yield from self._ready_from(0, idle=idle)
        self._wandering = (self._wandering + 1) % max(1, len(self._waiting))
        if self._wandering:
            yield from self._ready_from(self._wandering)

    def _ready_from(self, place: int, *, idle: bool = False) -> Iterator[Result]:
        while place < len(self._waiting):
            sent = self._waiting[place]
            result = self._ask(sent, self._wait_s(sent) if idle else 0)
            if result is None:
                return
            del self._waiting[place]
            yield result

    def _wait_s(self, sent: Sent) -> int:
        """How long to let the server wait: never past the patience with this picture."""
        most_s = MAX_WAIT_S if len(self._waiting) == 1 else _MOST_WAIT_S
        return max(0, min(most_s, int(sent.received_s + self._patience_s - self._clock())))

    def _ask(self, sent: Sent, wait_s: int) -> Result | None:
        status = self._status(sent, wait_s)
        now_s = self._clock()
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

    def _status(self, sent: Sent, wait_s: int) -> ImageStatus | None:
        """Where it stands; None when that is what it was, or when too many ask: the bytes are there."""
        try:
            status, sent.etag = self._client.status(sent.image_id, sent.etag, wait_s=wait_s)
        except TooManyRequestsError:
            return None
        return status
