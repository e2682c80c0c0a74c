"""Trees and other plants that stand in a landscape."""

from __future__ import annotations

import math
from collections.abc import Callable

from tools.scenes.canvas import Canvas
from tools.scenes.chance import Chance
from tools.scenes.colour import Colour, mix, rgb
from tools.scenes.ink import Ink
from tools.scenes.light import Light

Tree = Callable[[Ink, Chance, Light, float, float, float], None]
"""Draws one tree: ``(ink, chance, light, x, foot, height)``."""

LEAF = rgb(58, 116, 52)
PINE = rgb(30, 76, 54)
AUTUMN = (rgb(214, 112, 34), rgb(196, 66, 34), rgb(226, 170, 52))
_BARK = rgb(84, 62, 46)


def pine(ink: Ink, chance: Chance, light: Light, x: float, foot: float, height: float) -> None:
    """A fir: tiers of branches on a straight trunk."""
    _conifer(ink, chance, light, x, foot, height, chance.near(PINE, 0.03))


def snowy_pine(ink: Ink, chance: Chance, light: Light, x: float, foot: float, height: float) -> None:
    """A fir under snow."""
    _conifer(ink, chance, light, x, foot, height, chance.near(rgb(96, 124, 124), 0.04), rgb(240, 244, 250))


def leafy(ink: Ink, chance: Chance, light: Light, x: float, foot: float, height: float) -> None:
    """A round, green tree."""
    _broadleaf(ink, chance, light, x, foot, height, chance.near(LEAF, 0.05))


def autumn(ink: Ink, chance: Chance, light: Light, x: float, foot: float, height: float) -> None:
    """A round tree in the colours of autumn."""
    _broadleaf(ink, chance, light, x, foot, height, chance.near(chance.choice(AUTUMN), 0.05))


def palm(ink: Ink, chance: Chance, light: Light, x: float, foot: float, height: float) -> None:
    """A palm that leans a little."""
    lean = chance.uniform(-0.25, 0.25) * height
    trunk = [(x + lean * (step / 6) ** 2, foot - height * step / 6) for step in range(7)]
    ink.line(trunk, height * 0.05, light.on(rgb(122, 94, 66)))
    top_x, top_y = trunk[-1]
    for frond in range(13):
        angle = math.pi * (1 + frond / 12) + chance.uniform(-0.15, 0.15)
        reach = height * chance.uniform(0.42, 0.58)
        tip = (top_x + math.cos(angle) * reach, top_y + math.sin(angle) * reach * 0.45 + reach * 0.42)
        bend = (top_x + math.cos(angle) * reach * 0.6, top_y + math.sin(angle) * reach * 0.55)
        under = (bend[0], bend[1] + reach * 0.16)
        colour = light.on(chance.near(rgb(62, 124, 58), 0.05))
        ink.polygon([(top_x, top_y), bend, tip, under], colour)


def plant(
    canvas: Canvas,
    chance: Chance,
    light: Light,
    trees: tuple[Tree, ...],
    count: int,
    *,
    top: float,
    depth: float,
    height: tuple[float, float],
) -> None:
    """Plant trees between ``top`` and ``top + depth``; the near ones are larger and drawn last.

    Args:
        canvas: The picture.
        chance: Decides places and sizes.
        light: Time of day.
        trees: Sorts to choose from.
        count: How many.
        top: Height of the farthest foot.
        depth: How far down feet may stand.
        height: Of the farthest and of the nearest tree.
    """
    feet = sorted(chance.random() for _ in range(count))
    with canvas.ink() as ink:
        for nearness in feet:
            size = (height[0] + (height[1] - height[0]) * nearness) * chance.uniform(0.8, 1.2)
            place = chance.uniform(-0.05, canvas.width + 0.05)
            chance.choice(trees)(ink, chance, light, place, top + depth * nearness, size)


def _conifer(
    ink: Ink,
    chance: Chance,
    light: Light,
    x: float,
    foot: float,
    height: float,
    colour: Colour,
    snow: Colour | None = None,
) -> None:
    half = height * chance.uniform(0.17, 0.24)
    ink.box(x - height * 0.02, foot - height * 0.15, x + height * 0.02, foot, light.on(_BARK))
    tiers = 5
    for tier in range(tiers):
        low = foot - height * (0.1 + 0.72 * tier / tiers)
        high = low - height * 0.34
        width = half * (1 - 0.78 * tier / tiers)
        sides = ((-1, 1.12), (1, 0.82))  # the left side is lit
        for side, brightness in sides:
            shade = light.on(colour * (brightness * chance.uniform(0.94, 1.06)))
            ink.polygon([(x, high), (x + side * width, low), (x, low - height * 0.03)], shade)
            if snow is not None:
                edge = [(x, high), (x + side * width, low), (x + side * width * 0.25, low - height * 0.11)]
                ink.polygon(edge, light.on(snow * (0.86 + 0.14 * brightness)))


def _broadleaf(
    ink: Ink, chance: Chance, light: Light, x: float, foot: float, height: float, colour: Colour
) -> None:
    ink.polygon(
        [
            (x - height * 0.04, foot),
            (x + height * 0.04, foot),
            (x + height * 0.02, foot - height * 0.55),
            (x - height * 0.02, foot - height * 0.55),
        ],
        light.on(_BARK),
    )
    crown_y = foot - height * 0.66
    clumps = 34
    for clump in range(clumps):
        share = clump / (clumps - 1)  # from the shaded lower right to the lit upper left
        angle, reach = (
            chance.uniform(0, 2 * math.pi),
            height * 0.27 * (1 - 0.5 * share) * chance.random() ** 0.4,
        )
        leaf_x = x + math.cos(angle) * reach + height * 0.1 * (0.5 - share)
        leaf_y = crown_y + math.sin(angle) * reach * 0.85 + height * 0.16 * (0.5 - share)
        tone = mix(colour * 0.6, colour * 1.25, share * chance.uniform(0.7, 1.15))
        ink.disc(leaf_x, leaf_y, height * (0.13 - 0.07 * share), light.on(tone))
