"""A record of a rollout, vectors of several models, and an index that would compare any two, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lumenstock.adapters.no_search import NoSearch
from lumenstock.catalog.store import VectorItem
from lumenstock.embedding.model import from_f16
from lumenstock.kernel.errors import NotFoundError, UnavailableError, VersionConflictError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document
from lumenstock.search.ports import Change, Facets, Hit, IndexAnswer, IndexQuery, QueryVector, Tally
from lumenstock.search.rollout import Rollout
from lumenstock.search.upkeep import Source


@dataclass
class Record:
    """Implements the store; ``down`` takes it away."""

    rollout: Rollout | None = None
    down: bool = False
    reads: int = 0

    def read(self) -> Rollout | None:
        self.reads += 1
        if self.down:
            raise UnavailableError
        return self.rollout

    def write(self, successor: Rollout) -> None:
        if successor == self.rollout:
            return
        if successor.version != (self.rollout.version + 1 if self.rollout else 1):
            raise VersionConflictError
        self.rollout = successor


@dataclass
class SomeVectors:
    """Vectors by image and model."""

    items: dict[tuple[ImageId, str], bytes] = field(default_factory=dict)

    def get_vector(self, image_id: ImageId, model: str) -> VectorItem | None:
        found = self.items.get((image_id, model))
        return VectorItem(model, found, 1) if found else None


Held = dict[ImageId, Change]


def put(held: Held, changes: Sequence[Change]) -> None:
    for change in changes:
        if change.id not in held or change.version >= held[change.id].version:
            held[change.id] = change


class CarelessIndex(NoSearch):
    """Compares a query with every vector it holds, of whatever model: what keeps them apart is not in here."""

    def __init__(self) -> None:
        self.held: Held = {}
        self.half_built: tuple[Held, str] | None = None

    def write(self, changes: Sequence[Change]) -> None:
        put(self.held, changes)
        if self.half_built:
            put(self.half_built[0], changes)

    def get(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Document]:
        return {one: found for one in ids if isinstance(found := self.held.get(one), Document)}

    def query(self, query: IndexQuery) -> IndexAnswer:
        documents = [one for one in self.held.values() if isinstance(one, Document)]
        hits = [
            Hit(one.id, float(from_f16(one.vector_f16) @ query.vector.values))
            for one in documents
            if query.vector is not None and one.vector_f16
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        browsed = tuple(Hit(one.id, one.created_at_s) for one in documents[: query.window])
        return IndexAnswer(
            browsed if query.browsing else (), tuple(hits[: query.window]), len(documents), "eq", Facets(), {}
        )

    def tally(self, model: str) -> Tally:
        documents = [one for one in self.held.values() if isinstance(one, Document)]
        return Tally(len(documents), sum(one.model == model for one in documents))

    def rebuild(self, changes: Iterable[Change]) -> int:
        self.held, self.half_built = {change.id: change for change in changes}, None
        return len(self.held)

    def refill(self, source: Source) -> None:
        held, bookmark = self.half_built or ({}, None)
        for portion in source(bookmark):
            put(held, portion.changes)
            self.half_built = held, portion.bookmark
        self.held, self.half_built = held, None

    def similar(self, image_id: ImageId, limit: int) -> tuple[Hit, ...]:
        found = self.get([image_id])
        if not found:
            raise NotFoundError
        if not found[image_id].vector_f16:
            return ()
        vector = QueryVector("", from_f16(found[image_id].vector_f16))
        near = self.query(IndexQuery(vector=vector, window=limit + 1)).vector
        return tuple(hit for hit in near if hit.id != image_id)[:limit]
