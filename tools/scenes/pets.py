"""Faces of cats and dogs."""

from __future__ import annotations

from collections.abc import Callable

from tools.scenes.backdrops import backdrop, place
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import IVORY, NAMED, SOOT, Colour, mix, rgb
from tools.scenes.ink import Frame

_Head = Callable[[Canvas, Frame, Colour], None]


def cat(canvas: Canvas, chance: Chance) -> Subject:
    """A cat's face."""
    name = _pet(canvas, chance, _cat_head)
    words = (f"{name} cat", f"cute {name} cat", f"{name} pet cat", f"portrait of {a(name)} cat with whiskers")
    return Subject(chance.choice(words), ("animal", "pet", name))


def dog(canvas: Canvas, chance: Chance) -> Subject:
    """A dog's face."""
    name = _pet(canvas, chance, _dog_head)
    words = (
        f"{name} dog",
        f"cute {name} dog",
        f"{name} puppy dog",
        f"portrait of {a(name)} dog with floppy ears",
    )
    return Subject(chance.choice(words), ("animal", "pet", name))


def _pet(canvas: Canvas, chance: Chance, head: _Head) -> str:
    """Paint the body and then the head; returns the name of the colour."""
    backdrop(canvas, chance)
    frame = place(canvas, chance, 0.25, 0.31)
    name = chance.choice(("black", "orange", "white", "grey", "brown"))
    colour = chance.near(NAMED[name] if name != "black" else rgb(52, 50, 54), 0.04)
    with canvas.ink(frame, shadow=0.35, relief=0.8) as ink:
        ink.ellipse(0, 1.55, 1.0, 1.1, colour * 0.92)
    head(canvas, frame, colour)
    return name


def _cat_head(canvas: Canvas, frame: Frame, colour: Colour) -> None:
    with canvas.ink(frame, shadow=0.25, relief=0.8) as ink:
        for side in (-1, 1):
            ink.polygon([(side * 0.88, -0.25), (side * 0.82, -1.2), (side * 0.2, -0.72)], colour)
        ink.ellipse(0, 0, 0.95, 0.82, colour)
    with canvas.ink(frame) as ink:
        for side in (-1, 1):
            ear = [(side * 0.74, -0.5), (side * 0.74, -0.98), (side * 0.38, -0.68)]
            ink.polygon(ear, rgb(238, 172, 168))
            ink.ellipse(side * 0.38, -0.1, 0.19, 0.17, rgb(146, 190, 84))
            ink.ellipse(side * 0.38, -0.1, 0.06, 0.16, SOOT)
            ink.ellipse(side * 0.18, 0.38, 0.24, 0.18, mix(colour, IVORY, 0.6))
            for droop in (0.2, 0.32, 0.44):
                ink.line([(side * 0.3, 0.36), (side * 1.15, droop)], 0.018, mix(IVORY, SOOT, 0.25))
        ink.polygon([(-0.1, 0.18), (0.1, 0.18), (0, 0.3)], rgb(222, 128, 128))


def _dog_head(canvas: Canvas, frame: Frame, colour: Colour) -> None:
    with canvas.ink(frame, shadow=0.25, relief=0.8) as ink:
        ink.ellipse(0, 0, 0.86, 0.92, colour)
        for side in (-1, 1):
            ink.ellipse(side * 0.88, 0.02, 0.28, 0.72, colour * 0.66, side * 0.22)
    with canvas.ink(frame, relief=0.7) as ink:
        ink.ellipse(0, 0.42, 0.46, 0.42, mix(colour, IVORY, 0.55))
        ink.ellipse(0, 0.78, 0.15, 0.24, rgb(232, 122, 130))
    with canvas.ink(frame) as ink:
        for side in (-1, 1):
            ink.disc(side * 0.36, -0.16, 0.13, SOOT)
            ink.disc(side * 0.36 - 0.03, -0.2, 0.04, IVORY)
        ink.ellipse(0, 0.22, 0.19, 0.14, SOOT)
