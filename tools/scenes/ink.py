"""Shapes with smooth edges: drawn at twice the size, then reduced."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tools.scenes.arrays import Array
from tools.scenes.colour import Colour

_OVERSAMPLING = 2
_RELIEF_PX = 240  # light and shadow are soft, so they are computed at this size and enlarged
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """Shapes ready to be laid onto a picture.

    Attributes:
        left: Pixel column of its first column; ``top`` is the pixel row.
        premultiplied: float32[h, w, 3], colour times alpha.
        alpha: float32[h, w] in [0, 1].
    """

    left: int
    top: int
    premultiplied: Array
    alpha: Array

    def _soft(self, unit_px: int, radius: float) -> Array:
        """Alpha blurred by ``radius`` units, at reduced size."""
        scale = min(1.0, _RELIEF_PX / unit_px)
        height_px, width_px = self.alpha.shape
        size = (max(2, round(width_px * scale)), max(2, round(height_px * scale)))
        small = Image.fromarray((self.alpha * 255).astype(np.uint8)).resize(size, Image.Resampling.BOX)
        blurred = small.filter(ImageFilter.GaussianBlur(radius * unit_px * scale))
        return np.asarray(blurred, np.float32) / 255

    def _enlarged(self, small: Array) -> Array:
        height_px, width_px = self.alpha.shape
        return np.asarray(
            Image.fromarray(small.astype(np.float32)).resize((width_px, height_px), Image.Resampling.BILINEAR)
        )

    def shadow(self, unit_px: int, darkness: float) -> Layer:
        """A soft black copy, 0.02 units to the right and 0.03 down (what leaves the frame is cut)."""
        alpha = self._enlarged(self._soft(unit_px, 0.02)) * np.float32(darkness)
        right, down = round(0.02 * unit_px), round(0.03 * unit_px)
        moved = np.zeros_like(alpha)
        moved[down:, right:] = alpha[: alpha.shape[0] - down or None, : alpha.shape[1] - right or None]
        return Layer(self.left, self.top, np.zeros_like(self.premultiplied), moved)

    def lit(self, unit_px: int, strength: float) -> Layer:
        """The same shapes, rounded by light from the upper left."""
        height = self._soft(unit_px, 0.035)
        slope: Array = np.gradient(height, axis=0) + np.gradient(height, axis=1)
        scale = min(1.0, _RELIEF_PX / unit_px) * unit_px
        light: Array = 1 + np.clip(slope * scale * 0.06, -0.45, 0.4) * strength
        return Layer(
            self.left,
            self.top,
            self.premultiplied * self._enlarged(light)[..., None],
            self.alpha,
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a thing stands on the canvas. It is drawn in proportions of its own, from (0, 0) in its middle.

    Attributes:
        x: Its middle, in units of the canvas; so is ``y``.
        size: Units of the canvas to one of the thing's.
        side: -1 mirrors it left to right.
        turn: Radians, clockwise.
    """

    x: float = 0.0
    y: float = 0.0
    size: float = 1.0
    side: int = 1
    turn: float = 0.0

    def at(self, point: Point) -> Point:
        """A point of the thing on the canvas."""
        along, across = self.side * point[0] * self.size, point[1] * self.size
        if not self.turn:
            return self.x + along, self.y + across
        cosine, sine = math.cos(self.turn), math.sin(self.turn)
        return self.x + along * cosine - across * sine, self.y + along * sine + across * cosine


CANVAS = Frame()


