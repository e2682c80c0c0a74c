"""What a camera adds: exposure, contrast, vignette, grain."""

from __future__ import annotations

import numpy as np

from tools.scenes.canvas import Canvas
from tools.scenes.chance import Chance


def finished(canvas: Canvas, chance: Chance) -> None:
    """Give the picture the look of a photograph, each time a little different."""
    pixels = canvas.pixels
    np.clip(pixels, 0, 1, out=pixels)
    contrast, brightness = chance.uniform(0.88, 1.14), chance.uniform(-0.05, 0.05)
    pixels -= np.float32(0.5)
    pixels *= np.float32(contrast)
    pixels += np.float32(0.5 + brightness)
    if chance.maybe(0.4):
        strength = chance.uniform(0.08, 0.3)
        centre = canvas.distance(canvas.width / 2, canvas.height / 2)
        canvas.shade(1 - np.float32(strength) * np.square(centre / centre.max()))
    grain = chance.field()
    if chance.maybe(0.6):
        strength = chance.uniform(0.004, 0.02)
        canvas.pixels += ((grain.random(pixels.shape[:2], np.float32) - 0.5) * np.float32(2 * strength))[
            ..., None
        ]
