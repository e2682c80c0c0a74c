"""Cup and cake."""

from __future__ import annotations

from tools.scenes.backdrops import backdrop, place, table
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, IVORY, NAMED, mix, rgb


def cup(canvas: Canvas, chance: Chance) -> Subject:
    """A cup of coffee."""
    table(canvas, chance)
    frame = place(canvas, chance, 0.22, 0.3)
    name = chance.choice((*BRIGHT, "white", "black"))
    colour = chance.near(NAMED[name])
    with canvas.ink(frame, shadow=0.4, relief=0.9) as ink:
        ink.ellipse(0, 0.9, 1.25, 0.24, mix(IVORY, colour, 0.25))
        ink.arc(0.86, 0.05, 0.4, (-100, 110), 0.15, colour * 0.92)
        ink.polygon([(-1, -0.6), (1, -0.6), (0.62, 0.9), (-0.62, 0.9)], colour)
        ink.ellipse(0, 0.9, 0.62, 0.12, colour)
    with canvas.ink(frame) as ink:
        ink.ellipse(0, -0.6, 1, 0.2, mix(colour, IVORY, 0.35))
        ink.ellipse(0, -0.58, 0.88, 0.15, rgb(74, 44, 28))
        ink.ellipse(-0.2, -0.6, 0.4, 0.06, rgb(128, 84, 54))
    words = (
        f"{name} coffee cup",
        f"cup of coffee in {a(name)} mug",
        f"{name} mug with hot coffee",
        f"tea in {a(name)} cup",
    )
    return Subject(chance.choice(words), ("drink", name))


def cake(canvas: Canvas, chance: Chance) -> Subject:
    """A birthday cake with candles."""
    backdrop(canvas, chance)
    frame = place(canvas, chance, 0.3, 0.36)
    name = chance.choice(("pink", "white", "brown", "yellow", "blue", "purple"))
    icing = chance.near(mix(NAMED[name], IVORY, 0.25))
    dough = chance.near(rgb(206, 156, 98))
    with canvas.ink(frame, shadow=0.35, relief=0.6) as ink:
        ink.ellipse(0, 0.9, 1.2, 0.16, rgb(236, 236, 240))
        for top, half in ((0.2, 1), (-0.35, 0.7)):
            ink.box(-half, top, half, top + 0.66, dough, 0.06)
            ink.box(-half, top, half, top + 0.2, icing, 0.06)
            for drip in range(7):
                ink.ellipse(half * (drip - 3) * 2 / 7, top + 0.18, half / 8, chance.uniform(0.1, 0.22), icing)
    with canvas.ink(frame) as ink:
        for candle in range(chance.choice((1, 3, 3, 5))):
            x = (candle - 2) * 0.24
            ink.box(x - 0.03, -0.7, x + 0.03, -0.36, chance.near(NAMED[chance.choice(BRIGHT)]))
            ink.ellipse(x, -0.8, 0.045, 0.11, rgb(255, 196, 60))
    words = (
        f"{name} birthday cake",
        f"{name} cake with candles",
        "birthday cake with candles",
        f"sweet {name} layer cake",
    )
    return Subject(chance.choice(words), ("food", "dessert", "party", name))
