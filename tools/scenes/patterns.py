"""Abstract patterns in two colours."""

from __future__ import annotations

import math

import numpy as np

from tools.scenes.arrays import Array
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import EVERY, NAMED, Colour, mix
from tools.scenes.noise import ramp


def _two(chance: Chance) -> tuple[str, Colour, str, Colour]:
    first, second = chance.sample(EVERY, 2)
    return first, chance.near(NAMED[first]), second, chance.near(NAMED[second])


def _turned(canvas: Canvas, chance: Chance) -> tuple[Array, Array]:
    """Coordinates along and across a random direction, from the middle."""
    turn = chance.choice((0.0, math.pi / 2, math.pi / 4, chance.uniform(0, math.pi)))
    x, y = canvas.x - np.float32(canvas.width / 2), canvas.y - np.float32(canvas.height / 2)
    return x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)


def _band(canvas: Canvas, wave: Array, slope: float) -> Array:
    """A smooth step where ``wave`` crosses zero, one pixel wide; ``slope`` is its steepness per unit."""
    band: Array = np.clip(wave * np.float32(canvas.unit_px / slope) + 0.5, 0, 1)
    return band


def stripes(canvas: Canvas, chance: Chance) -> Subject:
    """Parallel stripes."""
    first, one, second, two = _two(chance)
    along, _ = _turned(canvas, chance)
    period, share = chance.uniform(0.08, 0.3), chance.uniform(0.35, 0.65)
    phase = np.abs(np.mod(along / np.float32(period), 1) - 0.5)
    canvas.gradient(one, two, _band(canvas, (phase - np.float32(share / 2)) * np.float32(period), 1))
    words = (
        f"{first} and {second} stripes",
        f"striped pattern in {first} and {second}",
        f"{first} and {second} lines",
        "striped pattern",
        "parallel stripes background",
    )
    return Subject(chance.choice(words), ("pattern", first, second))


def gradient(canvas: Canvas, chance: Chance) -> Subject:
    """One colour that turns into another."""
    first, one, second, two = _two(chance)
    along, _ = _turned(canvas, chance)
    canvas.gradient(one, two, ramp(along, float(along.min()), float(along.max())))
    words = (
        f"{first} to {second} gradient",
        f"smooth {first} and {second} gradient",
        f"soft {first} and {second} blurred background",
        "smooth colour gradient",
    )
    return Subject(chance.choice(words), ("background", first, second))


def waves(canvas: Canvas, chance: Chance) -> Subject:
    """Flowing curves, one above the other."""
    first, one, second, two = _two(chance)
    canvas.gradient(mix(one, two, 0.15), one, canvas.y / canvas.height)
    count = chance.randint(4, 8)
    for number in range(count):
        level = canvas.height * (number + 0.6) / count
        swing = chance.uniform(0.05, 0.13) * np.sin(
            canvas.x[0] * chance.uniform(2, 5.5) + chance.uniform(0, 6.3)
        )
        edge = (
            np.float32(level)
            + swing
            + 0.03 * np.sin(canvas.x[0] * chance.uniform(5, 9) + chance.uniform(0, 6.3))
        )
        tone = mix(one, two, (number + 1) / count)
        depth = np.clip((canvas.y - edge[None, :]) * 3, 0, 1)
        canvas.blend(tone * (1.12 - 0.3 * depth)[..., None], canvas.below(edge))
    words = (
        f"abstract {first} and {second} waves",
        f"wavy {first} and {second} background",
        f"flowing {first} and {second} curves",
        "abstract waves",
        "flowing wavy shapes",
    )
    return Subject(chance.choice(words), ("abstract", first, second))


def polygons(canvas: Canvas, chance: Chance) -> Subject:
    """A mesh of triangles, each in its own tone."""
    first, one, second, two = _two(chance)
    step = chance.uniform(0.1, 0.22)
    columns, rows = int(canvas.width / step) + 3, int(canvas.height / step) + 3
    mesh = [
        [
            (
                (column - 1 + chance.uniform(-0.33, 0.33)) * step,
                (row - 1 + chance.uniform(-0.33, 0.33)) * step,
            )
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    canvas.fill(one)
    with canvas.ink() as ink:
        for row in range(rows - 1):
            for column in range(columns - 1):
                a, b, c, d = (
                    mesh[row][column],
                    mesh[row][column + 1],
                    mesh[row + 1][column],
                    mesh[row + 1][column + 1],
                )
                for corners in ((a, b, c), (b, d, c)):
                    lean = (column / columns + row / rows) / 2
                    tone = mix(one, two, min(1.0, max(0.0, lean + chance.uniform(-0.35, 0.35))))
                    ink.polygon(corners, tone * chance.uniform(0.85, 1.12))
    words = (
        f"geometric {first} and {second} triangles",
        f"low poly {first} and {second} background",
        f"abstract polygons in {first} and {second}",
        "low poly triangles",
        "geometric polygon mesh",
    )
    return Subject(chance.choice(words), ("abstract", "geometric", first, second))


def bokeh(canvas: Canvas, chance: Chance) -> Subject:
    """Lights far out of focus."""
    first, one, _, _ = _two(chance)
    canvas.gradient(mix(one, NAMED["black"], 0.85), mix(one, NAMED["black"], 0.6), canvas.y / canvas.height)
    for size in (0.035, 0.06, 0.1):
        with canvas.ink(opacity=chance.uniform(0.35, 0.6)) as ink:
            for _ in range(chance.randint(8, 18)):
                x, y = chance.uniform(0, canvas.width), chance.uniform(0, canvas.height)
                tone = mix(one, NAMED["white"], chance.uniform(0.1, 0.6))
                radius = size * chance.uniform(0.8, 1.3)
                ink.disc(x, y, radius, tone)
                ink.disc(x, y, radius * 0.9, tone * 0.8)
    words = (
        f"{first} bokeh lights",
        f"blurred {first} lights",
        f"defocused glowing {first} circles",
        f"{first} bokeh background",
    )
    return Subject(chance.choice(words), ("lights", "background", first))


def dots(canvas: Canvas, chance: Chance) -> Subject:
    """Polka dots."""
    first, one, second, two = _two(chance)
    along, across = _turned(canvas, chance)
    period, radius = chance.uniform(0.11, 0.26), chance.uniform(0.2, 0.36)
    row = np.floor(across / np.float32(period))
    shifted = along / np.float32(period) + np.mod(row, 2) * np.float32(0.5)
    distance = np.hypot(np.mod(shifted, 1) - 0.5, np.mod(across / np.float32(period), 1) - 0.5)
    canvas.gradient(one, two, _band(canvas, (np.float32(radius) - distance) * np.float32(period), 1))
    words = (
        f"{second} polka dots on {first}",
        f"{second} dots on {a(first)} background",
        f"dotted pattern in {first} and {second}",
        "polka dots",
        "dotted pattern",
    )
    return Subject(chance.choice(words), ("pattern", first, second))


def checks(canvas: Canvas, chance: Chance) -> Subject:
    """A chequered board."""
    first, one, second, two = _two(chance)
    along, across = _turned(canvas, chance)
    period = np.float32(chance.uniform(0.12, 0.34))
    wave = np.sin(along / period * np.float32(2 * math.pi)) * np.sin(
        across / period * np.float32(2 * math.pi)
    )
    canvas.gradient(one, two, _band(canvas, wave * period, 4))
    words = (
        f"{first} and {second} checkered pattern",
        f"checkerboard in {first} and {second}",
        f"{first} and {second} squares grid",
        "checkered pattern",
        "checkerboard squares",
    )
    return Subject(chance.choice(words), ("pattern", first, second))
