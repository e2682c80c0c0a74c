"""Scenes by the water: ocean, beach, lake."""

from __future__ import annotations

import numpy as np

from tools.scenes import plants, props
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, in_light
from tools.scenes.chance import Chance
from tools.scenes.colour import rgb
from tools.scenes.land import paint_hills
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
        chance, light, ("ocean", "sea", "seascape", "open water", "ocean horizon", "ocean waves")
    )
    more = props.some_boat(canvas, chance, light, horizon) or props.some_birds(
        canvas, chance, horizon, at_sea=True
    )
    return Subject(words + more.words, ("water", light.name, *sky.tags, *more.tags))


def beach(canvas: Canvas, chance: Chance) -> Subject:
    """Sand, surf and sea."""
    light = some_light(chance)
    horizon = chance.uniform(0.3, 0.45) * canvas.height
    sky = paint_sky(canvas, chance, light, horizon)
    paint_water(canvas, chance, light, sky, horizon, calm=False)
    edge = (
        horizon + chance.uniform(0.13, 0.2) + chance.uniform(-0.12, 0.12) * (canvas.x[0] - canvas.width / 2)
    )
    edge = edge + 0.03 * np.sin(canvas.x[0] * chance.uniform(3, 8) + chance.uniform(0, 6))
    sand = light.on(chance.near(rgb(228, 202, 156), 0.04))
    grain = 0.9 + 0.16 * canvas.noise(chance, 0.3, roughness=0.75)
    wet = 0.72 + 0.28 * np.clip((canvas.y - edge[None, :]) / 0.1, 0, 1)
    canvas.blend(sand * (grain * wet)[..., None], canvas.below(edge))
    broken = 0.4 + 0.6 * canvas.noise(chance, 0.04)
    canvas.blend(
        light.on(rgb(252, 252, 250)), np.exp(-np.square((canvas.y - edge[None, :]) / 0.014)) * broken
    )
    words = in_light(chance, light, ("beach", "sandy beach", "tropical beach", "sand and surf on the coast"))
    tags = ("sand", "water", light.name, *sky.tags)
    if chance.maybe(0.45):
        count = chance.randint(1, 3)
        plants.plant(
            canvas, chance, light, (plants.palm,), count, top=horizon + 0.3, depth=0.2, height=(0.4, 0.62)
        )
        return Subject(words + chance.choice((" with palm trees", " and palms")), (*tags, "palm tree"))
    more = props.some_umbrella(canvas, chance, light, horizon + 0.42) or props.some_boat(
        canvas, chance, light, horizon
    )
    return Subject(words + more.words, (*tags, *more.tags))


def lake(canvas: Canvas, chance: Chance) -> Subject:
    """Still water that mirrors a wooded shore."""
    light = some_light(chance)
    horizon = chance.uniform(0.42, 0.56) * canvas.height
    sky = paint_sky(canvas, chance, light, horizon)
    paint_hills(canvas, chance, light, horizon - 0.02, rgb(70, 112, 66), chance.randint(1, 2))
    trees = chance.choice(((plants.pine,), (plants.leafy,), (plants.pine, plants.leafy)))
    shore = horizon + 0.05
    count = chance.randint(14, 30)
    plants.plant(canvas, chance, light, trees, count, top=shore - 0.015, depth=0.02, height=(0.12, 0.2))
    paint_water(canvas, chance, light, sky, shore, calm=True)
    nouns = (
        "calm lake",
        "lake with reflections of trees",
        "quiet pond and trees",
        "still lake water",
        "forest lake",
    )
    more = props.some_boat(canvas, chance, light, shore) if chance.maybe(0.5) else props.NOTHING
    return Subject(
        in_light(chance, light, nouns) + more.words, ("water", "tree", light.name, *sky.tags, *more.tags)
    )
