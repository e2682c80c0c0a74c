"""Growing things: flower, leaf, fruit."""

from __future__ import annotations

import math

from tools.scenes.backdrops import greenery, place, studio, table
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance
from tools.scenes.colour import NAMED, mix, rgb
from tools.scenes.ink import Point

_DARK, _PALE = rgb(36, 34, 38), rgb(250, 248, 240)


def flower(canvas: Canvas, chance: Chance) -> Subject:
    """One large blossom."""
    greenery(canvas, chance)
    x, y, size = place(canvas, chance, 0.26, 0.34)
    name = chance.choice(("red", "yellow", "white", "purple", "pink", "orange", "blue"))
    colour, petals, turn = chance.near(NAMED[name]), chance.choice((5, 6, 8, 12)), chance.uniform(0, 1)
    stalk = rgb(74, 128, 58)
    with canvas.ink(shadow=0.25, relief=0.5) as ink:
        ink.line([(x, y), (x + 0.03, y + 0.3), (x - 0.02, canvas.height + 0.02)], 0.026, stalk)
        ink.ellipse(x + 0.12, y + size + 0.08, 0.12, 0.04, stalk, -0.5)
    with canvas.ink(shadow=0.3, relief=0.9) as ink:
        for ring, reach, tone in ((0.0, 0.62, 0.82), (0.5, 0.5, 1.0)):
            for petal in range(petals):
                angle = turn + 2 * math.pi * (petal + ring) / petals
                centre = x + math.cos(angle) * size * reach, y + math.sin(angle) * size * reach
                breadth = min(0.3, 1.7 / petals) * size
                ink.ellipse(*centre, size * 0.42, breadth, colour * tone * chance.uniform(0.95, 1.05), angle)
    with canvas.ink(shadow=0.25, relief=0.8) as ink:
        ink.disc(x, y, size * 0.24, rgb(224, 168, 44) if name != "yellow" else rgb(122, 78, 40))
    words = (
        f"{name} flower",
        f"{name} blossom in a garden",
        f"{name} flower close up",
        f"blooming {name} flower",
    )
    return Subject(chance.choice(words), ("plant", name))


def leaf(canvas: Canvas, chance: Chance) -> Subject:
    """One leaf with its veins."""
    studio(canvas, chance)
    x, y, size = place(canvas, chance, 0.36, 0.44)
    turn = chance.uniform(-0.9, 0.9)
    name = chance.choice(("green", "green", "green", "orange", "red", "yellow"))
    colour = chance.near(NAMED[name])
    cosine, sine = math.cos(turn), math.sin(turn)

    def at(along: float, across: float) -> Point:
        return (x + size * (along * cosine - across * sine), y + size * (along * sine + across * cosine))

    steps = [step / 24 * 2 - 1 for step in range(25)]
    rim = [at(a, 0.42 * (1 - a * a) ** 0.8 * (1 - 0.25 * a)) for a in steps]
    rim += [at(a, -0.42 * (1 - a * a) ** 0.8 * (1 - 0.25 * a)) for a in reversed(steps)]
    with canvas.ink(shadow=0.35, relief=0.9) as ink:
        ink.line([at(-1.3, 0), at(-0.9, 0)], size * 0.05, colour * 0.7)
        ink.polygon(rim, colour)
    with canvas.ink() as ink:
        ink.line([at(-1, 0), at(0.95, 0)], size * 0.025, mix(colour, _PALE, 0.4))
        for vein in range(-4, 5):
            root = vein / 6
            reach = 0.3 * (1 - (root + 0.15) ** 2)
            for side in (-1, 1):
                ink.line([at(root, 0), at(root + 0.24, side * reach)], size * 0.014, mix(colour, _PALE, 0.3))
    words = (f"{name} leaf", f"{name} leaf close up", f"single {name} leaf with veins", f"{name} plant leaf")
    return Subject(chance.choice(words), ("plant", name))


def fruit(canvas: Canvas, chance: Chance) -> Subject:
    """Apples, oranges, lemons or pears."""
    chance.choice((table, studio))(canvas, chance)
    name, colour_name = chance.choice(
        (("apple", "red"), ("apple", "green"), ("orange", "orange"), ("lemon", "yellow"), ("pear", "green"))
    )
    count = chance.choice((1, 1, 2, 3))
    for number in range(count):
        size = chance.uniform(0.2, 0.25) * (1.15 if count == 1 else 0.85)
        x = canvas.width / 2 + (number - (count - 1) / 2) * size * 1.9
        y = canvas.height * 0.56 + chance.uniform(-0.03, 0.03)
        colour = chance.near(NAMED[colour_name], 0.04)
        with canvas.ink(shadow=0.4, relief=1.0) as ink:
            if name == "pear":
                ink.ellipse(x, y - size * 0.6, size * 0.52, size * 0.7, colour)
                ink.disc(x, y + size * 0.15, size * 0.88, colour)
            elif name == "lemon":
                ink.polygon(
                    [
                        (x - size * 1.28, y),
                        (x - size * 0.7, y - size * 0.4),
                        (x - size * 0.7, y + size * 0.4),
                    ],
                    colour,
                )
                ink.polygon(
                    [
                        (x + size * 1.28, y),
                        (x + size * 0.7, y - size * 0.4),
                        (x + size * 0.7, y + size * 0.4),
                    ],
                    colour,
                )
                ink.ellipse(x, y, size * 1.08, size * 0.8, colour)
            else:
                ink.ellipse(x, y, size * 1.02, size * 0.95, colour)
        with canvas.ink() as ink:
            if name != "lemon":
                top = y - size * (1.25 if name == "pear" else 0.9)
                ink.line(
                    [(x, top + size * 0.14), (x + size * 0.08, top - size * 0.22)],
                    size * 0.08,
                    rgb(96, 66, 40),
                )
                ink.ellipse(
                    x + size * 0.32, top - size * 0.14, size * 0.28, size * 0.11, rgb(86, 146, 62), -0.5
                )
            ink.ellipse(
                x - size * 0.38, y - size * 0.4, size * 0.14, size * 0.22, mix(colour, _PALE, 0.6), 0.6
            )
    many = name + "s" if count > 1 else name
    ripe = f"fresh {many}" if name == "orange" else f"{colour_name} {many}"
    return Subject(
        chance.choice((ripe, f"ripe {many} fruit", f"healthy fruit {many}")), ("food", name, colour_name)
    )
