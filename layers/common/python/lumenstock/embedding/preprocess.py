"""From a decoded picture to what an image graph takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumenstock.embedding.model import Pixels


def squared(pixels: Pixels, size_px: int) -> Pixels:
    """The middle square of a picture, resampled by area: uint8[h, w, 3] to uint8[size_px, size_px, 3].

    By area, because models are trained on pictures that were shrunk so: each new pixel is the mean of what
    it covers, with the fractions of the pixels at its rim.
    """
    height_px, width_px, _ = pixels.shape
    side_px = min(height_px, width_px)
    top, left = (height_px - side_px) // 2, (width_px - side_px) // 2
    square = pixels[top : top + side_px, left : left + side_px].astype(np.float32)
    share = _coverage(side_px, size_px)
    rows = np.tensordot(share, square, axes=(1, 0))
    resampled = np.tensordot(rows, share, axes=(1, 1)).transpose(0, 2, 1)
    return (resampled + 0.5).astype(np.uint8)


def _coverage(old_px: int, new_px: int) -> NDArray[np.float32]:
    """How much of each old pixel lies in each new one: float32[new_px, old_px], rows sum to 1."""
    edges = np.arange(new_px + 1) * (old_px / new_px)
    starts = np.arange(old_px)
    overlap = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    share: NDArray[np.float32] = (np.clip(overlap, 0, None) * (new_px / old_px)).astype(np.float32)
    return share
