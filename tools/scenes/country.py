"""Scenes of the open country: mountains, forests, meadows, deserts, snow, sky."""

from __future__ import annotations

import numpy as np

from tools.scenes import plants, props
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, in_light
from tools.scenes.chance import Chance
from tools.scenes.colour import NAMED, rgb
from tools.scenes.ink import Frame
from tools.scenes.land import paint_dunes, paint_ground, paint_hills, paint_mountains
from tools.scenes.light import DAWN, DAY, NIGHT, OVERCAST, STORM, SUNSET, Light, some_light
from tools.scenes.noise import ramp
from tools.scenes.sky import paint_sky
from tools.scenes.water import paint_water

_MEADOW = rgb(104, 156, 66)
_SKIES = {
    DAY.name: ("blue sky with clouds", "white clouds in the sky", "clear summer sky"),
    SUNSET.name: ("sunset sky", "orange clouds in the evening sky", "dramatic sunset sky with clouds"),
    DAWN.name: ("pink sky at dawn", "soft morning sky", "sunrise sky"),
    NIGHT.name: ("starry night sky", "stars in the night sky", "night sky"),
    OVERCAST.name: ("grey cloudy sky", "overcast sky", "grey clouds in the sky"),
    STORM.name: ("storm clouds", "stormy sky", "dark rain clouds in the sky"),
}


def mountains(canvas: Canvas, chance: Chance) -> Subject:
    """Bare ranges above a meadow, a forest or a lake."""
    return _range(
        canvas, chance, ("mountains", "mountain range", "rocky mountains", "mountain peaks"), snow=False
    )


def snowy_mountains(canvas: Canvas, chance: Chance) -> Subject:
    """The same under snow."""
    nouns = (
        "snowy mountains",
        "snow capped mountain peaks",
        "alpine mountains with snow",
        "white mountain summits",
    )
    return _range(canvas, chance, nouns, snow=True)


def _range(canvas: Canvas, chance: Chance, nouns: tuple[str, ...], *, snow: bool) -> Subject:
    light = some_light(chance)
    base = chance.uniform(0.6, 0.74) * canvas.height
    sky = paint_sky(canvas, chance, light, base)
    paint_mountains(canvas, chance, light, base, snow=snow)
    words, tags = in_light(chance, light, nouns), ["mountain", light.name, *sky.tags]
    if snow:
        tags.append("snow")
    below = chance.random()
    if below < 0.25:
        paint_water(canvas, chance, light, sky, base + 0.02, calm=True)
        words += chance.choice((" reflected in a lake", " with a lake", " above a lake"))
        tags.append("water")
    elif below < 0.55:
        paint_ground(canvas, chance, light, base + 0.03, chance.near(_MEADOW))
        words += chance.choice((" and a green meadow", " above a valley", ""))
    else:
        paint_ground(canvas, chance, light, base + 0.03, rgb(52, 88, 56))
        count = chance.randint(20, 44)
        plants.plant(
            canvas, chance, light, (plants.pine,), count, top=base + 0.05, depth=0.3, height=(0.07, 0.24)
        )
        words += chance.choice((" and pine trees", " with fir trees", ""))
        tags.append("tree")
    more = props.some_birds(canvas, chance, base * 0.5)
    return Subject(words + more.words, (*tags, *more.tags))


def forest(canvas: Canvas, chance: Chance) -> Subject:
    """Green trees, from outside or from within."""
    light = some_light(chance)
    trees = chance.choice(((plants.pine,), (plants.leafy,), (plants.pine, plants.leafy)))
    _wood(canvas, chance, light, trees, rgb(70, 110, 58))
    nouns = ("forest", "woods", "dense green forest", "green trees in the woods", "woodland")
    more = props.some_walker(canvas, chance, light, canvas.height * 0.94)
    return Subject(in_light(chance, light, nouns) + more.words, ("tree", "green", light.name, *more.tags))


def autumn_forest(canvas: Canvas, chance: Chance) -> Subject:
    """Trees in red, orange and yellow."""
    light = some_light(chance)
    _wood(canvas, chance, light, (plants.autumn,), rgb(164, 112, 52))
    nouns = ("autumn forest", "fall foliage", "autumn trees with orange leaves", "trees in autumn colours")
    more = props.some_walker(canvas, chance, light, canvas.height * 0.94)
    return Subject(
        in_light(chance, light, nouns) + more.words, ("tree", "orange", "autumn", light.name, *more.tags)
    )


def _wood(
    canvas: Canvas, chance: Chance, light: Light, trees: tuple[plants.Tree, ...], floor: np.ndarray
) -> None:
    horizon = chance.uniform(0.3, 0.45) * canvas.height
    paint_sky(canvas, chance, light, horizon)
    paint_ground(canvas, chance, light, horizon + 0.1, chance.near(floor))
    count = chance.randint(34, 56)
    plants.plant(canvas, chance, light, trees, count, top=horizon + 0.12, depth=0.45, height=(0.2, 0.62))
    if chance.maybe(0.35):  # shafts of light, or mist
        shafts = ramp(canvas.noise(chance, 0.3, stretch=0.12, roughness=0.3, finest=0.05), 0.55, 1.0)
        canvas.blend(light.horizon, shafts * ramp(canvas.y, canvas.height, 0.1) * 0.5)


