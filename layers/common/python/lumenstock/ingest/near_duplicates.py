"""Finds earlier pictures that look the same. What is only similar is a matter of search, and no duplicate.

Candidates come from two sides. The index gives the pictures whose vectors are nearest: it finds what was
encoded, brightened, cropped a little or marked, among what is approved. The book of hashes gives those that
share a band of bits: it finds what was turned or made grey, which a model may take for something else, what
waits for review or is being processed at this moment, and what was taken down. The distance of the hashes
decides.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lumenstock.catalog.image import Image
from lumenstock.catalog.likeness import Likeness, NearDuplicate
from lumenstock.catalog.states import DEAD, Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.embedding.model import Vectors
from lumenstock.imaging.picture_hash import NEAR, PictureHash
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions
from lumenstock.search.ports import IndexQuery, QueryVector, SearchIndex

NEIGHBOURS = 10  # a copy that the model knows again comes first; what it does not is not among 100 either
MOST_TOLD = 5  # earlier pictures that a row names
_ROWS_AT_ONCE = 100

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A picture in the book of hashes."""

    id: ImageId
    hash: PictureHash


@dataclass(frozen=True, slots=True, order=True)
class Round:
    """What came in one ``hour`` is to be compared once more, ``days`` later."""

    hour: str
    days: int


class HashBook(Protocol):
    """Hashes of all pictures that were ever compared, whatever became of them."""

    def note(self, sightings: Sequence[Sighting], hour: str) -> None:
        """Write hashes down, and that they came in ``hour``. Doing it again changes nothing."""
        ...

    def sharing_a_band(self, hashed: PictureHash, *, settled: bool = False) -> list[Sighting]:
        """Pictures that may look the same, mirrored or turned included, each once; all noted before.

        ``settled`` asks for half the price, and may leave out what was noted in the last moments.
        """
        ...

    def noted_in(self, hour: str) -> list[ImageId]:
        """What was noted in an hour of the last eight days."""
        ...

    def begin(self, rounds: Sequence[Round]) -> None:
        """Note what is to be done, before it is. Beginning again changes nothing."""
        ...

    def begun(self) -> list[Round]:
        """What was begun and is not finished; a day after it began it may be forgotten."""
        ...

    def finish(self, done: Round) -> None:
        """Take a round off the list."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A picture to compare: its row, the hash of its pixels, and its vector, float32[768]."""

    image: Image
    hash: PictureHash
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Found:
    """What comes of a comparison."""

    likeness: Likeness
    near: tuple[NearDuplicate, ...]


def hour_of(clock_time: datetime) -> str:
    """The name of the hour that a moment is in, in UTC."""
    return f"{clock_time:%Y%m%d%H}"


