"""Cup and cake."""

from __future__ import annotations

from tools.scenes.backdrops import backdrop, place, table
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, mix, rgb
from tools.scenes.ink import oval

_DARK, _PALE = rgb(44, 44, 52), rgb(248, 246, 240)


def cup(canvas: Canvas, chance: Chance) -> Subject:
    """A cup of coffee."""
    table(canvas, chance)
    x, y, size = place(canvas, chance, 0.22, 0.3)
    name = chance.choice((*BRIGHT, "white", "black"))
    colour = chance.near(NAMED[name])
    foot = y + size * 0.9
    with canvas.ink(shadow=0.4, relief=0.9) as ink:
        ink.ellipse(x, foot, size * 1.25, size * 0.24, mix(_PALE, colour, 0.25))
        ink.arc(x + size * 0.86, y + size * 0.05, size * 0.4, -100, 110, size * 0.15, colour * 0.92)
        ink.polygon(
            [
                (x - size, y - size * 0.6),
                (x + size, y - size * 0.6),
                (x + size * 0.62, foot),
                (x - size * 0.62, foot),
            ],
            colour,
        )
        ink.ellipse(x, foot, size * 0.62, size * 0.12, colour)
    with canvas.ink() as ink:
        ink.ellipse(x, y - size * 0.6, size, size * 0.2, mix(colour, _PALE, 0.35))
        ink.ellipse(x, y - size * 0.58, size * 0.88, size * 0.15, rgb(74, 44, 28))
        ink.ellipse(x - size * 0.2, y - size * 0.6, size * 0.4, size * 0.06, rgb(128, 84, 54))
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
    x, y, size = place(canvas, chance, 0.3, 0.36)
    name = chance.choice(("pink", "white", "brown", "yellow", "blue", "purple"))
    icing = chance.near(mix(NAMED[name], _PALE, 0.25))
    dough, foot = chance.near(rgb(206, 156, 98)), y + size * 0.9
    with canvas.ink(shadow=0.35, relief=0.6) as ink:
        ink.ellipse(x, foot, size * 1.2, size * 0.16, rgb(236, 236, 240))
        for top, half in ((y + size * 0.2, size), (y - size * 0.35, size * 0.7)):
            ink.box(x - half, top, x + half, top + size * 0.66, dough, size * 0.06)
            ink.box(x - half, top, x + half, top + size * 0.2, icing, size * 0.06)
            for drip in range(7):
                drop_x = x - half + half * (2 * drip + 1) / 7
                ink.ellipse(drop_x, top + size * 0.18, half / 8, size * chance.uniform(0.1, 0.22), icing)
    with canvas.ink() as ink:
        for candle in range(chance.choice((1, 3, 3, 5))):
            across, top = x + (candle - 2) * size * 0.24, y - size * 0.36
            ink.box(
                across - size * 0.03,
                top - size * 0.34,
                across + size * 0.03,
                top,
                chance.near(NAMED[chance.choice(BRIGHT)]),
            )
            ink.polygon(oval(across, top - size * 0.44, size * 0.045, size * 0.11, 0), rgb(255, 196, 60))
    words = (
        f"{name} birthday cake",
        f"{name} cake with candles",
        "birthday cake with candles",
        f"sweet {name} layer cake",
    )
    return Subject(chance.choice(words), ("food", "dessert", "party", name))