class Ink:
    """A transparent sheet to draw on, in the proportions of a frame."""

    def __init__(self, width_px: int, height_px: int, frame: Frame = CANVAS) -> None:
        """Start with an empty sheet."""
        self._unit = min(width_px, height_px) * _OVERSAMPLING
        self._frame = frame
        self._sheet = Image.new("RGBA", (width_px * _OVERSAMPLING, height_px * _OVERSAMPLING))
        self._draw = ImageDraw.Draw(self._sheet)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon(self._points(points), fill=_rgba(colour))

    def ellipse(
        self, x: float, y: float, radius_x: float, radius_y: float, colour: Colour, turn: float = 0.0
    ) -> None:
        """A filled ellipse around a point, turned by ``turn`` radians."""
        if turn or self._frame.turn:
            self.polygon(oval(x, y, radius_x, radius_y, turn), colour)
            return
        middle_x, middle_y = self._point((x, y))
        half_x, half_y = radius_x * self._scale, radius_y * self._scale
        box = [middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y]
        self._draw.ellipse(box, fill=_rgba(colour))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A filled circle."""
        self.ellipse(x, y, radius, radius, colour)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Colour, corner: float = 0.0
    ) -> None:
        """A filled rectangle that stands upright, its corners rounded by ``corner``."""
        (x0, y0), (x1, y1) = sorted(self._points([(left, top), (right, bottom)]))
        if corner:
            self._draw.rounded_rectangle([x0, y0, x1, y1], corner * self._scale, fill=_rgba(colour))
        else:
            self._draw.rectangle([x0, y0, x1, y1], fill=_rgba(colour))

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A line through all points; never thinner than a pixel of the sheet."""
        self._draw.line(self._points(points), fill=_rgba(colour), width=self._thick(width), joint="curve")

    def arc(
        self, x: float, y: float, radius: float, angles_deg: tuple[int, int], width: float, colour: Colour
    ) -> None:
        """A piece of a circle, clockwise from the first of ``angles_deg`` (0 points right) to the second."""
        middle_x, middle_y = self._point((x, y))
        reach = radius * self._scale
        box = [middle_x - reach, middle_y - reach, middle_x + reach, middle_y + reach]
        self._draw.arc(box, *angles_deg, fill=_rgba(colour), width=self._thick(width))

    @property
    def _scale(self) -> float:
        return self._frame.size * self._unit

    def _thick(self, width: float) -> int:
        return max(1, round(width * self._scale))

    def _point(self, point: Point) -> Point:
        x, y = self._frame.at(point)
        return x * self._unit, y * self._unit

    def _points(self, points: Sequence[Point]) -> list[Point]:
        return [self._point(point) for point in points]

    def layer(self) -> Layer | None:
        """What was drawn, at the canvas's size; None if nothing was."""
        box = self._sheet.getbbox()
        if box is None:
            return None
        margin_px = round(self._unit / _OVERSAMPLING * 0.09)  # room for the shadow
        left, top = (max(0, edge // _OVERSAMPLING - margin_px) for edge in box[:2])
        right = min(self._sheet.width, box[2] + margin_px * _OVERSAMPLING)
        bottom = min(self._sheet.height, box[3] + margin_px * _OVERSAMPLING)
        crop = self._sheet.crop((left * _OVERSAMPLING, top * _OVERSAMPLING, right, bottom))
        reduced = np.asarray(crop.convert("RGBa").reduce(_OVERSAMPLING), np.float32) / 255
        return Layer(left, top, np.ascontiguousarray(reduced[..., :3]), np.ascontiguousarray(reduced[..., 3]))


def oval(x: float, y: float, radius_x: float, radius_y: float, turn: float, corners: int = 36) -> list[Point]:
    """The outline of an ellipse turned by ``turn`` radians."""
    cosine, sine = math.cos(turn), math.sin(turn)
    outline: list[Point] = []
    for step in range(corners):
        angle = 2 * math.pi * step / corners
        across, along = radius_x * math.cos(angle), radius_y * math.sin(angle)
        outline.append((x + across * cosine - along * sine, y + across * sine + along * cosine))
    return outline


def _rgba(colour: Colour) -> tuple[int, int, int, int]:
    red, green, blue = (min(255, max(0, round(float(channel) * 255))) for channel in colour)
    return red, green, blue, 255
