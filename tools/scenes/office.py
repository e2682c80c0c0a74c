"""Laptop, chart, clock, book."""

from __future__ import annotations

import math

from tools.scenes.backdrops import place, studio, table
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, IVORY, NAMED, SOOT, mix, rgb


def laptop(canvas: Canvas, chance: Chance) -> Subject:
    """An open laptop computer."""
    chance.choice((studio, table))(canvas, chance)
    frame = place(canvas, chance, 0.34, 0.42)
    screen, metal = chance.near(NAMED[chance.choice(BRIGHT)]), chance.near(rgb(186, 190, 198), 0.03)
    with canvas.ink(frame, shadow=0.4, relief=0.6) as ink:
        ink.box(-1, -0.8, 1, 0.5, SOOT, 0.06)
        ink.polygon([(-1, 0.5), (1, 0.5), (1.28, 0.8), (-1.28, 0.8)], metal)
        ink.box(-1.28, 0.78, 1.28, 0.86, metal * 0.8, 0.03)
    with canvas.ink(frame) as ink:
        ink.box(-0.93, -0.72, 0.93, 0.43, mix(screen, IVORY, 0.15))
        for line in range(chance.randint(4, 6)):
            top = -0.58 + 0.17 * line
            ink.box(-0.8, top, -0.8 + chance.uniform(0.5, 1.4), top + 0.07, mix(screen, IVORY, 0.7))
        for row in range(3):
            top, half = 0.54 + 0.065 * row, 0.92 + 0.055 * row
            ink.box(-half, top, half, top + 0.04, metal * 0.45)
    words = ("laptop computer", "notebook computer on a desk", "laptop screen", "office work on a laptop")
    return Subject(chance.choice(words), ("computer", "office"))


def chart(canvas: Canvas, chance: Chance) -> Subject:
    """A bar chart with a line of growth."""
    canvas.gradient(IVORY, mix(IVORY, NAMED[chance.choice(BRIGHT)], 0.2), canvas.y / canvas.height)
    name, count = chance.choice(BRIGHT), chance.randint(4, 8)
    heights = sorted(chance.uniform(0.15, 0.62) for _ in range(count))
    if chance.maybe(0.35):
        chance.shuffle(heights)
    left, right, foot = 0.16, canvas.width - 0.12, canvas.height * 0.84
    step, pencil = (right - left) / count, rgb(60, 64, 76)
    with canvas.ink() as ink:
        for line in range(1, 5):
            ink.line([(left, foot - 0.15 * line), (right, foot - 0.15 * line)], 0.003, rgb(206, 210, 216))
        for number, height in enumerate(heights):
            x = left + step * (number + 0.2)
            ink.box(x, foot - height, x + step * 0.6, foot, chance.near(NAMED[name], 0.06))
        tops = [(left + step * (number + 0.5), foot - height - 0.06) for number, height in enumerate(heights)]
        ink.line(tops, 0.009, pencil)
        for x, y in tops:
            ink.disc(x, y, 0.014, pencil)
        ink.line([(left, foot - 0.7), (left, foot), (right, foot)], 0.008, SOOT)
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
    frame = place(canvas, chance, 0.3, 0.38)
    name = chance.choice((*BRIGHT, "black", "white"))
    with canvas.ink(frame, shadow=0.4, relief=0.7) as ink:
        ink.disc(0, 0, 1, chance.near(NAMED[name]))
    with canvas.ink(frame) as ink:
        ink.disc(0, 0, 0.84, IVORY)
        for hour in range(12):
            inner, width = (0.71, 0.025) if hour % 3 else (0.66, 0.05)
            angle = math.pi * hour / 6
            ink.line([(math.sin(angle) * r, -math.cos(angle) * r) for r in (inner, 0.78)], width, SOOT)
        for reach, width in ((0.42, 0.06), (0.62, 0.04)):
            angle = chance.uniform(0, 2 * math.pi)
            ink.line([(0, 0), (math.sin(angle) * reach, -math.cos(angle) * reach)], width, SOOT)
        ink.disc(0, 0, 0.05, NAMED["red"])
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
    frame = place(canvas, chance, 0.36, 0.44)
    cover = chance.near(NAMED[chance.choice(BRIGHT)])
    with canvas.ink(frame, shadow=0.4) as ink:
        ink.polygon(
            [(-1.1, -0.56), (0, -0.4), (1.1, -0.56), (1.1, 0.58), (0, 0.74), (-1.1, 0.58)],
            cover,
        )
        for side, paper in ((-1, IVORY), (1, IVORY * 0.95)):
            rim = [(0.5, -0.62), (1.03, -0.56), (1.03, 0.48), (0.5, 0.42)]
            ink.polygon([(0, -0.42), *((side * x, y) for x, y in rim), (0, 0.64)], paper)
            for line in range(7):
                top = -0.36 + 0.12 * line
                ends = [(side * 0.14, top), (side * chance.uniform(0.7, 0.92), top - 0.1)]
                ink.line(ends, 0.02, rgb(128, 128, 134))
        ink.line([(0, -0.42), (0, 0.64)], 0.03, rgb(176, 170, 158))
    words = ("open book", "open book with pages", "reading a book", "book pages on a desk")
    return Subject(chance.choice(words), ("reading", "education"))