class NearDuplicates:
    """Compares pictures with all earlier ones."""

    def __init__(self, catalog: CatalogStore, book: HashBook, index: SearchIndex, clock: Clock) -> None:
        """Candidates come from ``book`` and ``index``, what they are from ``catalog``."""
        self._catalog = catalog
        self._book = book
        self._index = index
        self._clock = clock

    def compare(self, looks: Sequence[Look], model: str) -> dict[ImageId, Found]:
        """Note ``looks``, and find what each looks the same as.

        All are noted before any is compared, and their time is taken in between. So of two pictures in two
        workers at the same moment at least the later finds the other; of two in ``looks``, the one of the
        higher id. Where the index does not answer, the book of hashes does alone.

        Args:
            looks: At most a batch, of vectors of ``model``.
            model: ``name@version``.
        """
        self._book.note([Sighting(look.image.id, look.hash) for look in looks], hour_of(self._clock.now()))
        now = self._clock.now()
        candidates = {look.image.id: self.candidates(look, model) for look in looks}
        rows = self._rows({other for known in candidates.values() for other in known})
        together = {look.image.id for look in looks}
        found = {}
        for look in looks:
            likeness = Likeness(look.hash.hex, _since(look.image, now))
            near = nearest(look.image, likeness, candidates[look.image.id], rows, together)
            found[look.image.id] = Found(likeness, near)
        return found

    def again(self, look: Look, likeness: Likeness, model: str) -> tuple[NearDuplicate, ...]:
        """Compare one more time a picture that was noted before: see :meth:`compare`.

        Raises:
            SearchUnavailableError: The index does not answer.
        """
        candidates = self.candidates(look, model, again=True)
        return nearest(look.image, likeness, candidates, self._rows(candidates), candidates)

    def candidates(self, look: Look, model: str, *, again: bool = False) -> dict[ImageId, PictureHash | None]:
        """What may look the same as ``look``: ids, with the hash where the book has it.

        Args:
            look: Its own id is left out.
            model: ``name@version``.
            again: Whether it was noted long ago; then the index must answer.

        Raises:
            SearchUnavailableError: The index does not answer, and it must.
        """
        found: dict[ImageId, PictureHash | None] = {}
        try:
            found |= dict.fromkeys(self._alike(look, model))
        except SearchUnavailableError as error:
            if again:
                raise
            logger.warning("near_duplicates_without_index", extra={"code": error.code})
        found |= {
            seen.id: seen.hash
            for seen in self._book.sharing_a_band(look.hash, settled=again)
            if look.hash.distance(seen.hash) <= NEAR
        }
        found.pop(look.image.id, None)
        return found

    def _alike(self, look: Look, model: str) -> list[ImageId]:
        """Those of the nearest by vector that look the same as far as the index knows; a row costs a read."""
        query = IndexQuery(vector=QueryVector(model, look.vector), window=NEIGHBOURS)
        known = self._index.get([hit.id for hit in self._index.query(query).vector])
        return [
            document.id
            for document in known.values()
            if not document.likeness or look.hash.distance(PictureHash.of_hex(document.likeness)) <= NEAR
        ]

    def _rows(self, wanted: Collection[ImageId]) -> dict[ImageId, Image]:
        rows: dict[ImageId, Image] = {}
        for ids in portions(sorted(wanted), _ROWS_AT_ONCE):
            rows |= self._catalog.get_many(ids)
        return rows


def nearest(
    image: Image,
    likeness: Likeness,
    candidates: Mapping[ImageId, PictureHash | None],
    rows: Mapping[ImageId, Image],
    together: Collection[ImageId] = (),
) -> tuple[NearDuplicate, ...]:
    """The earlier pictures among ``candidates`` that look the same and live, or that a moderator took down.

    The latter come first, then other contributors', each by likeness. The image that this one is an exact
    copy of is not among them: why it waits is said already.

    Args:
        image: The picture in question.
        likeness: What it looks like, and since when that is known.
        candidates: Ids, with the hash where it is known; else that of the row counts.
        rows: Of the candidates.
        together: Those of which, if at the same time, the lower id is the earlier. Others name each other.
    """
    hashed, near = PictureHash.of_hex(likeness.hash), []
    for other_id, noted in candidates.items():
        other = rows.get(other_id)
        if other is None or not _counts(other) or other.id == image.copy_of:
            continue
        seen = noted or (PictureHash.of_hex(other.likeness.hash) if other.likeness else None)
        if seen is None or not _is_earlier(other, image.id, likeness, together):
            continue
        distance = hashed.distance(seen)
        if distance <= NEAR:
            own = other.contributor_id == image.contributor_id
            near.append(NearDuplicate(other.id, own, distance, other.is_banned))
    near.sort(key=lambda one: (not one.taken_down, one.own, one.distance, one.id))
    return tuple(near[:MOST_TOLD])


def _counts(other: Image) -> bool:
    """Whether a picture that looks like ``other`` is a near-duplicate of it."""
    return other.is_banned or (other.status not in DEAD and other.status is not Status.UPLOADING)


def _since(image: Image, now: datetime) -> datetime:
    """Since when a picture counts; one that was embedded before hashes were kept, since it was announced."""
    if image.likeness:
        return image.likeness.since
    return image.created_at if image.model else now


def _is_earlier(other: Image, image_id: ImageId, likeness: Likeness, together: Collection[ImageId]) -> bool:
    """Whether ``other`` was compared first; one that another worker is at just now counts as earlier."""
    if other.id in together:
        since = other.likeness.since if other.likeness else likeness.since
        return (since, other.id) < (likeness.since, image_id)
    return other.likeness is None or other.likeness.since <= likeness.since
