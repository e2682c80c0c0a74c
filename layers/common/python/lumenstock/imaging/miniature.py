"""A picture in 16 × 16 grey levels, and how surely two of them are of one picture.

A model says what a picture shows, and hundreds of pictures show the same: by its vector, what was cropped out
of a picture may lie no nearer to it than they do. Here the one is laid on every place of the other, at every
size that their shapes allow, and the slopes between neighbouring levels are compared, which neither light nor
colour nor an encoder changes much (``docs/adr/0014-copies-by-miniatures.md``). Nothing here needs pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SIDE = 16
LEVELS = SIDE * SIDE
_LEAST = 10  # levels of a side that a crop must have kept; with fewer, other pictures would fit by chance
_NOISE = 1.0  # squared grey levels; what is flatter has no slopes to speak of

Levels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Miniature:
    """A picture made 16 × 16, whatever its shape was.

    Attributes:
        levels: Brightness, 256 bytes, row by row.
        aspect: Width of the picture over its height; over 0.
    """

    levels: bytes
    aspect: float


def resemblance(asked: Miniature, others: Sequence[Miniature]) -> Levels:
    """How surely each of ``others`` and ``asked`` are one picture: float32[n], from -1 to 1.

    1 is the same picture in another size, encoding or light, in grey or mirrored. It stays above 0.8 for most
    crops that kept five eighths of either side. Pictures of the same outlines come as near, and so do simple
    ones, such as a single thing on a smooth ground: this is an order, and no proof.
    """
    pictures = np.stack([_levels(other) for other in others])
    narrower = np.array([asked.aspect / other.aspect for other in others])
    best = np.full(len(others), -1, np.float32)
    for whole in (_levels(asked), _levels(asked)[:, ::-1]):
        for wide in range(_LEAST, SIDE + 1):
            for tall, few in _heights(wide * narrower):  # they were cropped out of it
                parts = _unit(_slopes(_shrunk(pictures[few], wide, tall)))
                places = _unit(_windows(_slopes(whole), wide, tall))
                best[few] = np.maximum(best[few], (places @ parts.T).max(0))
            for tall, few in _heights(wide / narrower):  # it was cropped out of them
                part = _unit(_slopes(_shrunk(whole, wide, tall)))
                places = _unit(_windows(_slopes(pictures[few]), wide, tall))
                best[few] = np.maximum(best[few], (places @ part).max(1))
    return best


def _levels(miniature: Miniature) -> Levels:
    return np.frombuffer(miniature.levels, np.uint8).reshape(SIDE, SIDE).astype(np.float32)


def _heights(heights: NDArray[np.float64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each height that fits, with the places of those that have it."""
    rounded = np.rint(heights)
    for tall in range(_LEAST, SIDE + 1):
        few = np.flatnonzero(rounded == tall)
        if few.size:
            yield tall, few


def _shrunk(levels: Levels, wide: int, tall: int) -> Levels:
    return (_means(tall) @ levels @ _means(wide).T).astype(np.float32, copy=False)


@cache
def _means(count: int) -> Levels:
    """What makes ``count`` levels of 16 by their means: float32[count, 16]."""
    edges = np.linspace(0, SIDE, count + 1)
    levels = np.arange(SIDE)
    shares = np.minimum(edges[1:, None], levels + 1) - np.maximum(edges[:-1, None], levels)
    return (shares.clip(0) * count / SIDE).astype(np.float32)


def _slopes(levels: Levels) -> Levels:
    """Differences to the right and downwards: float32[..., h, w] to float32[..., 2, h - 1, w - 1]."""
    corner = levels[..., :-1, :-1]
    return np.stack([levels[..., :-1, 1:] - corner, levels[..., 1:, :-1] - corner], axis=-3)


def _windows(slopes: Levels, wide: int, tall: int) -> Levels:
    """All places of a part of so many levels: float32[..., 2, 15, 15] to float32[..., places, 2, h, w]."""
    places = np.moveaxis(sliding_window_view(slopes, (tall - 1, wide - 1), axis=(-2, -1)), -5, -3)
    return places.reshape(*slopes.shape[:-3], -1, *places.shape[-3:])


def _unit(slopes: Levels) -> Levels:
    """As vectors of length 1: float32[..., 2, h, w] to float32[..., 2 h w]."""
    vectors = slopes.reshape(*slopes.shape[:-3], -1)
    unit: Levels = vectors / np.sqrt((vectors**2).sum(-1, keepdims=True) + _NOISE)
    return unit
