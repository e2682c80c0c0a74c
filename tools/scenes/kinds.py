"""Every kind of scene, with its painter and its category in the marketplace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.scenes import coast
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance

Painter = Callable[[Canvas, Chance], Subject]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of scene.

    Attributes:
        name: Also the first tag of its scenes.
        category: Of the marketplace.
        paint: Paints one onto the canvas.
    """

    name: str
    category: str
    paint: Painter


KINDS: tuple[Kind, ...] = (
    Kind("ocean", "nature", coast.ocean),
    Kind("beach", "travel", coast.beach),
)
