"""The index of a stage, whichever model answers: two indices while a rollout is open, and never one mixed.

Every write goes to all indices that are fed, each document with the vector of that index's model. A question
is answered by one index: that of its vector's model, or without a vector that of the model that answers. So
an answer is of one model, before, during and after a swap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from lumenstock.catalog.store import VectorItem
from lumenstock.kernel.errors import SearchUnavailableError, UnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document
from lumenstock.search.pointer import Pointer
from lumenstock.search.ports import (
    Change,
    Hit,
    IndexAnswer,
    IndexQuery,
    Suggestion,
    Tally,
)
from lumenstock.search.rollout import Edition, Place, Rollout
from lumenstock.search.upkeep import KeptIndex, Portion, Source

_MOST_TURNS = 10  # a write follows a rollout that moves meanwhile; ten steps during one write are no rollout


class Vectors(Protocol):
    """Where the vectors of all models are."""

    def get_vector(self, image_id: ImageId, model: str) -> VectorItem | None:
        """The vector of one model; None if there is none."""
        ...


class ForeignVectorError(SearchUnavailableError):
    """A question came to the index of another model: the leg cannot be answered, words can."""

    code, title = "foreign_vector", "Vector of another model"


def fitted(change: Change, model: str, vectors: Vectors) -> Change:
    """``change`` with the vector of ``model``, or without a vector where there is none."""
    if not isinstance(change, Document) or change.model == model:
        return change
    item = vectors.get_vector(change.id, model)
    if item is None:
        return replace(change, model="", vector_f16=b"", miniature=b"")
    return replace(change, model=model, vector_f16=item.vector_f16, miniature=item.miniature)


@dataclass(frozen=True, slots=True)
class ModelIndex:
    """The index of one model: it takes and compares that model's vectors only.

    Attributes:
        index: Where it is kept.
        model: ``name@version``; None where no rollout ever named it: then each document and each query says
            its own, and the engine compares what is of the same.
        vectors: Of all models.
    """

    index: KeptIndex
    model: str | None
    vectors: Vectors

    def write(self, changes: Sequence[Change]) -> None:
        """Put ``changes``, with vectors of this model."""
        self.index.write(list(self._fitted(changes)))

    def rebuild(self, changes: Iterable[Change]) -> int:
        """Replace the content by ``changes``, with vectors of this model."""
        return self.index.rebuild(self._fitted(changes))

    def refill(self, source: Source) -> None:
        """Replace the content portion by portion, with vectors of this model."""

        def fitting(bookmark: str | None) -> Iterator[Portion]:
            for portion in source(bookmark):
                yield Portion(list(self._fitted(portion.changes)), portion.bookmark)

        self.index.refill(fitting)

    def query(self, query: IndexQuery) -> IndexAnswer:
        """Answer ``query``.

        Raises:
            ForeignVectorError: Its vector is of another model.
        """
        if query.vector is not None and self.model not in {None, query.vector.model}:
            message = f"A vector of {query.vector.model} is nothing to the index of {self.model}."
            raise ForeignVectorError(message)
        return self.index.query(query)

    def _fitted(self, changes: Iterable[Change]) -> Iterator[Change]:
        for change in changes:
            yield change if self.model is None else fitted(change, self.model, self.vectors)


class RollingIndex:
    """Implements :class:`lumenstock.search.upkeep.KeptIndex` by the one or two indices of a stage."""

    def __init__(self, pointer: Pointer, kept_in: Callable[[Place], KeptIndex], vectors: Vectors) -> None:
        """``pointer`` says which model's index is in which of the places that ``kept_in`` opens."""
        self._pointer = pointer
        self._kept_in = kept_in
        self._vectors = vectors

    def edition(self, edition: Edition | None) -> ModelIndex:
        """The index of ``edition``; None is the one of a stage that never had a rollout."""
        if edition is None:
            return ModelIndex(self._kept_in(Place.FIRST), None, self._vectors)
        return ModelIndex(self._kept_in(edition.place), edition.model, self._vectors)

    def write(self, changes: Sequence[Change]) -> None:
        """See the protocol.

        The record is looked at once more afterwards: who began to write before a rollout was opened
        writes to the new index as well, so that what is filled from the catalogue lacks nothing.
        """
        if not changes:
            return
        taken: set[Edition | None] = set()
        rollout = self._known()
        for _ in range(_MOST_TURNS):
            missing = [edition for edition in _fed(rollout) if edition not in taken]
            if taken and not missing:
                return
            for edition in missing:
                self.edition(edition).write(changes)
                taken.add(edition)
            rollout = self._fresh()
        message = "The rollout of a model moves without end."
        raise SearchUnavailableError(message)

    def get(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Document]:
        """See the protocol."""
        return self._serving().index.get(ids)

    def query(self, query: IndexQuery) -> IndexAnswer:
        """See the protocol.

        Raises:
            ForeignVectorError: Its vector is of a model that has no index.
        """
        rollout = self._known()
        own = rollout.serving if rollout else None
        if rollout and query.vector is not None:
            model = query.vector.model
            own = next((edition for edition in rollout.fed if edition.model == model), own)
        return self.edition(own).query(query)

    def keyword_page(
        self, query: IndexQuery, *, excluding: Sequence[ImageId], offset: int, limit: int
    ) -> tuple[Hit, ...]:
        """See the protocol."""
        return self._serving().index.keyword_page(query, excluding=excluding, offset=offset, limit=limit)

    def similar(self, image_id: ImageId, limit: int) -> tuple[Hit, ...]:
        """See the protocol."""
        return self._serving().index.similar(image_id, limit)

    def suggest(self, beginning: str, limit: int) -> tuple[Suggestion, ...]:
        """See the protocol."""
        return self._serving().index.suggest(beginning, limit)

    def corrections(self, words: Sequence[str]) -> Mapping[str, str]:
        """See the protocol."""
        return self._serving().index.corrections(words)

    def matched_words(
        self, query: IndexQuery, documents: Sequence[Document]
    ) -> Mapping[ImageId, frozenset[str]]:
        """See the protocol."""
        return self._serving().index.matched_words(query, documents)

    def tally(self, model: str) -> Tally:
        """See the protocol."""
        return self._serving().index.tally(model)

    def stored(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Change]:
        """See the protocol."""
        return self._serving().index.stored(ids)

    def found_ids(self) -> Iterator[ImageId]:
        """See the protocol."""
        return self._serving().index.found_ids()

    def rebuild(self, changes: Iterable[Change]) -> int:
        """See the protocol: the index that answers."""
        return self._serving().rebuild(changes)

    def refill(self, source: Source) -> None:
        """See the protocol: the index that answers."""
        self._serving().refill(source)

    def give_up_refill(self) -> bool:
        """See the protocol: of the index that answers."""
        return self._serving().index.give_up_refill()

    def _serving(self) -> ModelIndex:
        rollout = self._known()
        return self.edition(rollout.serving if rollout else None)

    def _known(self) -> Rollout | None:
        try:
            return self._pointer.known()
        except UnavailableError as error:
            message = "Nobody can say which index answers."
            raise SearchUnavailableError(message) from error

    def _fresh(self) -> Rollout | None:
        try:
            return self._pointer.fresh()
        except UnavailableError as error:
            message = "Nobody can say which index is to be written."
            raise SearchUnavailableError(message) from error


def _fed(rollout: Rollout | None) -> tuple[Edition | None, ...]:
    return rollout.fed if rollout else (None,)
