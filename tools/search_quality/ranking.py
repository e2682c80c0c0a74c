"""Measures of a ranked list. All are in [0, 1]."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

DEPTH = 10


def precision(right: Sequence[bool], depth: int) -> float:
    """The share of the first ``depth`` places that hold a right one; an empty place is a wrong one."""
    return sum(right[:depth]) / depth


def ndcg(gains: Sequence[float], ideal: Sequence[float]) -> float:
    """Normalised discounted cumulative gain of the first ten places.

    Args:
        gains: What each place is worth, best first as the search thinks.
        ideal: What everything that could be found is worth, in any order; 1 is said where that is nothing.

    Source: K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002, with the
    discount log2(1 + rank).
    """
    best = _discounted(sorted(ideal, reverse=True))
    return _discounted(gains) / best if best else 1.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains[:DEPTH], start=1))
