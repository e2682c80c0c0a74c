"""Wild animals: bird, fish, butterfly, ladybird."""

from __future__ import annotations

import math

from tools.scenes.backdrops import greenery, place
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance
from tools.scenes.colour import NAMED, mix, rgb
from tools.scenes.ink import Point, oval

_DARK, _PALE = rgb(36, 34, 38), rgb(250, 248, 240)


def bird(canvas: Canvas, chance: Chance) -> Subject:
    """A songbird on a branch."""
    greenery(canvas, chance)
    x, y, size = place(canvas, chance, 0.22, 0.28)
    side = chance.choice((-1, 1))
    name = chance.choice(("blue", "red", "yellow", "green", "brown", "grey"))
    colour = chance.near(NAMED[name])
    with canvas.ink(shadow=0.2, relief=0.5) as ink:
        ink.line(
            [(-0.02, y + size * 1.15), (x, y + size * 0.98), (canvas.width + 0.02, y + size * 1.05)],
            0.035,
            rgb(104, 78, 56),
        )
    with canvas.ink(shadow=0.25, relief=0.8) as ink:
        ink.polygon(
            [
                (x - side * size * 0.6, y + size * 0.1),
                (x - side * size * 1.7, y + size * 0.72),
                (x - side * size * 1.45, y + size * 0.9),
                (x - side * size * 0.3, y + size * 0.5),
            ],
            colour * 0.75,
        )
        ink.ellipse(x, y + size * 0.2, size * 0.95, size * 0.68, colour, side * -0.35)
        ink.disc(x + side * size * 0.66, y - size * 0.42, size * 0.46, colour)
        ink.polygon(
            [
                (x + side * size * 1.02, y - size * 0.55),
                (x + side * size * 1.45, y - size * 0.38),
                (x + side * size * 1.02, y - size * 0.25),
            ],
            rgb(238, 166, 48),
        )
    with canvas.ink() as ink:
        ink.ellipse(
            x + side * size * 0.42,
            y + size * 0.42,
            size * 0.5,
            size * 0.3,
            mix(colour, _PALE, 0.6),
            side * -0.5,
        )
        ink.polygon(
            oval(x - side * size * 0.25, y + size * 0.12, size * 0.7, size * 0.32, side * -0.5), colour * 0.66
        )
        ink.disc(x + side * size * 0.78, y - size * 0.5, size * 0.085, _DARK)
        for leg in (-0.1, 0.15):
            ink.line(
                [(x + leg * size, y + size * 0.8), (x + leg * size, y + size * 1.05)], size * 0.05, _DARK
            )
    words = (
        f"{name} bird",
        f"small {name} bird on a branch",
        f"{name} songbird",
        f"wild {name} bird in nature",
    )
    return Subject(chance.choice(words), ("animal", name))


def fish(canvas: Canvas, chance: Chance) -> Subject:
    """Tropical fish in blue water."""
    canvas.gradient(chance.near(rgb(60, 150, 190)), chance.near(rgb(14, 60, 110)), canvas.y / canvas.height)
    canvas.shade(0.9 + 0.25 * canvas.noise(chance, 0.4, stretch=3, roughness=0.4, finest=0.05))
    name, count = chance.choice(("orange", "yellow", "red", "purple", "white")), chance.choice((1, 1, 2, 3))
    colour = chance.near(NAMED[name])
    for number in range(count):
        size, side = chance.uniform(0.24, 0.3) * (1.2 if count == 1 else 0.62), chance.choice((-1, 1))
        x = canvas.width * (number + 1) / (count + 1) + chance.uniform(-0.05, 0.05)
        y = canvas.height * (0.5 if count == 1 else chance.uniform(0.25, 0.75))
        with canvas.ink(relief=0.8) as ink:
            ink.polygon(
                [
                    (x - side * size * 0.7, y),
                    (x - side * size * 1.45, y - size * 0.5),
                    (x - side * size * 1.25, y),
                    (x - side * size * 1.45, y + size * 0.5),
                ],
                colour * 0.82,
            )
            ink.polygon(
                [
                    (x - side * size * 0.4, y - size * 0.4),
                    (x, y - size * 0.85),
                    (x + side * size * 0.4, y - size * 0.4),
                ],
                colour * 0.82,
            )
            ink.ellipse(x, y, size, size * 0.54, colour)
        with canvas.ink() as ink:
            for band in (-0.3, 0.2):
                ink.ellipse(x + side * size * band, y, size * 0.08, size * 0.48, mix(_PALE, colour, 0.1))
            ink.disc(x + side * size * 0.64, y - size * 0.12, size * 0.11, _PALE)
            ink.disc(x + side * size * 0.66, y - size * 0.12, size * 0.06, _DARK)
    with canvas.ink(opacity=0.5) as ink:
        for _ in range(chance.randint(5, 12)):
            bubble = chance.uniform(0.1, canvas.width - 0.1), chance.uniform(0.05, canvas.height * 0.7)
            ink.arc(*bubble, chance.uniform(0.01, 0.024), 0, 360, 0.004, rgb(226, 244, 250))
    words = (
        f"{name} fish",
        f"{name} tropical fish swimming",
        f"{name} fish in an aquarium",
        f"{name} goldfish in water",
    )
    return Subject(chance.choice(words), ("animal", "water", name))


