"""What stands behind a single thing: studio paper, a table, a blurred garden."""

from __future__ import annotations

import numpy as np

from tools.scenes.canvas import Canvas
from tools.scenes.chance import Chance
from tools.scenes.colour import EVERY, NAMED, Colour, mix, rgb
from tools.scenes.ink import Frame
from tools.scenes.noise import ramp


def backdrop(canvas: Canvas, chance: Chance) -> None:
    """One of the three, by chance."""
    chance.choice((studio, studio, table, greenery))(canvas, chance)


def studio(canvas: Canvas, chance: Chance) -> None:
    """Seamless paper with a spot of light, pale more often than not."""
    paper = (
        NAMED["white"]
        if chance.maybe(0.35)
        else mix(NAMED[chance.choice(EVERY)], NAMED["white"], chance.uniform(0.2, 0.75))
    )
    paper = chance.near(paper, 0.04)
    spot = canvas.distance(canvas.width * chance.uniform(0.3, 0.6), canvas.height * chance.uniform(0.25, 0.5))
    canvas.gradient(np.clip(paper * 1.06, 0, 1), paper * np.float32(0.78), np.clip(spot / 1.1, 0, 1))
    floor = canvas.height * chance.uniform(0.66, 0.78)
    canvas.shade(1 - 0.1 * ramp(canvas.y, floor - 0.1, floor + 0.05))


def table(canvas: Canvas, chance: Chance) -> None:
    """A wooden table before a plain wall."""
    wall = chance.near(mix(NAMED[chance.choice(EVERY)], NAMED["white"], 0.55))
    canvas.gradient(wall, wall * np.float32(0.82), canvas.y / np.float32(canvas.height))
    edge = canvas.height * chance.uniform(0.6, 0.7)
    wood = chance.near(rgb(176, 122, 76))
    grain = canvas.noise(chance, 0.16, stretch=16, roughness=0.6, top=edge)
    canvas.blend(wood * (0.75 + 0.45 * grain)[..., None], np.ones_like(grain), edge)


def greenery(canvas: Canvas, chance: Chance) -> None:
    """Green and other colours far out of focus."""
    first, second = chance.near(rgb(84, 132, 70)), chance.near(rgb(176, 198, 130))
    canvas.gradient(first, second, canvas.noise(chance, 0.5, roughness=0.4, finest=0.1))
    light = ramp(canvas.noise(chance, 0.22, roughness=0.4, finest=0.08), 0.65, 0.95)
    canvas.blend(chance.near(rgb(242, 240, 200)), light * 0.5)


def plain(canvas: Canvas, chance: Chance, colour: Colour) -> None:
    """A flat ground that grows darker towards the corners."""
    canvas.fill(chance.near(colour, 0.03))
    canvas.shade(1.05 - 0.2 * np.square(canvas.distance(canvas.width / 2, canvas.height / 2)))


def place(canvas: Canvas, chance: Chance, smallest: float, largest: float) -> Frame:
    """Where the thing goes: near the middle, its size between ``smallest`` and ``largest``."""
    x = canvas.width * chance.uniform(0.44, 0.56)
    y = canvas.height * chance.uniform(0.46, 0.54)
    return Frame(x, y, chance.uniform(smallest, largest))
