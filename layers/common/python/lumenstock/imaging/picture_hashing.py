"""Makes the hash of a picture from its pixels."""

from __future__ import annotations

import numpy as np
import pyvips
from numpy.typing import NDArray

from lumenstock.imaging.picture_hash import SIDE, PictureHash

_SAMPLES = 64
_FLAT = 2.0  # grey levels; where half of the waves are weaker, their signs are an encoder's noise

# Source: the DCT-II, orthonormal. float64[16, 64]: the frequencies 1 to 16 of 64 samples.
_WAVES = np.sqrt(2 / _SAMPLES) * np.cos(
    np.pi / _SAMPLES * np.outer(np.arange(1, SIDE + 1), np.arange(_SAMPLES) + 0.5)
)
# Source: ITU-R BT.601, as most programs make a picture grey.
_LUMA = np.array([0.299, 0.587, 0.114])


def picture_hash(pixels: NDArray[np.uint8]) -> PictureHash | None:
    """The hash of a picture; None if it shows next to nothing, so that its hash would be chance.

    Args:
        pixels: uint8[h, w, 3], sRGB. At least 64 px each way, or the hash is of an enlargement.
    """
    height, width, bands = pixels.shape
    picture = pyvips.Image.new_from_memory(np.ascontiguousarray(pixels).data, width, height, bands, "uchar")
    samples = picture.copy(interpretation="srgb").thumbnail_image(_SAMPLES, height=_SAMPLES, size="force")
    waves = _WAVES @ (samples.numpy() @ _LUMA) @ _WAVES.T
    if np.median(np.abs(waves)) < _FLAT:
        return None
    bits = int.from_bytes(np.packbits(waves.ravel() > 0).tobytes(), "big")
    return PictureHash(bits, tuple(np.argsort(np.abs(waves), axis=None, kind="stable").tolist()))
