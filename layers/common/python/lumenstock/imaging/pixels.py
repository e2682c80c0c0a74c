"""Pixels of our own derivatives. Unlike an upload they are not hostile, so they are decoded in process."""

from __future__ import annotations

import numpy as np
import pyvips
from numpy.typing import NDArray

from lumenstock.imaging.errors import DamagedPictureError


def read_pixels(file: bytes) -> NDArray[np.uint8]:
    """Decode a derivative.

    Args:
        file: A whole WebP, 8-bit sRGB without alpha, as the pipeline writes it.

    Returns:
        uint8[h, w, 3].

    Raises:
        DamagedPictureError: It does not decode.
    """
    try:
        image = pyvips.Image.new_from_buffer(file, "", fail_on="error")
        pixels: NDArray[np.uint8] = image.colourspace("srgb").extract_band(0, n=3).cast("uchar").numpy()
    except pyvips.Error as error:
        raise DamagedPictureError("A derivative does not decode.") from error
    return pixels
