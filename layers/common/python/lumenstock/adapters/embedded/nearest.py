"""The rows whose vectors are nearest to one: every cosine is computed, so nothing near is ever missed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from lumenstock.adapters.embedded.carried import Mask
from lumenstock.adapters.embedded.ranked import Ranked
from lumenstock.adapters.embedded.rows import RowNumbers, RowView
from lumenstock.embedding.model import Vectors

_WORTH_A_THREAD = 20_000  # rows: 2 ms, where handing it over takes 0.1 ms
_GATHER_SHARE = 0.25  # copying a quarter of the rows together costs about what reading all of them does
_GATHER_BLOCK = 4096  # rows copied at a time: 12 MB


class Comparison:
    """The cosines of rows with one vector; those of many rows are computed beside whoever asks."""

    def __init__(self, rows: RowView, query: Vectors, among: Sequence[Mask], beside: Executor) -> None:
        """Begin; what is in several of ``among`` is compared once.

        Args:
            rows: Where the vectors are.
            query: float32[768], unit length.
            among: bool[n] each: rows with a vector of the query's model.
            beside: Threads. Neither this nor a search by words holds Python's lock meanwhile.
        """
        self._rows = rows
        self._among = among
        self._compared = np.flatnonzero(np.logical_or.reduce(among))
        compute = partial(_cosines, rows.vectors, query, self._compared)
        many = len(self._compared) >= _WORTH_A_THREAD
        self._cosines = beside.submit(compute).result if many else compute

    def nearest(self, limit: int) -> list[Ranked]:
        """For each of ``among``, its ``limit`` rows with the highest cosine; ties by rising id."""
        cosines = self._cosines()
        return [_highest(self._rows, self._compared, cosines, mask, limit) for mask in self._among]


def _highest(rows: RowView, compared: RowNumbers, cosines: Vectors, mask: Mask, limit: int) -> Ranked:
    kept = mask[compared]
    if not kept.all():
        compared, cosines = compared[kept], cosines[kept]
    if len(compared) > limit:
        least = np.partition(cosines, -limit)[-limit]
        kept = cosines >= least
        compared, cosines = compared[kept], cosines[kept]
    order = np.lexsort((rows.ids[compared], -cosines))[:limit]
    return Ranked(compared[order], cosines[order])


def _cosines(vectors: Vectors, query: Vectors, rows: RowNumbers) -> Vectors:
    # vecdot: one thread and 9.6 ms of it at 100,000 rows, where einsum takes 14. A product of matrix and
    # vector is spread over all cores, and on busy ones waits for the last.
    if len(rows) > _GATHER_SHARE * len(vectors):
        every: Vectors = np.vecdot(vectors, query)
        return every[rows]
    found = np.empty(len(rows), dtype=np.float32)
    for at in range(0, len(rows), _GATHER_BLOCK):
        block = slice(at, at + _GATHER_BLOCK)
        np.vecdot(vectors[rows[block]], query, out=found[block])
    return found
