"""The search index of one machine: SQLite for the truth, tantivy for words, exact vectors from a file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from lumenstock.adapters.embedded.answering import answer, comparing, keyword_leg
from lumenstock.adapters.embedded.fields import words_of, written_words_of
from lumenstock.adapters.embedded.projector import Projector
from lumenstock.adapters.embedded.snapshot import Snapshot
from lumenstock.adapters.embedded.truth import Truth
from lumenstock.adapters.embedded.vocabulary import corrections, suggestions
from lumenstock.embedding.model import from_f16
from lumenstock.kernel.errors import NotFoundError, SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions
from lumenstock.search.document import Document
from lumenstock.search.matching import matched_words
from lumenstock.search.ports import Change, Hit, IndexAnswer, IndexQuery, QueryVector, Suggestion, Tally
from lumenstock.search.upkeep import Source

_REBUILD_BATCH = 500
_LOAD_ATTEMPTS = 5


class EmbeddedIndex:
    """Implements :class:`lumenstock.search.upkeep.KeptIndex` for the processes of one machine."""

    def __init__(self, folder: Path) -> None:
        """Keep everything below ``folder``, which is made when first needed."""
        self._truth = Truth(folder / "truth.db")
        self._projector = Projector(folder, self._truth)
        self._snapshot: Snapshot | None = None
        self._beside = ThreadPoolExecutor(os.cpu_count(), "comparing")  # none starts before it is needed

    def write(self, changes: Sequence[Change]) -> None:
        """See the protocol."""
        with _available():
            self._truth.write(changes)
            self._projector.catch_up()

    def get(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Document]:
        """See the protocol."""
        with _available():
            return self._truth.get(ids)

    def query(self, query: IndexQuery) -> IndexAnswer:
        """See the protocol."""
        with _available():
            return answer(self._fresh(), query, self._beside)

    def keyword_page(
        self, query: IndexQuery, *, excluding: Sequence[ImageId], offset: int, limit: int
    ) -> tuple[Hit, ...]:
        """See the protocol."""
        with _available():
            snapshot = self._fresh()
            return keyword_leg(snapshot, query, excluding, offset, limit).hits(snapshot.rows)

    def similar(self, image_id: ImageId, limit: int) -> tuple[Hit, ...]:
        """See the protocol."""
        with _available():
            document = self._truth.get([image_id]).get(image_id)
            if document is None:
                message = f"There is no image {image_id}."
                raise NotFoundError(message)
            if not document.vector_f16:
                return ()
            vector = QueryVector(document.model, from_f16(document.vector_f16))
            snapshot = self._fresh()
            (near,) = comparing(snapshot, vector, [snapshot.rows.alive], self._beside)(limit + 1)
            return tuple(hit for hit in near.hits(snapshot.rows) if hit.id != image_id)[:limit]

    def suggest(self, beginning: str, limit: int) -> tuple[Suggestion, ...]:
        """See the protocol."""
        with _available():
            return suggestions(self._fresh().searcher, beginning, limit)

    def corrections(self, words: Sequence[str]) -> Mapping[str, str]:
        """See the protocol."""
        with _available():
            return corrections(self._fresh().searcher, words)

    def matched_words(
        self, query: IndexQuery, documents: Sequence[Document]
    ) -> Mapping[ImageId, frozenset[str]]:
        """See the protocol."""
        return matched_words(query, documents, words_of, written_words_of)

    def stored(self, ids: Sequence[ImageId]) -> Mapping[ImageId, Change]:
        """See the protocol."""
        with _available():
            return self._truth.stored(ids)

    def found_ids(self) -> Iterator[ImageId]:
        """See the protocol."""
        with _available():
            ids = self._fresh().document_ids()
        yield from (ImageId(image_id.decode()) for image_id in ids)

    def tally(self, model: str) -> Tally:
        """See the protocol."""
        with _available():
            snapshot = self._fresh()
            return Tally(int(np.count_nonzero(snapshot.rows.alive)), snapshot.rows.count(model))

    def rebuild(self, changes: Iterable[Change]) -> int:
        """See the protocol."""
        with _available():
            floor, _ = self._truth.begin_refill(anew=True)
            taken = 0
            for batch in portions(changes, _REBUILD_BATCH):
                self._truth.write(batch, floor)
                taken += len(batch)
            self._truth.drop_unwritten(floor)
            self._projector.renew()
            return taken

    def refill(self, source: Source) -> None:
        """See the protocol."""
        with _available():
            floor, bookmark = self._truth.begin_refill(anew=False)
            for portion in source(bookmark):
                self._truth.write(portion.changes, floor, portion.bookmark)
            self._truth.drop_unwritten(floor)
            self._projector.renew()

    def give_up_refill(self) -> bool:
        """See the protocol."""
        with _available():
            return self._truth.give_up_refill()

    def _fresh(self) -> Snapshot:
        """The newest state. Where nobody is projecting what was written since, this process does it."""
        head = self._truth.head()
        if self._snapshot is None or self._snapshot.position.generation != head:
            self._snapshot = self._load()
            behind = self._snapshot.position.generation != self._truth.head()
            if behind and self._projector.catch_up(batches=1):
                self._snapshot = self._load()
        return self._snapshot

    def _load(self) -> Snapshot:
        for _ in range(_LOAD_ATTEMPTS):
            folder = self._projector.current()
            snapshot = self._open(folder) if folder else None
            if snapshot is not None:
                return snapshot
            self._projector.replace(folder)
        message = "The index is being renewed without end."
        raise SearchUnavailableError(message)

    def _open(self, folder: Path) -> Snapshot | None:
        try:
            return Snapshot.load(folder, self._snapshot)
        except (OSError, ValueError):  # renewed and removed while it was being opened, or damaged
            return None


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        message = "The search index cannot be read or written."
        raise SearchUnavailableError(message) from error
