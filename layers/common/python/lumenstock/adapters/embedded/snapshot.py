"""One state of the index, as a process reads it: words, rows and vectors as of the same write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from lumenstock.adapters.embedded.fields import KEYS, open_words
from lumenstock.adapters.embedded.queries import documents_query, ids_query, snapshot_query
from lumenstock.adapters.embedded.rows import RowNumbers, RowView
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import Hit, Signals

_TIE_SLACK = 50  # hits read beyond the last one asked for, to see the end of a run of equal scores


@dataclass(frozen=True, slots=True)
class Position:
    """What a commit reached: the number of the last write in it, and its rows."""

    generation: int
    rows: int


def position_of(searcher: tantivy.Searcher) -> Position | None:
    """The position that ``searcher`` stands at; None in an index without a commit."""
    found = searcher.search(snapshot_query(), limit=1, order_by_field="generation").hits
    if not found:
        return None
    generation, address = found[0]
    (rows,) = searcher.fast_field_values("rows", [address])
    return Position(generation=int(generation), rows=int(rows or 0))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state that no write changes any more."""

    folder: Path
    position: Position
    words: tantivy.Index
    searcher: tantivy.Searcher
    rows: RowView

    @classmethod
    def load(cls, folder: Path, known: Snapshot | None) -> Snapshot | None:
        """The newest state in ``folder``; ``known`` itself if it is that. None where no commit was made.

        Raises:
            OSError: A file is missing.
            ValueError: A file is missing, damaged or too short.
        """
        words = known.words if known and known.folder == folder else open_words(folder / "words")
        words.reload()
        searcher = words.searcher()
        position = position_of(searcher)
        if position is None:
            return None
        if known and known.folder == folder and known.position == position:
            return known
        rows = RowView.load(folder, position.rows, position.generation)
        return cls(folder, position, words, searcher, rows)

    def rows_of(self, query: tantivy.Query) -> RowNumbers:
        """The rows of all documents that ``query`` finds."""
        most = max(1, self.position.rows)
        found = self.searcher.search(query, limit=most, count=False, order_by_field="row").hits
        return np.fromiter((row for row, _ in found), dtype=np.int64, count=len(found))

    def document_ids(self) -> NDArray[np.bytes_]:
        """The ids of all documents, zero-padded, in rising order."""
        return np.sort(self.rows.ids[self.rows_of(documents_query())])

    def best(self, query: tantivy.Query, offset: int, limit: int) -> tuple[Hit, ...]:
        """Finds of ``query`` by falling score, ties by rising id, from ``offset`` on.

        tantivy breaks ties by place in a segment, which a merge changes; so the run of equal scores
        that the last hit belongs to is read to its end and sorted here.
        """
        wanted, reach = offset + limit, offset + limit + _TIE_SLACK
        while True:
            found = self.searcher.search(query, limit=reach, count=False).hits
            # Equal documents differ in the last bits of a float32 sum, by its order.
            scores = np.round([score for score, _ in found], 3)
            if len(found) < reach or scores[-1] < scores[wanted - 1]:
                break
            reach *= 4
        if not len(scores):
            return ()
        numbers = self.searcher.fast_field_values("row", [address for _, address in found])
        rows = np.array(numbers, dtype=np.int64)
        order = np.lexsort((self.rows.ids[rows], -scores))[offset:wanted]
        return tuple(Hit(self.rows.id_of(int(rows[at])), float(scores[at])) for at in order)

    def in_key_order(self, query: tantivy.Query, key: str, offset: int, limit: int) -> tuple[Hit, ...]:
        """Finds of ``query`` by the field ``key``, ``newest`` or ``popular``, from ``offset`` on."""
        found = self.searcher.search(
            query,
            limit=limit,
            offset=offset,
            count=False,
            order_by_field=key,
            order=tantivy.Order.Asc,
        ).hits
        read = KEYS[key]
        return tuple(Hit(ImageId(image_id), float(value)) for image_id, value in (read(k) for k, _ in found))

    def signals(self, hits: Iterable[Hit]) -> dict[ImageId, Signals]:
        """What the order of business goes by, of ``hits``."""
        rows = self.rows_of(ids_query([hit.id for hit in hits]))
        return {self.rows.id_of(int(row)): self.rows.signals_of(int(row)) for row in rows}
