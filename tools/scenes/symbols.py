"""Heart, star and light bulb."""

from __future__ import annotations

import math

import numpy as np

from tools.scenes.arrays import Array
from tools.scenes.backdrops import place, plain, studio
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, SOOT, mix, rgb
from tools.scenes.ink import Frame, Point


def heart(canvas: Canvas, chance: Chance) -> Subject:
    """A heart."""
    studio(canvas, chance)
    frame = place(canvas, chance, 0.28, 0.36)
    name = chance.choice(("red", "red", "red", "pink", "purple", "orange"))
    with canvas.ink(frame, shadow=0.4, relief=1.0) as ink:
        ink.polygon([_heart_curve(2 * math.pi * step / 80) for step in range(80)], chance.near(NAMED[name]))
    words = (
        f"{name} heart",
        f"{name} valentine heart",
        f"love symbol with {a(name)} heart",
        "romantic heart shape",
    )
    return Subject(chance.choice(words), ("love", name))


def _heart_curve(t: float) -> Point:
    """A point of the heart curve; its lobes reach to 1 on either side.

    Source: https://mathworld.wolfram.com/HeartCurve.html (the sixth), divided by 16.
    """
    up = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
    return math.sin(t) ** 3, -up / 16


def star(canvas: Canvas, chance: Chance) -> Subject:
    """A five-pointed star."""
    plain(canvas, chance, NAMED[chance.choice(("blue", "purple", "black", "red", "green", "white"))])
    frame = place(canvas, chance, 0.32, 0.4)
    name, turn = chance.choice(("yellow", "yellow", "orange", "white", "pink")), chance.uniform(-0.2, 0.2)
    outline: list[Point] = []
    for corner in range(10):
        angle, reach = math.pi * corner / 5 - math.pi / 2 + turn, 0.42 if corner % 2 else 1
        outline.append((math.cos(angle) * reach, math.sin(angle) * reach))
    with canvas.ink(frame, shadow=0.4, relief=1.0) as ink:
        ink.polygon(outline, chance.near(NAMED[name]))
    words = (f"{name} star", f"{name} star shape", f"five pointed {name} star", f"{name} star icon")
    return Subject(chance.choice(words), ("shape", name))


def lamp(canvas: Canvas, chance: Chance) -> Subject:
    """A glowing light bulb."""
    plain(canvas, chance, mix(NAMED[chance.choice(BRIGHT)], NAMED["black"], chance.uniform(0.55, 0.85)))
    middle = place(canvas, chance, 0.2, 0.26)
    frame = Frame(middle.x, middle.y - 0.3 * middle.size, middle.size)
    canvas.blend(rgb(255, 226, 140), _glow(canvas, frame) * 0.75)
    with canvas.ink(frame, relief=0.4) as ink:
        ink.polygon([(-0.82, 0.5), (0.82, 0.5), (0.4, 1.35), (-0.4, 1.35)], rgb(255, 238, 176))
        ink.disc(0, 0, 1, rgb(255, 240, 180))
        for ring in range(3):
            top = 1.35 + 0.17 * ring
            ink.box(-0.4, top, 0.4, top + 0.14, rgb(160, 164, 172), 0.06)
        ink.ellipse(0, 1.88, 0.22, 0.1, SOOT)
    with canvas.ink(frame) as ink:
        coil = [(0.12 * (step - 3), 0.25 if step % 2 else -0.1) for step in range(7)]
        ink.line([(-0.2, 1.3), *coil, (0.2, 1.3)], 0.05, rgb(232, 146, 40))
    words = ("glowing light bulb", "light bulb as an idea", "electric light bulb", "shining lamp bulb")
    return Subject(chance.choice(words), ("electricity", "idea", "light"))


def _glow(canvas: Canvas, frame: Frame) -> Array:
    """1 in the middle of the bulb, a half at 1.6 of its radius."""
    return 1 / (1 + (canvas.distance(frame.x, frame.y) / np.float32(1.6 * frame.size)) ** 3)
