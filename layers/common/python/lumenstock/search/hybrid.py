"""Reciprocal rank fusion: one list out of several, by rank alone, since BM25 and cosine do not compare.

Source: Cormack, Clarke, Büttcher (2009), "Reciprocal Rank Fusion outperforms Condorcet and individual
Rank Learning Methods", which also gives k = 60.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from lumenstock.kernel.ids import ImageId

K = 60


@dataclass(frozen=True, slots=True)
class Leg:
    """One ranked list, best first, without repeats. ``weight`` is at least 0."""

    ids: Sequence[ImageId]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fused:
    """A member of the fused list."""

    id: ImageId
    score: float


def share(rank: int, weight: float = 1.0) -> float:
    """What a place in one leg adds to the fused score: ``weight / (60 + rank)``, rank counted from 1."""
    return weight / (K + rank)


def fuse(legs: Sequence[Leg], boosts: Mapping[ImageId, float] | None = None) -> tuple[Fused, ...]:
    """Every id of ``legs`` once, by falling sum of its shares; ties by rising id.

    Args:
        legs: The lists.
        boosts: What the sum of an id is multiplied by, 1 where nothing is said
            (:mod:`lumenstock.search.boost`).
    """
    factors = boosts or {}
    shares: dict[ImageId, list[float]] = {}
    for leg in legs:
        for rank, image_id in enumerate(leg.ids, start=1):
            shares.setdefault(image_id, []).append(share(rank, leg.weight))
    fused = (Fused(image_id, fsum(parts) * factors.get(image_id, 1.0)) for image_id, parts in shares.items())
    return tuple(sorted(fused, key=lambda item: (-item.score, item.id)))
