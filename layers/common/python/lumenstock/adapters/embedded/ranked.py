"""Rows in an order, with what they are ordered by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumenstock.adapters.embedded.rows import RowNumbers, RowView
from lumenstock.search.ports import Hit


@dataclass(frozen=True, slots=True)
class Ranked:
    """One leg of an answer.

    Attributes:
        rows: int64[m], best first.
        scores: float[m].
    """

    rows: RowNumbers
    scores: NDArray[np.floating]

    @classmethod
    def nothing(cls) -> Ranked:
        """No row."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0))

    def hits(self, rows: RowView) -> tuple[Hit, ...]:
        """The same by ids."""
        return tuple(map(Hit, rows.ids_of(self.rows), self.scores.tolist()))
