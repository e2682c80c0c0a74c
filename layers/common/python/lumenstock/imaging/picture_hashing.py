"""Makes the hash of a picture from its pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumenstock.imaging.grey import grey_levels
from lumenstock.imaging.picture_hash import SIDE, PictureHash

_SAMPLES = 64
_FLAT = 2.0  # grey levels; where half of the waves are weaker, their signs are an encoder's noise

# Source: the DCT-II, orthonormal. float64[16, 64]: the frequencies 1 to 16 of 64 samples.
_WAVES = np.sqrt(2 / _SAMPLES) * np.cos(
    np.pi / _SAMPLES * np.outer(np.arange(1, SIDE + 1), np.arange(_SAMPLES) + 0.5)
)


def picture_hash(pixels: NDArray[np.uint8]) -> PictureHash | None:
    """The hash of a picture; None if it shows next to nothing, so that its hash would be chance.

    Args:
        pixels: uint8[h, w, 3], sRGB. At least 64 px each way, or the hash is of an enlargement.
    """
    waves = _WAVES @ grey_levels(pixels, _SAMPLES) @ _WAVES.T
    if np.median(np.abs(waves)) < _FLAT:
        return None
    bits = int.from_bytes(np.packbits(waves.ravel() > 0).tobytes(), "big")
    return PictureHash(bits, tuple(np.argsort(np.abs(waves), axis=None, kind="stable").tolist()))
