"""Laptop, chart, clock, book."""

from __future__ import annotations

import math

from tools.scenes.backdrops import place, studio, table
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, mix, rgb

_DARK, _PALE = rgb(44, 44, 52), rgb(248, 246, 240)


def laptop(canvas: Canvas, chance: Chance) -> Subject:
    """An open laptop computer."""
    chance.choice((studio, table))(canvas, chance)
    x, y, size = place(canvas, chance, 0.34, 0.42)
    screen, metal = chance.near(NAMED[chance.choice(BRIGHT)]), chance.near(rgb(186, 190, 198), 0.03)
    with canvas.ink(shadow=0.4, relief=0.6) as ink:
        ink.box(x - size, y - size * 0.8, x + size, y + size * 0.5, _DARK, size * 0.06)
        ink.polygon(
            [
                (x - size, y + size * 0.5),
                (x + size, y + size * 0.5),
                (x + size * 1.28, y + size * 0.8),
                (x - size * 1.28, y + size * 0.8),
            ],
            metal,
        )
        ink.box(x - size * 1.28, y + size * 0.78, x + size * 1.28, y + size * 0.86, metal * 0.8, size * 0.03)
    with canvas.ink() as ink:
        ink.box(x - size * 0.93, y - size * 0.72, x + size * 0.93, y + size * 0.43, mix(screen, _PALE, 0.15))
        for line in range(chance.randint(4, 6)):
            top = y - size * 0.58 + line * size * 0.17
            ink.box(
                x - size * 0.8,
                top,
                x - size * 0.8 + size * chance.uniform(0.5, 1.4),
                top + size * 0.07,
                mix(screen, _PALE, 0.7),
            )
        for row in range(3):
            top, half = y + size * (0.54 + 0.065 * row), size * (0.92 + 0.055 * row)
            ink.box(x - half, top, x + half, top + size * 0.04, metal * 0.45)
    words = ("laptop computer", "notebook computer on a desk", "laptop screen", "office work on a laptop")
    return Subject(chance.choice(words), ("computer", "office"))


def chart(canvas: Canvas, chance: Chance) -> Subject:
    """A bar chart with a line of growth."""
    canvas.gradient(_PALE, mix(_PALE, NAMED[chance.choice(BRIGHT)], 0.2), canvas.y / canvas.height)
    name, count = chance.choice(BRIGHT), chance.randint(4, 8)
    heights = sorted(chance.uniform(0.15, 0.62) for _ in range(count))
    if chance.maybe(0.35):
        chance.shuffle(heights)
    left, right, foot = 0.16, canvas.width - 0.12, canvas.height * 0.84
    step = (right - left) / count
    with canvas.ink() as ink:
        for line in range(1, 5):
            ink.line([(left, foot - 0.15 * line), (right, foot - 0.15 * line)], 0.003, rgb(206, 210, 216))
        for number, height in enumerate(heights):
            x = left + step * (number + 0.2)
            ink.box(x, foot - height, x + step * 0.6, foot, chance.near(NAMED[name], 0.06))
        tops = [(left + step * (number + 0.5), foot - height - 0.06) for number, height in enumerate(heights)]
        ink.line(tops, 0.009, rgb(60, 64, 76))
        for x, y in tops:
            ink.disc(x, y, 0.014, rgb(60, 64, 76))
        ink.line([(left, foot - 0.7), (left, foot), (right, foot)], 0.008, _DARK)
    words = (
        f"{name} bar chart",
        "business chart with growth",
        "bar graph of sales statistics",
        "financial data diagram",
    )
    return Subject(chance.choice(words), ("graph", "statistics", name))


def clock(canvas: Canvas, chance: Chance) -> Subject:
    """A clock on the wall."""
    studio(canvas, chance)
    x, y, size = place(canvas, chance, 0.3, 0.38)
    name = chance.choice((*BRIGHT, "black", "white"))
    with canvas.ink(shadow=0.4, relief=0.7) as ink:
        ink.disc(x, y, size, chance.near(NAMED[name]))
    with canvas.ink() as ink:
        ink.disc(x, y, size * 0.84, _PALE)
        for hour in range(12):
            angle, inner = math.pi * hour / 6, 0.66 if hour % 3 == 0 else 0.71
            rim = [(x + math.sin(angle) * size * r, y - math.cos(angle) * size * r) for r in (inner, 0.78)]
            ink.line(rim, size * (0.05 if hour % 3 == 0 else 0.025), _DARK)
        for reach, width in ((0.42, 0.06), (0.62, 0.04)):
            angle = chance.uniform(0, 2 * math.pi)
            ink.line(
                [(x, y), (x + math.sin(angle) * size * reach, y - math.cos(angle) * size * reach)],
                size * width,
                _DARK,
            )
        ink.disc(x, y, size * 0.05, NAMED["red"])
    words = (
        f"{name} wall clock",
        f"round {name} clock showing time",
        f"clock with {a(name)} frame",
        "clock face and hands",
    )
    return Subject(chance.choice(words), ("time", name))


def book(canvas: Canvas, chance: Chance) -> Subject:
    """An open book."""
    chance.choice((table, studio))(canvas, chance)
    x, y, size = place(canvas, chance, 0.36, 0.44)
    cover = chance.near(NAMED[chance.choice(BRIGHT)])
    with canvas.ink(shadow=0.4) as ink:
        ink.polygon(
            [
                (x - size * 1.1, y - size * 0.56),
                (x, y - size * 0.4),
                (x + size * 1.1, y - size * 0.56),
                (x + size * 1.1, y + size * 0.58),
                (x, y + size * 0.74),
                (x - size * 1.1, y + size * 0.58),
            ],
            cover,
        )
        for side in (-1, 1):
            page = [
                (x, y - size * 0.42),
                (x + side * size * 0.5, y - size * 0.62),
                (x + side * size * 1.03, y - size * 0.56),
            ]
            page += [
                (x + side * size * 1.03, y + size * 0.48),
                (x + side * size * 0.5, y + size * 0.42),
                (x, y + size * 0.64),
            ]
            ink.polygon(page, _PALE * (1.0 if side < 0 else 0.95))
            for line in range(7):
                top = y - size * 0.36 + line * size * 0.12
                ends = [
                    (x + side * size * 0.14, top),
                    (x + side * size * chance.uniform(0.7, 0.92), top - size * 0.1),
                ]
                ink.line(ends, size * 0.02, rgb(128, 128, 134))
        ink.line([(x, y - size * 0.42), (x, y + size * 0.64)], size * 0.03, rgb(176, 170, 158))
    words = ("open book", "open book with pages", "reading a book", "book pages on a desk")
    return Subject(chance.choice(words), ("reading", "education"))
