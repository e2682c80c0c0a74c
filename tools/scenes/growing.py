"""Growing things: flower, leaf, fruit."""

from __future__ import annotations

import math
from dataclasses import replace

from tools.scenes.backdrops import greenery, place, studio, table
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance
from tools.scenes.colour import IVORY, NAMED, Colour, mix, rgb
from tools.scenes.ink import Frame

_FRUITS = (("apple", "red"), ("apple", "green"), ("orange", "orange"), ("lemon", "yellow"), ("pear", "green"))


def flower(canvas: Canvas, chance: Chance) -> Subject:
    """One large blossom."""
    greenery(canvas, chance)
    frame = place(canvas, chance, 0.26, 0.34)
    name = chance.choice(("red", "yellow", "white", "purple", "pink", "orange", "blue"))
    colour, petals, turn = chance.near(NAMED[name]), chance.choice((5, 6, 8, 12)), chance.uniform(0, 1)
    stalk = rgb(74, 128, 58)
    with canvas.ink(frame, shadow=0.25, relief=0.5) as ink:
        ink.line([(0, 0), (0.1, 1), (-0.06, 3)], 0.09, stalk)
        ink.ellipse(0.4, 1.27, 0.4, 0.13, stalk, -0.5)
    with canvas.ink(frame, shadow=0.3, relief=0.9) as ink:
        breadth = min(0.3, 1.7 / petals)
        for ring, reach, tone in ((0.0, 0.62, 0.82), (0.5, 0.5, 1.0)):
            for petal in range(petals):
                angle = turn + 2 * math.pi * (petal + ring) / petals
                shade = colour * tone * chance.uniform(0.95, 1.05)
                ink.ellipse(math.cos(angle) * reach, math.sin(angle) * reach, 0.42, breadth, shade, angle)
    with canvas.ink(frame, shadow=0.25, relief=0.8) as ink:
        ink.disc(0, 0, 0.24, rgb(224, 168, 44) if name != "yellow" else rgb(122, 78, 40))
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
    frame = replace(place(canvas, chance, 0.36, 0.44), turn=chance.uniform(-0.9, 0.9))
    name = chance.choice(("green", "green", "green", "orange", "red", "yellow"))
    colour = chance.near(NAMED[name])
    rim = [(x, 0.42 * (1 - x * x) ** 0.8 * (1 - 0.25 * x)) for x in (step / 12 - 1 for step in range(25))]
    with canvas.ink(frame, shadow=0.35, relief=0.9) as ink:
        ink.line([(-1.3, 0), (-0.9, 0)], 0.05, colour * 0.7)
        ink.polygon([*rim, *((x, -y) for x, y in reversed(rim))], colour)
    with canvas.ink(frame) as ink:
        ink.line([(-1, 0), (0.95, 0)], 0.025, mix(colour, IVORY, 0.4))
        for vein in range(-4, 5):
            root = vein / 6
            reach = 0.3 * (1 - (root + 0.15) ** 2)
            for side in (-1, 1):
                ink.line([(root, 0), (root + 0.24, side * reach)], 0.014, mix(colour, IVORY, 0.3))
    words = (f"{name} leaf", f"{name} leaf close up", f"single {name} leaf with veins", f"{name} plant leaf")
    return Subject(chance.choice(words), ("plant", name))


def fruit(canvas: Canvas, chance: Chance) -> Subject:
    """Apples, oranges, lemons or pears."""
    chance.choice((table, studio))(canvas, chance)
    name, colour = chance.choice(_FRUITS)
    count = chance.choice((1, 1, 2, 3))
    for number in range(count):
        size = chance.uniform(0.2, 0.25) * (1.15 if count == 1 else 0.85)
        x = canvas.width / 2 + (number - (count - 1) / 2) * size * 1.9
        frame = Frame(x, canvas.height * 0.56 + chance.uniform(-0.03, 0.03), size)
        _one_fruit(canvas, frame, name, chance.near(NAMED[colour], 0.04))
    many = name + "s" if count > 1 else name
    ripe = f"fresh {many}" if name == "orange" else f"{colour} {many}"
    words = (ripe, f"ripe {many} fruit", f"healthy fruit {many}")
    return Subject(chance.choice(words), ("food", name, colour))


def _one_fruit(canvas: Canvas, frame: Frame, name: str, colour: Colour) -> None:
    with canvas.ink(frame, shadow=0.4, relief=1.0) as ink:
        if name == "pear":
            ink.ellipse(0, -0.6, 0.52, 0.7, colour)
            ink.disc(0, 0.15, 0.88, colour)
        elif name == "lemon":
            for side in (-1, 1):
                ink.polygon([(side * 1.28, 0), (side * 0.7, -0.4), (side * 0.7, 0.4)], colour)
            ink.ellipse(0, 0, 1.08, 0.8, colour)
        else:
            ink.ellipse(0, 0, 1.02, 0.95, colour)
    with canvas.ink(frame) as ink:
        if name != "lemon":
            top = -1.25 if name == "pear" else -0.9
            ink.line([(0, top + 0.14), (0.08, top - 0.22)], 0.08, rgb(96, 66, 40))
            ink.ellipse(0.32, top - 0.14, 0.28, 0.11, rgb(86, 146, 62), -0.5)
        ink.ellipse(-0.38, -0.4, 0.14, 0.22, mix(colour, IVORY, 0.6), 0.6)
