"""Heart, star and light bulb."""

from __future__ import annotations

import math

import numpy as np

from tools.scenes.arrays import Array
from tools.scenes.backdrops import place, plain, studio
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, mix, rgb
from tools.scenes.ink import Point

_DARK, _PALE = rgb(44, 44, 52), rgb(248, 246, 240)


def heart(canvas: Canvas, chance: Chance) -> Subject:
    """A heart."""
    studio(canvas, chance)
    x, y, size = place(canvas, chance, 0.28, 0.36)
    name = chance.choice(("red", "red", "red", "pink", "purple", "orange"))
    outline: list[Point] = []
    for step in range(
        80
    ):  # Source: the heart curve x = 16 sin³t, y = 13 cos t − 5 cos 2t − 2 cos 3t − cos 4t
        t = 2 * math.pi * step / 80
        across = 16 * math.sin(t) ** 3
        up = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        outline.append((x + size * across / 16, y - size * up / 16))
    with canvas.ink(shadow=0.4, relief=1.0) as ink:
        ink.polygon(outline, chance.near(NAMED[name]))
    words = (
        f"{name} heart",
        f"{name} valentine heart",
        f"love symbol with {a(name)} heart",
        "romantic heart shape",
    )
    return Subject(chance.choice(words), ("love", name))


def star(canvas: Canvas, chance: Chance) -> Subject:
    """A five-pointed star."""
    plain(canvas, chance, NAMED[chance.choice(("blue", "purple", "black", "red", "green", "white"))])
    x, y, size = place(canvas, chance, 0.32, 0.4)
    name, turn = chance.choice(("yellow", "yellow", "orange", "white", "pink")), chance.uniform(-0.2, 0.2)
    outline: list[Point] = []
    for corner in range(10):
        angle, reach = math.pi * corner / 5 - math.pi / 2 + turn, size * (0.42 if corner % 2 else 1)
        outline.append((x + math.cos(angle) * reach, y + math.sin(angle) * reach))
    with canvas.ink(shadow=0.4, relief=1.0) as ink:
        ink.polygon(outline, chance.near(NAMED[name]))
    words = (f"{name} star", f"{name} star shape", f"five pointed {name} star", f"{name} star icon")
    return Subject(chance.choice(words), ("shape", name))


def lamp(canvas: Canvas, chance: Chance) -> Subject:
    """A glowing light bulb."""
    plain(canvas, chance, mix(NAMED[chance.choice(BRIGHT)], NAMED["black"], chance.uniform(0.55, 0.85)))
    x, y, size = place(canvas, chance, 0.2, 0.26)
    y -= size * 0.3
    canvas.blend(rgb(255, 226, 140), _glow(canvas, x, y, size * 1.6) * 0.75)
    with canvas.ink(relief=0.4) as ink:
        ink.polygon(
            [
                (x - size * 0.82, y + size * 0.5),
                (x + size * 0.82, y + size * 0.5),
                (x + size * 0.4, y + size * 1.35),
                (x - size * 0.4, y + size * 1.35),
            ],
            rgb(255, 238, 176),
        )
        ink.disc(x, y, size, rgb(255, 240, 180))
        for ring in range(3):
            top = y + size * (1.35 + 0.17 * ring)
            ink.box(x - size * 0.4, top, x + size * 0.4, top + size * 0.14, rgb(160, 164, 172), size * 0.06)
        ink.ellipse(x, y + size * 1.88, size * 0.22, size * 0.1, _DARK)
    with canvas.ink() as ink:
        coil = [(x + size * 0.12 * (step - 3), y + size * (0.25 if step % 2 else -0.1)) for step in range(7)]
        ink.line(
            [(x - size * 0.2, y + size * 1.3), *coil, (x + size * 0.2, y + size * 1.3)],
            size * 0.05,
            rgb(232, 146, 40),
        )
    words = ("glowing light bulb", "light bulb as an idea", "electric light bulb", "shining lamp bulb")
    return Subject(chance.choice(words), ("electricity", "idea", "light"))


def _glow(canvas: Canvas, x: float, y: float, radius: float) -> Array:
    """1 in the middle, a half at ``radius``."""
    return 1 / (1 + (canvas.distance(x, y) / np.float32(radius)) ** 3)
