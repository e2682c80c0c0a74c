"""From a decoded picture to what an image graph takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumenstock.embedding.model import Pixels

Floats = NDArray[np.float64]


def squared(pixels: Pixels, size_px: int) -> Pixels:
    """The middle square of a picture, resampled by area: uint8[h, w, 3] to uint8[size_px, size_px, 3].

    By area, because models are trained on pictures that were shrunk so: each new pixel is the mean of what
    it covers, with the fractions of the pixels at its rim.
    """
    height_px, width_px, _ = pixels.shape
    side_px = min(height_px, width_px)
    top, left = (height_px - side_px) // 2, (width_px - side_px) // 2
    square = pixels[top : top + side_px, left : left + side_px].astype(np.float64)
    return (_resampled(_resampled(square, size_px, 0), size_px, 1) + 0.5).astype(np.uint8)


def _resampled(values: Floats, size: int, axis: int) -> Floats:
    """Means of ``size`` equal stretches along ``axis``: differences of the running total at their edges.

    A product with a matrix of shares would say the same; but BLAS starts threads for it that wait by
    spinning, 24 ms of CPU where this takes 1.
    """
    length = values.shape[axis]
    total = np.concatenate([np.zeros_like(values.take([0], axis)), values.cumsum(axis)], axis)
    edges = np.linspace(0, length, size + 1)
    before = np.minimum(edges.astype(np.intp), length - 1)
    share = np.expand_dims(edges - before, tuple(range(1, values.ndim - axis)))
    at_edges = total.take(before, axis) * (1 - share) + total.take(before + 1, axis) * share
    means: Floats = np.diff(at_edges, axis=axis) * (size / length)
    return means
