"""Portraits of one person or several."""

from __future__ import annotations

from tools.scenes.backdrops import backdrop
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, IVORY, NAMED, SOOT, rgb
from tools.scenes.ink import Frame
from tools.scenes.light import DAY
from tools.scenes.sky import paint_sky

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
        _portrait(canvas, chance, Frame(x, canvas.height * 0.44 + chance.uniform(-0.03, 0.03), size))
    alone = ("portrait of a person", "smiling man portrait", "young woman portrait", "face of a person")
    together = ("group of people", "team of people together", "family portrait", "friends standing together")
    words = chance.choice(alone if count == 1 else together)
    return Subject(words, ("portrait",) if count == 1 else ("portrait", "group"))


def _portrait(canvas: Canvas, chance: Chance, frame: Frame) -> None:
    skin, hair = chance.near(chance.choice(_SKIN), 0.02), chance.near(chance.choice(_HAIR), 0.02)
    shirt, long_hair = chance.near(NAMED[chance.choice((*BRIGHT, "white", "grey"))]), chance.maybe(0.5)
    with canvas.ink(frame, shadow=0.3, relief=0.7) as ink:
        if long_hair:
            ink.ellipse(0, 0.25, 1.0, 1.3, hair)
        ink.box(-1.35, 1.3, 1.35, 6, shirt, 0.6)
        ink.box(-0.3, 0.7, 0.3, 1.5, skin * 0.86, 0.1)
        ink.ellipse(0, -0.12, 0.88, 1.0, hair)
        ink.ellipse(0, 0.12, 0.74, 0.94, skin)
        ink.ellipse(0, -0.5, 0.8, 0.42, hair)
    with canvas.ink(frame) as ink:
        for side in (-1, 1):
            ink.ellipse(side * 0.29, 0.06, 0.09, 0.08, IVORY)
            ink.disc(side * 0.29, 0.06, 0.055, SOOT)
            ink.line([(side * 0.18, -0.12), (side * 0.42, -0.13)], 0.05, hair * 0.8)
        ink.line([(0, 0.14), (-0.05, 0.38), (0.06, 0.4)], 0.035, skin * 0.8)
        ink.arc(0, 0.5, 0.28, (25, 155), 0.06, rgb(176, 76, 76))
