"""One state of the index, as a process reads it: words, rows and vectors as of the same write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from lumenstock.adapters.embedded.carried import Mask
from lumenstock.adapters.embedded.fields import KEYS, open_words
from lumenstock.adapters.embedded.position import Position, position_of
from lumenstock.adapters.embedded.ranked import Ranked
from lumenstock.adapters.embedded.remembered import RememberedRows
from lumenstock.adapters.embedded.rows import RowNumbers, RowView

_TIE_SLACK = (
    500  # hits read beyond the last one asked for, 1 us each, to see the end of a run of equal scores
)
_TIE_REACH = 16  # times as many are read where that does not end it


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state that no write changes any more."""

    folder: Path
    position: Position
    words: tantivy.Index
    searcher: tantivy.Searcher
    rows: RowView
    remembered: RememberedRows

    @classmethod
    def load(cls, folder: Path, known: Snapshot | None) -> Snapshot | None:
        """The newest state in ``folder``; ``known`` itself if it is that. None where no commit was made.

        Raises:
            OSError: A file is missing.
            ValueError: A file is missing, damaged or too short.
        """
        if known and known.folder != folder:
            known = None
        words = known.words if known else open_words(folder / "words")
        words.reload()
        searcher = words.searcher()
        position = position_of(searcher)
        if position is None:
            return None
        if known and known.position == position:
            return known
        rows = RowView.load(folder, position.rows, position.generation, known.rows.carried if known else None)
        return cls(folder, position, words, searcher, rows, known.remembered if known else RememberedRows())

    def mask(self, key: object, query: Callable[[], tantivy.Query]) -> Mask:
        """bool[n]: which rows ``query()`` finds, for which ``key`` stands; ended rows may be among them."""
        return self.remembered.mask(key, query, self.searcher, self.position)

    def document_ids(self) -> NDArray[np.bytes_]:
        """The ids of all documents, zero-padded, in rising order."""
        return np.sort(self.rows.ids[self.rows.alive])

    def best(self, query: tantivy.Query, offset: int, limit: int) -> Ranked:
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
            reach *= _TIE_REACH
        if not len(scores):
            return Ranked.nothing()
        rows = self._rows_at([address for _, address in found])
        order = np.lexsort((self.rows.ids[rows], -scores))[offset:wanted]
        return Ranked(rows[order], scores[order])

    def in_key_order(self, query: tantivy.Query, key: str, offset: int, limit: int) -> Ranked:
        """Finds of ``query`` by the field ``key``, ``newest`` or ``popular``, from ``offset`` on."""
        found = self.searcher.search(
            query,
            limit=limit,
            offset=offset,
            count=False,
            order_by_field=key,
            order=tantivy.Order.Asc,
        ).hits
        scores = [KEYS[key](value) for value, _ in found]
        return Ranked(self._rows_at([address for _, address in found]), np.array(scores, dtype=np.float64))

    def _rows_at(self, addresses: list[tantivy.DocAddress]) -> RowNumbers:
        return np.array(self.searcher.fast_field_values("row", addresses), dtype=np.int64)
