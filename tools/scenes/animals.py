"""Wild animals: bird, fish, butterfly, ladybird."""

from __future__ import annotations

from dataclasses import replace

from tools.scenes.backdrops import greenery, place
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance
from tools.scenes.colour import IVORY, NAMED, SOOT, Colour, mix, rgb
from tools.scenes.ink import Frame


def bird(canvas: Canvas, chance: Chance) -> Subject:
    """A songbird on a branch."""
    greenery(canvas, chance)
    frame = replace(place(canvas, chance, 0.22, 0.28), side=chance.choice((-1, 1)))
    name = chance.choice(("blue", "red", "yellow", "green", "brown", "grey"))
    colour = chance.near(NAMED[name])
    with canvas.ink(frame, shadow=0.2, relief=0.5) as ink:
        ink.line([(-5, 1.2), (0, 0.98), (5, 1.1)], 0.14, rgb(104, 78, 56))
    with canvas.ink(frame, shadow=0.25, relief=0.8) as ink:
        ink.polygon([(-0.6, 0.1), (-1.7, 0.72), (-1.45, 0.9), (-0.3, 0.5)], colour * 0.75)
        ink.ellipse(0, 0.2, 0.95, 0.68, colour, -0.35)
        ink.disc(0.66, -0.42, 0.46, colour)
        ink.polygon([(1.02, -0.55), (1.45, -0.38), (1.02, -0.25)], rgb(238, 166, 48))
    with canvas.ink(frame) as ink:
        ink.ellipse(0.42, 0.42, 0.5, 0.3, mix(colour, IVORY, 0.6), -0.5)
        ink.ellipse(-0.25, 0.12, 0.7, 0.32, colour * 0.66, -0.5)
        ink.disc(0.78, -0.5, 0.085, SOOT)
        for leg in (-0.1, 0.15):
            ink.line([(leg, 0.8), (leg, 1.05)], 0.05, SOOT)
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
        _one_fish(canvas, Frame(x, y, size, side), colour)
    with canvas.ink(opacity=0.5) as ink:
        for _ in range(chance.randint(5, 12)):
            x, y = chance.uniform(0.1, canvas.width - 0.1), chance.uniform(0.05, canvas.height * 0.7)
            ink.arc(x, y, chance.uniform(0.01, 0.024), (0, 360), 0.004, rgb(226, 244, 250))
    words = (
        f"{name} fish",
        f"{name} tropical fish swimming",
        f"{name} fish in an aquarium",
        f"{name} goldfish in water",
    )
    return Subject(chance.choice(words), ("animal", "water", name))


def _one_fish(canvas: Canvas, frame: Frame, colour: Colour) -> None:
    with canvas.ink(frame, relief=0.8) as ink:
        ink.polygon([(-0.7, 0), (-1.45, -0.5), (-1.25, 0), (-1.45, 0.5)], colour * 0.82)
        ink.polygon([(-0.4, -0.4), (0, -0.85), (0.4, -0.4)], colour * 0.82)
        ink.ellipse(0, 0, 1, 0.54, colour)
    with canvas.ink(frame) as ink:
        for band in (-0.3, 0.2):
            ink.ellipse(band, 0, 0.08, 0.48, mix(IVORY, colour, 0.1))
        ink.disc(0.64, -0.12, 0.11, IVORY)
        ink.disc(0.66, -0.12, 0.06, SOOT)


def butterfly(canvas: Canvas, chance: Chance) -> Subject:
    """A butterfly with open wings."""
    greenery(canvas, chance)
    frame = place(canvas, chance, 0.3, 0.36)
    name = chance.choice(("orange", "blue", "yellow", "purple", "white", "red"))
    colour = chance.near(NAMED[name])
    with canvas.ink(frame, shadow=0.35, relief=0.6) as ink:
        for side in (-1, 1):
            for tone, grow in ((colour * 0.3, 1.0), (colour, 0.86)):
                ink.ellipse(side * 0.56, -0.36, 0.62 * grow, 0.42 * grow, tone, side * -0.7)
                ink.ellipse(side * 0.44, 0.38, 0.44 * grow, 0.34 * grow, tone, side * 0.7)
            ink.disc(side * 0.72, -0.46, 0.12, mix(colour, IVORY, 0.55))
            ink.disc(side * 0.52, 0.42, 0.09, mix(colour, IVORY, 0.55))
    with canvas.ink(frame, relief=0.8) as ink:
        ink.ellipse(0, 0, 0.075, 0.56, SOOT)
        for side in (-1, 1):
            ink.line([(0, -0.5), (side * 0.14, -0.8), (side * 0.26, -0.92)], 0.025, SOOT)
    words = (f"{name} butterfly", f"{name} butterfly with open wings", f"butterfly with {name} wings")
    return Subject(chance.choice(words), ("animal", "insect", name))


def ladybug(canvas: Canvas, chance: Chance) -> Subject:
    """A ladybird on a green leaf."""
    canvas.fill(chance.near(rgb(96, 160, 74)))
    canvas.shade(0.78 + 0.4 * canvas.noise(chance, 0.4, roughness=0.4, finest=0.03))
    frame = replace(place(canvas, chance, 0.24, 0.3), turn=chance.uniform(-0.6, 0.6))
    with canvas.ink() as ink:
        ink.line([(-0.1, frame.y + 0.2), (canvas.width + 0.1, frame.y - 0.1)], 0.014, rgb(150, 196, 112))
    with canvas.ink(frame, shadow=0.45, relief=1.0) as ink:
        for leg in (-0.5, 0.0, 0.5):
            for side in (-1, 1):
                ink.line([(leg, 0), (leg + 0.1, side * 1.05)], 0.06, SOOT)
        ink.ellipse(0.85, 0, 0.36, 0.46, SOOT)
        ink.ellipse(0, 0, 1, 0.82, chance.near(rgb(212, 42, 36), 0.04))
    with canvas.ink(frame) as ink:
        ink.line([(-0.98, 0), (0.86, 0)], 0.035, SOOT)
        for side in (-1, 1):
            for x, y in ((0.45, 0.36), (-0.05, 0.55), (-0.1, 0.18), (-0.55, 0.34)):
                ink.disc(x, side * y, 0.13, SOOT)
            ink.disc(1.0, side * 0.24, 0.08, IVORY)
    words = ("ladybug on a leaf", "red ladybird insect", "macro of a ladybug", "red and black ladybug")
    return Subject(chance.choice(words), ("animal", "insect", "red"))
