"""Which rows hold a word: asked of tantivy once, remembered as one bit a row.

What a row holds never changes, so a write costs what is remembered nothing: rows that came since are added
when the word is asked for again, and rows that ended are the reader's to leave out.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np
import tantivy
from tantivy import FieldType, Occur, Query

from lumenstock.adapters.embedded.carried import Bits, Mask, packed, unpacked
from lumenstock.adapters.embedded.counting import count
from lumenstock.adapters.embedded.fields import BLOCK, SCHEMA
from lumenstock.adapters.embedded.position import Position

_MOST_BYTES = 16_000_000  # 1,280 words at 100,000 rows, ten times as many at 10,000
_FEW = (
    0.1  # share of the rows up to which they are taken one by one, 0.25 us each; all at once is 40 ns a row
)
_SPAN = 50_000 * BLOCK  # rows asked for at a time: tantivy counts into at most 65,000 buckets

_BLOCKS = {
    "blocks": {
        "histogram": {"field": "row", "interval": BLOCK, "min_doc_count": 1},
        "aggs": {"bits": {"sum": {"field": "bit"}}},
    }
}


@dataclass(frozen=True, slots=True)
class _Known:
    """The rows that were there at ``position``."""

    position: Position
    bits: Bits


class RememberedRows:
    """Rows by what was asked for; those asked for longest ago are forgotten. Threads may share one."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: OrderedDict[object, _Known] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def mask(
        self, key: object, query: Callable[[], tantivy.Query], searcher: tantivy.Searcher, at: Position
    ) -> Mask:
        """bool[rows]: which of the rows that are true at ``at`` are found; others may be among them.

        Args:
            key: Stands for ``query``.
            query: Makes what is looked for.
            searcher: Stands at ``at``.
            at: A state of the index.
        """
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
        if known is None or known.position.generation > at.generation:  # its ended rows may be true at `at`
            mask = found(query(), searcher, 0, at.rows)
        elif known.position.rows == at.rows:
            return unpacked(known.bits, at.rows)
        else:
            before = unpacked(known.bits, known.position.rows)
            mask = np.concatenate([before, found(query(), searcher, len(before), at.rows)])
        self._remember(key, _Known(at, packed(mask)))
        return mask

    def _remember(self, key: object, known: _Known) -> None:
        with self._lock:
            other = self._known.pop(key, None)
            if other is not None:
                self._bytes -= other.bits.nbytes
                if other.position.generation > known.position.generation:
                    known = other
            self._known[key] = known
            self._bytes += known.bits.nbytes
            while self._bytes > _MOST_BYTES and len(self._known) > 1:
                _, forgotten = self._known.popitem(last=False)
                self._bytes -= forgotten.bits.nbytes


def found(query: tantivy.Query, searcher: tantivy.Searcher, first: int, end: int) -> Mask:
    """bool[end - first]: which of these rows ``query`` finds."""
    mask = np.zeros(end - first, dtype=bool)
    for start in range(first, end, _SPAN):
        stop = min(end, start + _SPAN)
        within = query if (start, stop) == (0, end) else _within(query, start, stop)
        finds = count(searcher, within)
        if finds > _FEW * (stop - start):
            mask[start - first : stop - first] = _all_found(within, searcher, start, stop)
        elif finds:
            hits = searcher.search(within, limit=finds, count=False, order_by_field="row").hits
            mask[np.fromiter((row for row, _ in hits), dtype=np.int64, count=finds) - first] = True
    return mask


def _all_found(query: tantivy.Query, searcher: tantivy.Searcher, start: int, stop: int) -> Mask:
    """As bits: a document's ``bit`` is a power of two, other for each row of a block, so a sum is a set."""
    first_block = start // BLOCK
    blocks = np.zeros(-(-stop // BLOCK) - first_block, dtype="<u8")
    for bucket in searcher.aggregate(query, _BLOCKS)["blocks"]["buckets"]:
        blocks[int(bucket["key"]) // BLOCK - first_block] = int(bucket["bits"]["value"])
    octets = blocks.view(np.uint8).reshape(-1, 8)[:, : BLOCK // 8]
    mask = np.unpackbits(octets, axis=1, bitorder="little").reshape(-1).view(np.bool_)
    return mask[start - first_block * BLOCK : stop - first_block * BLOCK]


def _within(query: tantivy.Query, start: int, stop: int) -> tantivy.Query:
    rows = Query.range_query(
        SCHEMA, "row", FieldType.Unsigned, lower_bound=start, upper_bound=stop, include_upper=False
    )
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, rows)])
