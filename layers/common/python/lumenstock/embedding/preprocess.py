"""From a decoded picture to what an image graph takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumenstock.embedding.model import Pixels, Resampling

Floats = NDArray[np.float64]

_CUBIC_A, _CUBIC_REACH = -0.5, 2.0
_STEP_BITS = 22  # weights are whole steps of 2⁻²², so that the sums are exact in int32


def squared(pixels: Pixels, size_px: int, resampling: Resampling) -> Pixels:
    """The middle square of a picture, as the model was trained to see it: uint8[size_px, size_px, 3].

    Args:
        pixels: uint8[h, w, 3].
        size_px: Side of the square.
        resampling: By area, each new pixel is the mean of what it covers, with the fractions of the pixels at
            its rim. Bicubic is Pillow's to the last bit, columns before rows; like the training of CLIP it
            shrinks the picture first and cuts then.
    """
    height_px, width_px, _ = pixels.shape
    side_px = min(height_px, width_px)
    if resampling is Resampling.BICUBIC:
        tall_px, wide_px = height_px * size_px // side_px, width_px * size_px // side_px
        shrunk = _bicubic(_bicubic(pixels, wide_px, 1), tall_px, 0)
        return _middle(shrunk, size_px)
    square = _middle(pixels, side_px).astype(np.float64)
    return (_by_area(_by_area(square, size_px, 0), size_px, 1) + 0.5).astype(np.uint8)


def _middle(pixels: Pixels, side_px: int) -> Pixels:
    top, left = (pixels.shape[0] - side_px) // 2, (pixels.shape[1] - side_px) // 2
    return pixels[top : top + side_px, left : left + side_px]


def _by_area(values: Floats, size: int, axis: int) -> Floats:
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


def _bicubic(pixels: Pixels, size: int, axis: int) -> Pixels:
    """Resample one axis with a cubic that is widened when shrinking, rounded to whole values.

    Source: R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -0.5; that
    the support grows with the scale, the steps, and the rounding between the axes are Pillow's.
    """
    length = pixels.shape[axis]
    if length == size:
        return pixels
    scale = length / size
    stretch = max(scale, 1.0)
    centres = (np.arange(size) + 0.5) * scale
    first = np.maximum((centres - _CUBIC_REACH * stretch + 0.5).astype(np.intp), 0)
    last = np.minimum((centres + _CUBIC_REACH * stretch + 0.5).astype(np.intp), length)
    places = first[:, None] + np.arange((last - first).max())
    weights = _cubic((places + 0.5 - centres[:, None]) / stretch) * (places < last[:, None])
    weights /= weights.sum(1, keepdims=True)
    steps = np.trunc(weights * (1 << _STEP_BITS) + np.copysign(0.5, weights)).astype(np.int32)
    places = np.minimum(places, length - 1)
    shape = [size if number == axis else count for number, count in enumerate(pixels.shape)]
    total = np.full(shape, 1 << (_STEP_BITS - 1), np.int32)
    for tap in range(places.shape[1]):
        share = np.expand_dims(steps[:, tap], tuple(range(1, pixels.ndim - axis)))
        total += pixels.take(places[:, tap], axis) * share
    made: Pixels = np.clip(total >> _STEP_BITS, 0, 255).astype(np.uint8)
    return made


def _cubic(at: Floats) -> Floats:
    at, a = np.abs(at), _CUBIC_A
    near = ((a + 2) * at - (a + 3)) * at * at + 1
    far = (((at - 5) * at + 8) * at - 4) * a
    return np.where(at < 1, near, np.where(at < _CUBIC_REACH, far, 0.0))
