"""Both marks of a public file: words that everybody sees, and the mark that only we find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyvips

from lumenstock.imaging.invisible_mark import Pattern, embed

MARK = Path(__file__).with_name("mark.png")


def marked(image: Any, pattern: Pattern | None) -> Any:  # noqa: ANN401 - pyvips has no types
    """``image`` (8-bit sRGB, in memory) under the visible mark, and above it the invisible one.

    In this order the words weaken no wave of the pattern; to the detector they are part of the picture.
    Without a ``pattern`` there is only the visible mark.
    """
    shown = _worded(image)
    if pattern is None:
        return shown
    return pyvips.Image.new_from_array(embed(shown.numpy(), pattern), interpretation="srgb")


def _worded(image: Any) -> Any:  # noqa: ANN401 - pyvips has no types
    """The visible mark. A blend in integers takes a third of ``composite``'s time."""
    tile = pyvips.Image.pngload(str(MARK))
    across, down = -(-image.width // tile.width), -(-image.height // tile.height)
    mark = tile.copy_memory().replicate(across, down).crop(0, 0, image.width, image.height)
    colour, opacity = mark.extract_band(0, n=3), mark[3]
    return opacity.ifthenelse(colour, image, blend=True).copy_memory()
