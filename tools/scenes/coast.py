"""Scenes by the water: ocean, beach, lake."""

from __future__ import annotations

import numpy as np

from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, in_light
from tools.scenes.chance import Chance
from tools.scenes.colour import rgb
from tools.scenes.light import SUNSET, some_light
from tools.scenes.sky import paint_sky
from tools.scenes.water import paint_water


def ocean(canvas: Canvas, chance: Chance) -> Subject:
    """Open sea to the horizon."""
    light = SUNSET if chance.maybe(0.25) else some_light(chance)
    horizon = chance.uniform(0.36, 0.58) * canvas.height
    sky = paint_sky(canvas, chance, light, horizon)
    paint_water(canvas, chance, light, sky, horizon, calm=False)
    words = in_light(
        chance, light, ("ocean", "sea", "seascape", "open water", "ocean horizon", "waves on the sea")
    )
    return Subject(words, ("water", light.name, *sky.tags))


def beach(canvas: Canvas, chance: Chance) -> Subject:
    """Sand, surf and sea."""
    light = some_light(chance)
    horizon = chance.uniform(0.3, 0.45) * canvas.height
    sky = paint_sky(canvas, chance, light, horizon)
    paint_water(canvas, chance, light, sky, horizon, calm=False)
    slope = chance.uniform(-0.12, 0.12)
    edge = horizon + 0.16 + slope * (canvas.x[0] - canvas.width / 2)
    edge = edge + 0.03 * np.sin(canvas.x[0] * chance.uniform(3, 8) + chance.uniform(0, 6))
    sand = light.on(chance.near(rgb(228, 202, 156), 0.04))
    grain = 0.9 + 0.16 * canvas.noise(chance, 0.3, roughness=0.75)
    wet = 0.72 + 0.28 * np.clip((canvas.y - edge[None, :]) / 0.1, 0, 1)
    canvas.blend(sand * (grain * wet)[..., None], canvas.below(edge.astype(np.float32)))
    foam = np.exp(-np.square((canvas.y - edge[None, :]) / 0.014)) * (0.4 + 0.6 * canvas.noise(chance, 0.04))
    canvas.blend(light.on(rgb(252, 252, 250)), foam.astype(np.float32))
    words = in_light(chance, light, ("beach", "sandy beach", "tropical beach", "sand and surf on the coast"))
    return Subject(words, ("sand", "water", light.name, *sky.tags))
