"""Fractal noise at any size.

Value noise built as a pyramid: a small random grid is doubled again and again, each level adding finer
grain at half the strength. The cost is that of the last level, and the coarse shape does not depend on
the size of the picture.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from tools.scenes.arrays import Array
from tools.scenes.chance import Chance


def enlarged(grid: Array, width_px: int, height_px: int) -> Array:
    """``grid`` resampled (bicubic) to float32[height_px, width_px]."""
    return np.asarray(Image.fromarray(grid).resize((width_px, height_px), Image.Resampling.BICUBIC))


def fractal(
    chance: Chance,
    shape: tuple[int, int],
    *,
    blob: float,
    stretch: float = 1.0,
    roughness: float = 0.5,
    finest: float = 0.0,
) -> Array:
    """Noise with detail at every scale below ``blob``.

    Args:
        chance: Where the noise comes from.
        shape: Height and width in pixels.
        blob: Size of the largest blobs, in short sides of the picture.
        stretch: How many times wider than high a blob is.
        roughness: Strength of each level relative to the one before; 0.3 is silky, 0.7 is gritty.
        finest: Size of the smallest grain, in short sides; 0 goes down to the pixel.

    Returns:
        float32[height, width] in [0, 1], about 0.5 on average.
    """
    height_px, width_px = shape
    unit_px = min(shape)
    field = chance.field()
    rows = max(2, math.ceil(height_px / unit_px / blob * math.sqrt(stretch)) + 1)
    columns = max(2, math.ceil(width_px / unit_px / blob / math.sqrt(stretch)) + 1)
    grid = field.random((rows, columns), np.float32)
    strength, cell = roughness, blob / 2
    while 2 * rows <= height_px and 2 * columns <= width_px and cell >= finest:
        rows, columns = 2 * rows, 2 * columns
        grid = enlarged(grid, columns, rows) + field.random((rows, columns), np.float32) * np.float32(
            strength
        )
        strength, cell = strength * roughness, cell / 2
    grid = (grid - grid.mean()) / (grid.std() * 4 + 1e-6) + 0.5
    even: Array = np.clip(enlarged(grid, width_px, height_px), 0, 1)
    return even


def profile(chance: Chance, width_px: int, *, bumps: float, roughness: float = 0.5) -> Array:
    """A rough line, as of hills against the sky: float32[width_px] in [0, 1], about ``bumps`` bumps wide."""
    field = chance.field()
    size = max(3, math.ceil(bumps) + 2)
    line = field.random((1, size), np.float32)
    strength = roughness
    while size * 2 <= width_px:
        size *= 2
        line = enlarged(line, size, 1) + field.random((1, size), np.float32) * np.float32(strength)
        strength *= roughness
    line = enlarged(line, width_px, 1)[0]
    low, high = float(line.min()), float(line.max())
    hills: Array = (line - low) / (high - low + 1e-6)
    return hills


def ramp(values: Array, low: float, high: float) -> Array:
    """0 below ``low``, 1 above ``high``, smooth between (``low`` may exceed ``high``: then it falls)."""
    share = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    smooth: Array = share * share * (3 - 2 * share)
    return smooth
