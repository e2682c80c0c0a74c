"""The rows whose vectors are nearest to one: every cosine is computed, so nothing near is ever missed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from lumenstock.adapters.embedded.carried import Mask
from lumenstock.adapters.embedded.ranked import Ranked
from lumenstock.adapters.embedded.rows import RowNumbers, RowView
from lumenstock.embedding.model import Vectors

_WORTH_A_THREAD = 20_000  # rows: 2 ms, where handing it over takes 0.1 ms
_HELPERS = 2
_GATHER_SHARE = 0.25  # copying a quarter of the rows together costs about what reading all of them does
_BLOCK = 4096  # rows compared at a time: 12 MB


class Comparison:
    """The cosines of rows with one vector; those of many rows are computed beside whoever asks.

    Whoever is free takes the next block of rows, in the end also who asked: a busy core delays one block.
    """

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
        self._query = query
        self._compared = np.flatnonzero(np.logical_or.reduce(among))
        self._gathers = len(self._compared) <= _GATHER_SHARE * len(rows.vectors)
        self._cosines = np.empty(len(self._compared if self._gathers else rows.vectors), dtype=np.float32)
        self._blocks = iter(range(0, len(self._cosines), _BLOCK))
        many = len(self._compared) >= _WORTH_A_THREAD
        self._helpers = [beside.submit(self._compute) for _ in range(_HELPERS if many else 0)]

    def nearest(self, limit: int) -> list[Ranked]:
        """For each of ``among``, its ``limit`` rows with the highest cosine; ties by rising id."""
        self._compute()
        for helper in self._helpers:
            if not helper.cancel():
                helper.result()
        cosines = self._cosines if self._gathers else self._cosines[self._compared]
        return [_highest(self._rows, self._compared, cosines, mask, limit) for mask in self._among]

    def _compute(self) -> None:
        # vecdot: one thread, and 9.6 ms of it at 100,000 rows, where einsum takes 14. A product of matrix and
        # vector is spread over all cores, and waits for the last of them.
        for at in self._blocks:
            block = slice(at, at + _BLOCK)
            rows = self._compared[block] if self._gathers else block
            np.vecdot(self._rows.vectors[rows], self._query, out=self._cosines[block])


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
