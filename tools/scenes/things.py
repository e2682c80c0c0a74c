"""Car, balloons, umbrella."""

from __future__ import annotations

import math

from tools.scenes.backdrops import place, studio
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, mix, rgb
from tools.scenes.light import DAY
from tools.scenes.sky import paint_sky

_DARK, _PALE = rgb(44, 44, 52), rgb(248, 246, 240)
_RIB = tuple(math.pi / 8 * step for step in range(1, 5))  # angles from the tip of an umbrella to its rim


def car(canvas: Canvas, chance: Chance) -> Subject:
    """A car from the side."""
    x, y, size = place(canvas, chance, 0.4, 0.5)
    if chance.maybe(0.6):
        paint_sky(canvas, chance, DAY, y + size * 0.3)
        canvas.blend(rgb(120, 122, 126), canvas.below(canvas.x[0] * 0 + y + size * 0.32))
    else:
        studio(canvas, chance)
    name = chance.choice((*BRIGHT, "white", "black", "grey"))
    colour, glass, wheel_y = chance.near(NAMED[name]), rgb(150, 190, 212), y + size * 0.42
    with canvas.ink(shadow=0.4, relief=0.8) as ink:
        ink.polygon(
            [
                (x - size * 0.62, y),
                (x - size * 0.36, y - size * 0.42),
                (x + size * 0.3, y - size * 0.42),
                (x + size * 0.62, y),
            ],
            colour,
        )
        ink.box(x - size * 1.05, y - size * 0.04, x + size * 1.05, wheel_y, colour, size * 0.14)
    with canvas.ink() as ink:
        ink.polygon(
            [
                (x - size * 0.5, y),
                (x - size * 0.3, y - size * 0.34),
                (x - size * 0.03, y - size * 0.34),
                (x - size * 0.03, y),
            ],
            glass,
        )
        ink.polygon(
            [
                (x + size * 0.03, y),
                (x + size * 0.03, y - size * 0.34),
                (x + size * 0.25, y - size * 0.34),
                (x + size * 0.5, y),
            ],
            glass,
        )
        ink.box(
            x + size * 0.94,
            y + size * 0.08,
            x + size * 1.05,
            y + size * 0.18,
            rgb(255, 240, 180),
            size * 0.03,
        )
        ink.box(
            x - size * 1.05, y + size * 0.08, x - size * 0.96, y + size * 0.18, rgb(210, 50, 44), size * 0.03
        )
        for side in (-0.6, 0.6):
            for radius, tone in (
                (0.24, rgb(34, 34, 38)),
                (0.13, rgb(190, 194, 200)),
                (0.05, rgb(90, 92, 98)),
            ):
                ink.disc(x + side * size, wheel_y, size * radius, tone)
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
    base = canvas.width / 2, canvas.height * 1.05
    with canvas.ink(relief=1.0) as ink:
        for number in range(count):
            size = chance.uniform(0.13, 0.16) if count > 1 else chance.uniform(0.2, 0.25)
            x = canvas.width / 2 + (number - (count - 1) / 2) * 0.22 + chance.uniform(-0.04, 0.04)
            y = canvas.height * chance.uniform(0.26, 0.46)
            colour = chance.near(NAMED[name if number % 2 == 0 else chance.choice(BRIGHT)])
            ink.line([(x, y + size), ((x + base[0]) / 2, y + 0.42), base], 0.005, rgb(230, 230, 232))
            ink.polygon(
                [(x, y + size * 1.05), (x - size * 0.14, y + size * 1.3), (x + size * 0.14, y + size * 1.3)],
                colour,
            )
            ink.ellipse(x, y, size * 0.92, size * 1.15, colour)
            ink.ellipse(
                x - size * 0.34, y - size * 0.5, size * 0.14, size * 0.24, mix(colour, _PALE, 0.6), 0.5
            )
    words = (
        (f"{name} balloon in the sky", f"{name} party balloon")
        if count == 1
        else (f"{name} balloons", "colourful party balloons")
    )
    return Subject(chance.choice(words), ("party", name))


def umbrella(canvas: Canvas, chance: Chance) -> Subject:
    """An open umbrella."""
    studio(canvas, chance)
    x, y, size = place(canvas, chance, 0.36, 0.44)
    name, tilt = chance.choice(BRIGHT), chance.uniform(-0.12, 0.12)
    colour, rim, ribs = chance.near(NAMED[name]), y + size * 0.1, 6
    with canvas.ink(shadow=0.35, relief=0.7) as ink:
        ink.line([(x, y - size * 0.8), (x + tilt * size, y + size * 0.95)], size * 0.045, _DARK)
        ink.arc(x + tilt * size - size * 0.1, y + size * 0.95, size * 0.12, 0, 180, size * 0.05, _DARK)
        for rib in range(ribs):
            first, last = -math.cos(math.pi * rib / ribs), -math.cos(math.pi * (rib + 1) / ribs)
            left, right = (
                [(x + size * side * math.sin(angle), rim - size * 0.88 * math.cos(angle)) for angle in _RIB]
                for side in (first, last)
            )
            scallop = (x + size * (first + last) / 2, rim - size * 0.1)
            gore = [(x, y - size * 0.78), *left, scallop, *reversed(right)]
            ink.polygon(gore, colour * (1.06 if rib % 2 else 0.86))
    words = (f"{name} umbrella", f"open {name} umbrella", f"{name} rain umbrella")
    return Subject(chance.choice(words), ("weather", name))
