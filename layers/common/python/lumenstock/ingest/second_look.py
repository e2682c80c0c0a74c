"""The second look: compares approved pictures once more, a day and a week after they were first compared.

By then the index holds what was still waiting for review, and what other workers did in the same moment.
An hour whose run died or had faults stays on a list, and is taken up by the next runs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from lumenstock.catalog.image import Image
from lumenstock.catalog.likeness import NearDuplicate
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.embedding.model import from_f16
from lumenstock.imaging.picture_hash import PictureHash
from lumenstock.ingest.near_duplicates import MOST_TOLD, HashBook, Look, NearDuplicates, Round, hour_of
from lumenstock.ingest.review import likeness_reasons
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions

AFTER = (timedelta(days=1), timedelta(days=7))
_ROWS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Looked:
    """What a run did.

    Attributes:
        compared: Approved pictures that were looked at.
        told: Of those, whose contributors are now told of a picture of their own.
        withheld: Of those, which wait for review now: they look like another contributor's, or like one that
            was taken down.
        faults: Pictures that could not be looked at, each with the error. The others were.
    """

    compared: int
    told: int
    withheld: int
    faults: tuple[tuple[ImageId, Exception], ...]


class SecondLook:
    """Looks again. Doing it again, or twice at the same time, changes nothing more."""

    def __init__(self, catalog: CatalogStore, book: HashBook, near: NearDuplicates) -> None:
        """``book`` says what came when; ``near`` compares."""
        self._catalog = catalog
        self._book = book
        self._near = near

    def run(self, now: datetime) -> Looked:
        """Look at what came in the hour before ``now``'s, a day and a week earlier; then at leftovers."""
        due = [Round(hour_of(now - timedelta(hours=1) - after), after.days) for after in AFTER]
        self._book.begin(due)
        left_over = (one for one in self._book.begun() if one not in due)
        done: Counter[str] = Counter()
        faults: list[tuple[ImageId, Exception]] = []
        for one in (*due, *left_over):
            found = self._compare(one, now, done)
            if not found:
                self._book.finish(one)
            faults += found
        return Looked(done["compared"], done["told"], done["withheld"], tuple(faults))

    def _compare(self, one: Round, now: datetime, done: Counter[str]) -> list[tuple[ImageId, Exception]]:
        """Count into ``done`` what comes of each picture; those that could not be compared."""
        faults: list[tuple[ImageId, Exception]] = []
        for ids in portions(self._book.noted_in(one.hour), _ROWS_AT_ONCE):
            for image in self._catalog.get_many(ids).values():
                try:
                    done.update(self._treat(image, now))
                except Exception as error:  # noqa: BLE001 - one picture must not keep the others waiting
                    faults.append((image.id, error))
        return faults

    def _treat(self, image: Image, now: datetime) -> tuple[str, ...]:
        if image.status is not Status.APPROVED or image.likeness is None or image.model is None:
            return ()
        item = self._catalog.get_vector(image.id, image.model)
        if item is None:
            return ()
        look = Look(image, PictureHash.of_hex(image.likeness.hash), from_f16(item.vector_f16))
        near = self._near.again(look, image.likeness, image.model)
        if not _new(image, near):
            return ("compared",)
        told = self._catalog.update(image.id, lambda present: _told(image, present, near, now))
        return ("compared", "withheld" if told.status is Status.PENDING_REVIEW else "told")


def _new(image: Image, near: tuple[NearDuplicate, ...]) -> tuple[NearDuplicate, ...]:
    """Of ``near``, what ``image`` does not know of, or knows as one that nobody had taken down."""
    known = {(other.id, other.taken_down) for other in image.near_duplicates}
    return tuple(other for other in near if (other.id, other.taken_down) not in known)


def _told(seen: Image, present: Image, near: tuple[NearDuplicate, ...], now: datetime) -> Image | None:
    """The successor that knows of ``near``; None if the row is another by now.

    One that a moderator approved stays where it is: whoever looked at it was nearer than 256 bits.
    """
    new = _new(present, near)
    if present.version != seen.version or not new:
        return None
    seen_now = {other.id for other in new}
    every = (*new, *(other for other in present.near_duplicates if other.id not in seen_now))[:MOST_TOLD]
    why = likeness_reasons(new, allowed=True)
    if present.cleared or not why:
        return present.changed(near_duplicates=every)
    return present.moved(Status.PENDING_REVIEW, now, near_duplicates=every, reasons=why, held=why)
