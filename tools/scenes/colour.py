"""Colours: RGB triples from 0 to 1, and the names that captions use for them."""

from __future__ import annotations

import numpy as np

from tools.scenes.arrays import Array

Colour = Array


def rgb(red: int, green: int, blue: int) -> Colour:
    """A colour from its 8-bit sRGB values."""
    return np.array((red, green, blue), np.float32) / 255


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour that is ``share`` (in [0, 1]) of the way from ``first`` to ``second``."""
    return first + (second - first) * np.float32(share)


NAMED: dict[str, Colour] = {
    "red": rgb(206, 42, 46),
    "orange": rgb(240, 136, 36),
    "yellow": rgb(246, 212, 62),
    "green": rgb(62, 152, 74),
    "blue": rgb(44, 98, 200),
    "purple": rgb(128, 66, 168),
    "pink": rgb(240, 136, 178),
    "brown": rgb(124, 82, 50),
    "white": rgb(244, 243, 240),
    "black": rgb(30, 30, 34),
    "grey": rgb(134, 136, 140),
    "teal": rgb(32, 152, 150),
}

SOOT, IVORY = rgb(40, 40, 46), rgb(249, 247, 240)  # the darkest and the palest of drawn things

BRIGHT = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "teal")
EVERY = tuple(NAMED)
