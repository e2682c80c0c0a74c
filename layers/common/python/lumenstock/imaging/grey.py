"""A picture in a few grey levels: what is compared where pictures are, and not what they show."""

from __future__ import annotations

import numpy as np
import pyvips
from numpy.typing import NDArray

from lumenstock.imaging.miniature import SIDE, Miniature

# Source: ITU-R BT.601, as most programs make a picture grey.
_LUMA = np.array([0.299, 0.587, 0.114])


def grey_levels(pixels: NDArray[np.uint8], side: int) -> NDArray[np.float64]:
    """The brightness of a picture made square: float64[side, side] in [0, 255].

    Args:
        pixels: uint8[h, w, 3], sRGB. With fewer pixels a side than that it is enlarged.
        side: Levels each way.
    """
    height, width, bands = pixels.shape
    picture = pyvips.Image.new_from_memory(np.ascontiguousarray(pixels).data, width, height, bands, "uchar")
    samples = picture.copy(interpretation="srgb").thumbnail_image(side, height=side, size="force")
    levels: NDArray[np.float64] = samples.numpy() @ _LUMA
    return levels


def miniature(pixels: NDArray[np.uint8]) -> Miniature:
    """The miniature of a picture, uint8[h, w, 3]."""
    height, width, _ = pixels.shape
    return Miniature(np.rint(grey_levels(pixels, SIDE)).astype(np.uint8).tobytes(), width / height)
