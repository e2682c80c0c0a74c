"""Portraits of one person or several."""

from __future__ import annotations

from tools.scenes.backdrops import backdrop
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, Colour, rgb
from tools.scenes.ink import Ink, oval
from tools.scenes.light import DAY
from tools.scenes.sky import paint_sky

_DARK, _PALE = rgb(36, 34, 38), rgb(250, 248, 240)
_SKIN = (rgb(246, 208, 178), rgb(222, 172, 134), rgb(172, 118, 84), rgb(112, 74, 54))
_HAIR = (rgb(44, 34, 30), rgb(98, 62, 40), rgb(214, 172, 98), rgb(150, 80, 44), rgb(176, 176, 180))


def person(canvas: Canvas, chance: Chance) -> Subject:
    """A portrait, or a group of people."""
    if chance.maybe(0.3):
        paint_sky(canvas, chance, DAY, canvas.height)
    else:
        backdrop(canvas, chance)
    count = chance.choice((1, 1, 1, 2, 3))
    size = 0.24 if count == 1 else 0.17
    for number in range(count):
        x = canvas.width / 2 + (number - (count - 1) / 2) * size * 2.5 + chance.uniform(-0.02, 0.02)
        _portrait(canvas, chance, x, canvas.height * 0.44 + chance.uniform(-0.03, 0.03), size)
    alone = ("portrait of a person", "smiling man portrait", "young woman portrait", "face of a person")
    together = ("group of people", "team of people together", "family portrait", "friends standing together")
    words = chance.choice(alone if count == 1 else together)
    return Subject(words, ("portrait",) if count == 1 else ("portrait", "group"))


def _portrait(canvas: Canvas, chance: Chance, x: float, y: float, size: float) -> None:
    skin, hair = chance.near(chance.choice(_SKIN), 0.02), chance.near(chance.choice(_HAIR), 0.02)
    shirt, long_hair = chance.near(NAMED[chance.choice((*BRIGHT, "white", "grey"))]), chance.maybe(0.5)
    with canvas.ink(shadow=0.3, relief=0.7) as ink:
        if long_hair:
            ink.ellipse(x, y + size * 0.25, size * 1.0, size * 1.3, hair)
        ink.box(x - size * 1.35, y + size * 1.3, x + size * 1.35, canvas.height + size, shirt, size * 0.6)
        ink.box(x - size * 0.3, y + size * 0.7, x + size * 0.3, y + size * 1.5, skin * 0.86, size * 0.1)
        ink.ellipse(x, y - size * 0.12, size * 0.88, size * 1.0, hair)
        ink.ellipse(x, y + size * 0.12, size * 0.74, size * 0.94, skin)
        _fringe(ink, x, y, size, hair)
    with canvas.ink() as ink:
        for side in (-1, 1):
            ink.ellipse(x + side * size * 0.29, y + size * 0.06, size * 0.09, size * 0.08, _PALE)
            ink.disc(x + side * size * 0.29, y + size * 0.06, size * 0.055, _DARK)
            ink.line(
                [(x + side * size * 0.18, y - size * 0.12), (x + side * size * 0.42, y - size * 0.13)],
                size * 0.05,
                hair * 0.8,
            )
        ink.line(
            [(x, y + size * 0.14), (x - size * 0.05, y + size * 0.38), (x + size * 0.06, y + size * 0.4)],
            size * 0.035,
            skin * 0.8,
        )
        ink.arc(x, y + size * 0.5, size * 0.28, 25, 155, size * 0.06, rgb(176, 76, 76))


def _fringe(ink: Ink, x: float, y: float, size: float, hair: Colour) -> None:
    ink.polygon([*oval(x, y - size * 0.5, size * 0.8, size * 0.42, 0)], hair)
