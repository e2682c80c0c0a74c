"""The picture while it is painted: float pixels, and coordinates that do not depend on its size.

One unit is the short side. x grows to the right from 0 to ``width``, y downwards from 0 to ``height``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image

from tools.scenes import noise
from tools.scenes.arrays import Array
from tools.scenes.chance import Chance
from tools.scenes.colour import Colour
from tools.scenes.ink import CANVAS, Frame, Ink, Layer

Mask = Array


class Canvas:
    """A picture being painted.

    Attributes:
        pixels: float32[h, w, 3], sRGB from 0 to 1 (may overshoot until :meth:`picture`).
        x: float32[1, w], the units of each column's middle; ``y`` is float32[h, 1].
        width: In units; the shorter of ``width`` and ``height`` is 1.
    """

    def __init__(self, width_px: int, height_px: int) -> None:
        """Start with a black picture."""
        self.width_px, self.height_px = width_px, height_px
        self.unit_px = min(width_px, height_px)
        self.width, self.height = width_px / self.unit_px, height_px / self.unit_px
        self.pixels = np.zeros((height_px, width_px, 3), np.float32)
        self.x = ((np.arange(width_px, dtype=np.float32) + 0.5) / self.unit_px)[None, :]
        self.y = ((np.arange(height_px, dtype=np.float32) + 0.5) / self.unit_px)[:, None]

    def row(self, y: float) -> int:
        """The pixel row at height ``y``, kept inside the picture."""
        return min(self.height_px, max(0, round(y * self.unit_px)))

    def noise(
        self,
        chance: Chance,
        blob: float,
        *,
        stretch: float = 1.0,
        roughness: float = 0.5,
        finest: float = 0.0,
        top: float = 0.0,
    ) -> Mask:
        """Fractal noise for the rows from ``top`` down; see :func:`tools.scenes.noise.fractal`."""
        shape = (max(1, self.height_px - self.row(top)), self.width_px)
        return noise.fractal(chance, shape, blob=blob, stretch=stretch, roughness=roughness, finest=finest)

    def fill(self, colour: Colour) -> None:
        """Paint everything in one colour."""
        self.pixels[:] = colour

    def gradient(self, first: Colour, last: Colour, share: Mask) -> None:
        """Paint everything from ``first`` (share 0) to ``last`` (share 1)."""
        self.pixels[:] = first + (last - first) * np.broadcast_to(share, self.pixels.shape[:2])[..., None]

    def blend(self, colour: Colour | Array, mask: Mask, top: float = 0.0) -> None:
        """Paint ``colour`` (one, or one a pixel) as strongly as ``mask`` says, from ``top`` down."""
        part = self.pixels[self.row(top) :]
        part += (colour - part) * np.broadcast_to(mask, part.shape[:2])[..., None]

    def shade(self, factor: Mask, top: float = 0.0) -> None:
        """Multiply the rows from ``top`` down by ``factor``."""
        part = self.pixels[self.row(top) :]
        part *= np.broadcast_to(factor, part.shape[:2])[..., None]

    def below(self, line: Mask, softness_px: float = 1.0) -> Mask:
        """Where the picture lies below ``line`` (a height for each column): float32[h, w] in [0, 1]."""
        return np.clip((self.y - line[None, :]) * (self.unit_px / softness_px) + 0.5, 0, 1)

    def distance(self, x: float, y: float) -> Mask:
        """Distance of every pixel from a point, in units."""
        return np.hypot(self.x - np.float32(x), self.y - np.float32(y))

    @contextmanager
    def ink(
        self, frame: Frame = CANVAS, *, shadow: float = 0.0, relief: float = 0.0, opacity: float = 1.0
    ) -> Iterator[Ink]:
        """Draw shapes with smooth edges; they are laid onto the picture at the end.

        Args:
            frame: In whose proportions to draw.
            shadow: Darkness in [0, 1] of a soft shadow cast to the lower right.
            relief: How round the shapes look, in [0, 1]: light comes from the upper left.
            opacity: Of the whole, in [0, 1].
        """
        ink = Ink(self.width_px, self.height_px, frame)
        yield ink
        layer = ink.layer()
        if layer is None:
            return
        if shadow:
            self._lay(layer.shadow(self.unit_px, shadow))
        self._lay(layer.lit(self.unit_px, relief) if relief else layer, opacity)

    def _lay(self, layer: Layer, opacity: float = 1.0) -> None:
        part = self.pixels[
            layer.top : layer.top + layer.alpha.shape[0], layer.left : layer.left + layer.alpha.shape[1]
        ]
        part *= 1 - layer.alpha[..., None] * np.float32(opacity)
        part += layer.premultiplied * np.float32(opacity)

    def picture(self) -> Image.Image:
        """The picture as 8-bit RGB."""
        return Image.fromarray((np.clip(self.pixels, 0, 1) * 255 + 0.5).astype(np.uint8))
