"""Faces of cats and dogs."""

from __future__ import annotations

from collections.abc import Callable

from tools.scenes.backdrops import backdrop, place
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import NAMED, Colour, mix, rgb

_DARK, _PALE = rgb(36, 34, 38), rgb(250, 248, 240)


def cat(canvas: Canvas, chance: Chance) -> Subject:
    """A cat's face."""
    name = _animal(canvas, chance, _cat_head)
    words = (f"{name} cat", f"cute {name} cat", f"{name} pet cat", f"portrait of {a(name)} cat with whiskers")
    return Subject(chance.choice(words), ("animal", "pet", name))


def dog(canvas: Canvas, chance: Chance) -> Subject:
    """A dog's face."""
    name = _animal(canvas, chance, _dog_head)
    words = (
        f"{name} dog",
        f"cute {name} dog",
        f"{name} puppy dog",
        f"portrait of {a(name)} dog with floppy ears",
    )
    return Subject(chance.choice(words), ("animal", "pet", name))


_Head = Callable[[Canvas, float, float, float, Colour], None]


def _animal(canvas: Canvas, chance: Chance, head: _Head) -> str:
    """Paint the body and then the head; returns the name of the colour."""
    backdrop(canvas, chance)
    x, y, size = place(canvas, chance, 0.25, 0.31)
    name = chance.choice(("black", "orange", "white", "grey", "brown"))
    colour = chance.near(NAMED[name] if name != "black" else rgb(52, 50, 54), 0.04)
    with canvas.ink(shadow=0.35, relief=0.8) as ink:
        ink.ellipse(x, y + size * 1.55, size * 1.0, size * 1.1, colour * 0.92)
    head(canvas, x, y, size, colour)
    return name


def _cat_head(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    with canvas.ink(shadow=0.25, relief=0.8) as ink:
        for side in (-1, 1):
            ear = [
                (x + side * size * 0.88, y - size * 0.25),
                (x + side * size * 0.82, y - size * 1.2),
                (x + side * size * 0.2, y - size * 0.72),
            ]
            ink.polygon(ear, colour)
        ink.ellipse(x, y, size * 0.95, size * 0.82, colour)
    with canvas.ink() as ink:
        for side in (-1, 1):
            ink.polygon(
                [
                    (x + side * size * 0.74, y - size * 0.5),
                    (x + side * size * 0.74, y - size * 0.98),
                    (x + side * size * 0.38, y - size * 0.68),
                ],
                rgb(238, 172, 168),
            )
            ink.ellipse(x + side * size * 0.38, y - size * 0.1, size * 0.19, size * 0.17, rgb(146, 190, 84))
            ink.ellipse(x + side * size * 0.38, y - size * 0.1, size * 0.06, size * 0.16, _DARK)
            ink.ellipse(
                x + side * size * 0.18, y + size * 0.38, size * 0.24, size * 0.18, mix(colour, _PALE, 0.6)
            )
            for whisker in (-0.12, 0.0, 0.12):
                start = x + side * size * 0.3, y + size * 0.36
                ink.line(
                    [start, (x + side * size * 1.15, y + size * (0.32 + whisker))],
                    size * 0.018,
                    mix(_PALE, _DARK, 0.25),
                )
        ink.polygon(
            [(x - size * 0.1, y + size * 0.18), (x + size * 0.1, y + size * 0.18), (x, y + size * 0.3)],
            rgb(222, 128, 128),
        )


def _dog_head(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    with canvas.ink(shadow=0.25, relief=0.8) as ink:
        ink.ellipse(x, y, size * 0.86, size * 0.92, colour)
        for side in (-1, 1):
            ink.ellipse(
                x + side * size * 0.88, y + size * 0.02, size * 0.28, size * 0.72, colour * 0.66, side * 0.22
            )
    with canvas.ink(relief=0.7) as ink:
        ink.ellipse(x, y + size * 0.42, size * 0.46, size * 0.42, mix(colour, _PALE, 0.55))
        ink.ellipse(x, y + size * 0.78, size * 0.15, size * 0.24, rgb(232, 122, 130))
    with canvas.ink() as ink:
        for side in (-1, 1):
            ink.disc(x + side * size * 0.36, y - size * 0.16, size * 0.13, _DARK)
            ink.disc(x + side * size * 0.33, y - size * 0.2, size * 0.04, _PALE)
        ink.ellipse(x, y + size * 0.22, size * 0.19, size * 0.14, _DARK)
