"""Car, balloons, umbrella."""

from __future__ import annotations

import math

import numpy as np

from tools.scenes.backdrops import place, studio
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, IVORY, NAMED, SOOT, Colour, mix, rgb
from tools.scenes.ink import Frame, Point
from tools.scenes.light import DAY
from tools.scenes.sky import paint_sky

_WHEEL = ((0.24, rgb(34, 34, 38)), (0.13, rgb(190, 194, 200)), (0.05, rgb(90, 92, 98)))
_RIBS = 6


def car(canvas: Canvas, chance: Chance) -> Subject:
    """A car from the side."""
    frame = place(canvas, chance, 0.4, 0.5)
    if chance.maybe(0.6):
        street = frame.y + 0.32 * frame.size
        paint_sky(canvas, chance, DAY, street)
        canvas.blend(rgb(120, 122, 126), canvas.below(np.full(canvas.width_px, street, np.float32)))
    else:
        studio(canvas, chance)
    name = chance.choice((*BRIGHT, "white", "black", "grey"))
    colour, glass = chance.near(NAMED[name]), rgb(150, 190, 212)
    with canvas.ink(frame, shadow=0.4, relief=0.8) as ink:
        ink.polygon([(-0.62, 0), (-0.36, -0.42), (0.3, -0.42), (0.62, 0)], colour)
        ink.box(-1.05, -0.04, 1.05, 0.42, colour, 0.14)
    with canvas.ink(frame) as ink:
        ink.polygon([(-0.5, 0), (-0.3, -0.34), (-0.03, -0.34), (-0.03, 0)], glass)
        ink.polygon([(0.03, 0), (0.03, -0.34), (0.25, -0.34), (0.5, 0)], glass)
        ink.box(0.94, 0.08, 1.05, 0.18, rgb(255, 240, 180), 0.03)
        ink.box(-1.05, 0.08, -0.96, 0.18, rgb(210, 50, 44), 0.03)
        for x in (-0.6, 0.6):
            for radius, tone in _WHEEL:
                ink.disc(x, 0.42, radius, tone)
    words = (
        f"{name} car",
        f"{name} automobile",
        f"side view of {a(name)} car",
        f"{name} vehicle parked on the street",
    )
    return Subject(chance.choice(words), ("vehicle", name))


def balloons(canvas: Canvas, chance: Chance) -> Subject:
    """Balloons on strings before the sky."""
    paint_sky(canvas, chance, DAY, canvas.height * 1.1)
    name, count = chance.choice(BRIGHT), chance.choice((1, 3, 3, 5))
    for number in range(count):
        size = chance.uniform(0.13, 0.16) if count > 1 else chance.uniform(0.2, 0.25)
        x = canvas.width / 2 + (number - (count - 1) / 2) * 0.22 + chance.uniform(-0.04, 0.04)
        frame = Frame(x, canvas.height * chance.uniform(0.26, 0.46), size)
        _balloon(canvas, frame, chance.near(NAMED[name if number % 2 == 0 else chance.choice(BRIGHT)]))
    alone = (f"{name} balloon in the sky", f"{name} party balloon")
    together = (f"{name} balloons", "colourful party balloons")
    return Subject(chance.choice(alone if count == 1 else together), ("party", name))


def _balloon(canvas: Canvas, frame: Frame, colour: Colour) -> None:
    hand = canvas.width / 2, canvas.height * 1.05
    with canvas.ink() as ink:
        middle = (frame.x + hand[0]) / 2, frame.y + 0.42
        ink.line([frame.at((0, 1)), middle, hand], 0.005, rgb(230, 230, 232))
    with canvas.ink(frame, relief=1.0) as ink:
        ink.polygon([(0, 1.05), (-0.14, 1.3), (0.14, 1.3)], colour)
        ink.ellipse(0, 0, 0.92, 1.15, colour)
        ink.ellipse(-0.34, -0.5, 0.14, 0.24, mix(colour, IVORY, 0.6), 0.5)


def umbrella(canvas: Canvas, chance: Chance) -> Subject:
    """An open umbrella."""
    studio(canvas, chance)
    frame = place(canvas, chance, 0.36, 0.44)
    name, tilt = chance.choice(BRIGHT), chance.uniform(-0.12, 0.12)
    colour = chance.near(NAMED[name])
    with canvas.ink(frame, shadow=0.35, relief=0.7) as ink:
        ink.line([(0, -0.8), (tilt, 0.95)], 0.045, SOOT)
        ink.arc(tilt - 0.1, 0.95, 0.12, (0, 180), 0.05, SOOT)
        for rib in range(_RIBS):
            first, last = (-math.cos(math.pi * number / _RIBS) for number in (rib, rib + 1))
            gore = [(0, -0.78), *_rib(first), ((first + last) / 2, 0.0), *reversed(_rib(last))]
            ink.polygon(gore, colour * (1.06 if rib % 2 else 0.86))
    words = (f"{name} umbrella", f"open {name} umbrella", f"{name} rain umbrella")
    return Subject(chance.choice(words), ("weather", name))


def _rib(end: float) -> list[Point]:
    """From near the tip of the umbrella to its rim at ``end``, in [-1, 1]."""
    angles = [math.pi / 8 * step for step in range(1, 5)]
    return [(end * math.sin(angle), 0.1 - 0.88 * math.cos(angle)) for angle in angles]
