"""Redrive: what lies in a dead-letter queue goes back to work, once its cause is mended.

Of every message about an image its row is asked first; one that nobody waits for is deleted. The row comes
back to life before its message is sent, and only then the dead letter is deleted: whoever dies in between
leaves the letter, and the next run finds a row that waits for exactly this message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lumenstock.catalog.image import Image, image_id_of
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.direct import direct_image_id, session_of
from lumenstock.ingest.embed_message import parse_message
from lumenstock.ingest.ports import Outbox
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId

BATCH = 10  # what SQS hands out at once
# A batch is worked off long before, however slowly; and what a run that died had in hand is soon seen again.
HOLD_S = 120
LOOK_S = 900  # a dry run keeps all that it saw until its end
_WAIT_S = 2

_UNFINISHED = frozenset({Status.UPLOADING, Status.PROCESSING, Status.PROCESSING_FAILED})
# An image that is shown, or waits for review, may lack its document, or the vector of a backfill's revision.
_EMBEDDED_LATE = frozenset(
    {Status.PROCESSING, Status.PROCESSING_FAILED, Status.APPROVED, Status.PENDING_REVIEW}
)


class Fate(StrEnum):
    """What becomes of a dead letter."""

    MOVED = "moved"
    DROPPED = "dropped"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Finding:
    """One dead letter: what became of it, or in a dry run would become of it, and why.

    ``subject`` is the image that it speaks of, or the notice that it is; None if it is unreadable.
    """

    fate: Fate
    subject: str | None
    why: str


class Letter(Protocol):
    """A message in hand."""

    @property
    def id(self) -> str:
        """The same at every receive."""
        ...

    @property
    def body(self) -> str:
        """Text as it came."""
        ...

    @property
    def receipt_handle(self) -> str:
        """For this receive."""
        ...


class DeadLetters(Protocol):
    """A queue of messages that were tried as often as they may."""

    def receive(self, limit: int, wait_s: int, hold_s: int | None = None) -> Sequence[Letter]:
        """Take up to ``limit`` messages, which nobody else sees for ``hold_s``."""
        ...

    def delay(self, receipt_handle: str, seconds: int) -> None:
        """Let a received message be seen again only after ``seconds``."""
        ...

    def delete(self, receipt_handle: str) -> None:
        """Remove a received message for good."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What a message asks for.

    Attributes:
        image_id: Of which image.
        is_wanted: Whether an image's row, as it stands, still waits for it.
        makes_row: Whether the row is made when the message is worked on.
    """

    image_id: ImageId
    is_wanted: Callable[[Image], bool]
    makes_row: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that no image waits for: whoever works on it knows what is done. Its like has its ``key``."""

    key: str


def ingest_request(key: str) -> Request | None:
    """What the arrival of an original at ``key`` asks for; None for a key that is not of ours."""
    session_id = session_of(key)
    image_id = direct_image_id(session_id, key) if session_id else image_id_of(key)
    if image_id is None:
        return None

    def is_wanted(row: Image) -> bool:
        return row.status in _UNFINISHED and row.source.key == key

    return Request(image_id, is_wanted, makes_row=session_id is not None)


def embed_request(body: str) -> Request | None:
    """What a message of the embed queue asks for; None if it is not one.

    Both embed queues have the same messages.
    """
    request = parse_message(body)
    if request is None:
        return None

    def is_wanted(row: Image) -> bool:
        return row.status in _EMBEDDED_LATE and row.rev == request.rev and bool(row.renditions)

    return Request(request.image_id, is_wanted)


class Redriver:
    """Empties one dead-letter queue into the queue that its messages came from. Runs may overlap."""

    def __init__(
        self,
        letters: DeadLetters,
        queue: Outbox,
        catalog: CatalogStore,
        request_of: Callable[[str], Request | Notice | None],
        *,
        clock: Clock,
        pace: Callable[[], None],
    ) -> None:
        """Move ``letters`` to ``queue``.

        Args:
            letters: The dead-letter queue.
            queue: Where its messages are worked on.
            catalog: The images.
            request_of: Reads a message's body; None if it is not one of this queue.
            clock: The time.
            pace: Called before each message that is sent; it waits as long as the rate asks for.
        """
        self._letters = letters
        self._queue = queue
        self._catalog = catalog
        self._request_of = request_of
        self._clock = clock
        self._pace = pace

    def run(self, limit: int | None = None, *, dry_run: bool = False) -> Iterator[Finding]:
        """Go once through the queue; at most ``limit`` letters. A dry run changes and moves nothing.

        It ends although what it moved may fail again and come back meanwhile: an image is moved once a run.
        Letters that are left are seen again when the run ends.
        """
        moved: set[str] = set()
        left: dict[str, str] = {}
        count = 0
        try:
            while limit is None or count < limit:
                wanted = BATCH if limit is None else min(BATCH, limit - count)
                batch = self._letters.receive(wanted, _WAIT_S, LOOK_S if dry_run else HOLD_S)
                if not batch:
                    return
                fresh = [letter for letter in batch if letter.id not in left]
                left |= {letter.id: letter.receipt_handle for letter in batch}
                for letter in fresh:
                    request = self._request_of(letter.body)
                    finding = self._finding(request, moved, dry_run=dry_run)
                    if not dry_run and finding.fate is not Fate.LEFT:
                        self._carry_out(finding, request, letter)
                        del left[letter.id]
                    if finding.fate is Fate.MOVED and finding.subject:
                        moved.add(finding.subject)
                    count += 1
                    yield finding
        finally:
            for receipt in left.values():
                self._letters.delay(receipt, 0)

    def _finding(self, request: Request | Notice | None, moved: set[str], *, dry_run: bool) -> Finding:
        if request is None:
            return Finding(Fate.LEFT, None, "not a message of this queue")
        if isinstance(request, Notice):
            if request.key in moved:
                return Finding(Fate.LEFT, request.key, "its like was moved just now, or it failed once more")
            return Finding(Fate.MOVED, request.key, "what of it is done is not done again")
        image_id = request.image_id
        try:
            row = self._catalog.get(image_id)
        except NotFoundError:
            if request.makes_row:
                return Finding(Fate.MOVED, image_id, "its row is still to be made")
            return Finding(Fate.DROPPED, image_id, "there is no such image")
        fate, why = Fate.MOVED, f"the image is {row.status}"
        if not request.is_wanted(row):
            fate = Fate.DROPPED
        elif image_id in moved and row.status is Status.PROCESSING_FAILED and not dry_run:
            fate, why = Fate.LEFT, "it failed once more"
        elif image_id in moved:
            fate, why = Fate.DROPPED, "its like was moved just now"
        return Finding(fate, image_id, why)

    def _carry_out(self, finding: Finding, request: Request | Notice | None, letter: Letter) -> None:
        if finding.fate is Fate.MOVED:
            self._pace()
            if isinstance(request, Request):
                with suppress(NotFoundError):  # its row is made when the message is worked on
                    self._catalog.update(request.image_id, self._reopened)
            self._queue.send(json.loads(letter.body))
        self._letters.delete(letter.receipt_handle)

    def _reopened(self, present: Image) -> Image | None:
        """The row back in processing, as a contributor's retry brings it; None if it is, or is past it."""
        if present.status is not Status.PROCESSING_FAILED:
            return None
        return present.moved(Status.PROCESSING, self._clock.now(), reasons=())