def butterfly(canvas: Canvas, chance: Chance) -> Subject:
    """A butterfly with open wings."""
    greenery(canvas, chance)
    x, y, size = place(canvas, chance, 0.3, 0.36)
    name = chance.choice(("orange", "blue", "yellow", "purple", "white", "red"))
    colour = chance.near(NAMED[name])
    with canvas.ink(shadow=0.35, relief=0.6) as ink:
        for side in (-1, 1):
            for tone, grow in ((colour * 0.3, 1.0), (colour, 0.86)):
                ink.ellipse(
                    x + side * size * 0.56,
                    y - size * 0.36,
                    size * 0.62 * grow,
                    size * 0.42 * grow,
                    tone,
                    side * -0.7,
                )
                ink.ellipse(
                    x + side * size * 0.44,
                    y + size * 0.38,
                    size * 0.44 * grow,
                    size * 0.34 * grow,
                    tone,
                    side * 0.7,
                )
            ink.disc(x + side * size * 0.72, y - size * 0.46, size * 0.12, mix(colour, _PALE, 0.55))
            ink.disc(x + side * size * 0.52, y + size * 0.42, size * 0.09, mix(colour, _PALE, 0.55))
    with canvas.ink(relief=0.8) as ink:
        ink.ellipse(x, y, size * 0.075, size * 0.56, _DARK)
        for side in (-1, 1):
            ink.line(
                [
                    (x, y - size * 0.5),
                    (x + side * size * 0.14, y - size * 0.8),
                    (x + side * size * 0.26, y - size * 0.92),
                ],
                size * 0.025,
                _DARK,
            )
    words = (f"{name} butterfly", f"{name} butterfly with open wings", f"butterfly with {name} wings")
    return Subject(chance.choice(words), ("animal", "insect", name))


def ladybug(canvas: Canvas, chance: Chance) -> Subject:
    """A ladybird on a green leaf."""
    canvas.fill(chance.near(rgb(96, 160, 74)))
    canvas.shade(0.78 + 0.4 * canvas.noise(chance, 0.4, roughness=0.4, finest=0.03))
    x, y, size = place(canvas, chance, 0.24, 0.3)
    turn = chance.uniform(-0.6, 0.6)
    with canvas.ink() as ink:
        ink.line([(-0.1, y + 0.2), (canvas.width + 0.1, y - 0.1)], 0.014, rgb(150, 196, 112))
    cosine, sine = math.cos(turn), math.sin(turn)

    def at(along: float, across: float) -> Point:
        return (x + size * (along * cosine - across * sine), y + size * (along * sine + across * cosine))

    red = chance.near(rgb(212, 42, 36), 0.04)
    with canvas.ink(shadow=0.45, relief=1.0) as ink:
        for leg in (-0.5, 0.0, 0.5):
            for side in (-1, 1):
                ink.line([at(leg, 0), at(leg + 0.1, side * 1.05)], size * 0.06, _DARK)
        ink.ellipse(*at(0.85, 0), size * 0.36, size * 0.46, _DARK, turn)
        ink.ellipse(x, y, size, size * 0.82, red, turn)
    with canvas.ink() as ink:
        ink.line([at(-0.98, 0), at(0.86, 0)], size * 0.035, _DARK)
        for along, across in ((0.45, 0.36), (-0.05, 0.55), (-0.1, 0.18), (-0.55, 0.34)):
            for side in (-1, 1):
                ink.disc(*at(along, side * across), size * 0.13, _DARK)
        for side in (-1, 1):
            ink.disc(*at(1.0, side * 0.24), size * 0.08, _PALE)
    words = ("ladybug on a leaf", "red ladybird insect", "macro of a ladybug", "red and black ladybug")
    return Subject(chance.choice(words), ("animal", "insect", "red"))