def meadow(canvas: Canvas, chance: Chance) -> Subject:
    """Grass over rolling hills, sometimes in flower."""
    light = some_light(chance)
    base = chance.uniform(0.48, 0.6) * canvas.height
    sky = paint_sky(canvas, chance, light, base)
    paint_hills(canvas, chance, light, base, chance.near(_MEADOW), chance.randint(2, 4))
    words = in_light(
        chance, light, ("green meadow", "grass field", "green hills", "rolling grassland", "pasture")
    )
    tags = ["grass", "green", light.name, *sky.tags]
    if chance.maybe(0.35):
        _flowers(canvas, chance, light, base + 0.2)
        words += chance.choice((" with wildflowers", " full of flowers", " in bloom"))
        tags.append("flowers")
    elif chance.maybe(0.5):
        plants.plant(
            canvas,
            chance,
            light,
            (plants.leafy,),
            chance.randint(1, 3),
            top=base + 0.08,
            depth=0.14,
            height=(0.22, 0.34),
        )
        words += chance.choice((" and a tree", " with a lonely tree"))
        tags.append("tree")
    more = props.some_walker(canvas, chance, light, base + 0.3) or props.some_birds(canvas, chance, base)
    return Subject(words + more.words, (*tags, *more.tags))


def _flowers(canvas: Canvas, chance: Chance, light: Light, top: float) -> None:
    blossom = NAMED[chance.choice(("red", "yellow", "white", "purple", "pink"))]
    with canvas.ink() as ink:
        for _ in range(chance.randint(160, 300)):
            nearness = chance.random()
            x, y = chance.uniform(0, canvas.width), top + (canvas.height - top) * nearness
            ink.disc(x, y, 0.004 + 0.012 * nearness, light.on(chance.near(blossom)))


def desert(canvas: Canvas, chance: Chance) -> Subject:
    """Sand dunes, sometimes a cactus."""
    light = some_light(chance)
    top = chance.uniform(0.4, 0.52) * canvas.height
    sky = paint_sky(canvas, chance, light, top)
    paint_dunes(canvas, chance, light, top)
    words = in_light(chance, light, ("desert", "sand dunes", "desert dunes", "sahara desert"))
    tags = ("sand", light.name, *sky.tags)
    if not chance.maybe(0.3):
        more = props.some_walker(canvas, chance, light, top + 0.35)
        return Subject(words + more.words, (*tags, *more.tags))
    frame = Frame(chance.uniform(0.2, 0.8) * canvas.width, top + 0.38, chance.uniform(0.24, 0.36))
    green = light.on(chance.near(rgb(64, 122, 70)))
    with canvas.ink(frame, shadow=0.35, relief=0.8) as ink:
        ink.box(-0.08, -1, 0.08, 0, green, 0.08)
        for elbow, low, high in ((-0.3, 0.4, 0.75), (0.3, 0.3, 0.6)):
            ink.line([(0, -low), (elbow, -low)], 0.12, green)
            ink.box(elbow - 0.064, -high, elbow + 0.064, 0.056 - low, green, 0.064)
    return Subject(words + chance.choice((" with a cactus", " and a cactus")), (*tags, "cactus"))


def snowfield(canvas: Canvas, chance: Chance) -> Subject:
    """A flat white winter landscape."""
    light = some_light(chance)
    base = chance.uniform(0.46, 0.58) * canvas.height
    sky = paint_sky(canvas, chance, light, base)
    paint_hills(canvas, chance, light, base, rgb(240, 244, 252), 3)
    nouns = ("snow covered field", "winter landscape", "snowy field in winter", "frozen white winter scene")
    words, tags = in_light(chance, light, nouns), ["snow", "white", light.name, *sky.tags]
    if chance.maybe(0.6):
        count = chance.randint(5, 18)
        plants.plant(
            canvas,
            chance,
            light,
            (plants.snowy_pine,),
            count,
            top=base + 0.02,
            depth=0.25,
            height=(0.1, 0.32),
        )
        words += chance.choice((" with snowy trees", " and snow covered pines"))
        tags.append("tree")
    if chance.maybe(0.4):
        with canvas.ink(opacity=0.9) as ink:
            for _ in range(chance.randint(120, 260)):
                place = chance.uniform(0, canvas.width), chance.uniform(0, canvas.height)
                ink.disc(*place, chance.uniform(0.002, 0.007), rgb(252, 252, 255))
        words += chance.choice((" while it snows", " with falling snow"))
        tags.append("snowfall")
    return Subject(words, tuple(tags))


def sky(canvas: Canvas, chance: Chance) -> Subject:
    """Nothing but sky."""
    light = some_light(chance)
    found = paint_sky(canvas, chance, light, canvas.height * chance.uniform(1.0, 1.25))
    more = props.some_birds(canvas, chance, canvas.height)
    return Subject(chance.choice(_SKIES[light.name]) + more.words, (light.name, *found.tags, *more.tags))
