"""Scenes that people built: city, road, house."""

from __future__ import annotations

from tools.scenes import plants, props
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, in_light
from tools.scenes.chance import Chance
from tools.scenes.colour import NAMED, Colour, mix, rgb
from tools.scenes.ink import Ink
from tools.scenes.land import paint_ground, paint_hills, paint_mountains
from tools.scenes.light import NIGHT, SUNSET, Light, some_light
from tools.scenes.sky import paint_sky
from tools.scenes.water import paint_water

_LAMP = rgb(255, 218, 136)


def city(canvas: Canvas, chance: Chance) -> Subject:
    """A skyline by day, with lit windows by night."""
    light = NIGHT if chance.maybe(0.25) else some_light(chance)
    street = chance.uniform(0.68, 0.82) * canvas.height
    sky = paint_sky(canvas, chance, light, street, stars=False)
    for distance in (0.6, 0.3, 0.0):
        with canvas.ink() as ink:
            _row_of_towers(ink, canvas, chance, light, street, distance)
    words = in_light(
        chance, light, ("city skyline", "skyscrapers", "downtown buildings", "urban cityscape", "city")
    )
    tags = ["building", light.name, *sky.tags]
    if light is NIGHT:
        words += chance.choice((" with city lights", " and lit windows", ""))
        tags.append("city lights")
    if chance.maybe(0.45):
        paint_water(canvas, chance, light, sky, street, calm=True)
        words += chance.choice((" reflected in a river", " by the water"))
        tags.append("water")
    else:
        paint_ground(canvas, chance, light, street, rgb(92, 94, 100), texture=0.25)
    return Subject(words, tuple(tags))


def _row_of_towers(
    ink: Ink, canvas: Canvas, chance: Chance, light: Light, street: float, distance: float
) -> None:
    x = -0.05
    while x < canvas.width:
        width, height = chance.uniform(0.07, 0.15), chance.uniform(0.16, 0.58) * (0.72 + 0.45 * distance)
        wall = light.on(
            chance.near(chance.choice((rgb(138, 146, 160), rgb(168, 154, 138), rgb(96, 112, 136))))
        )
        wall = mix(wall, light.horizon, 0.75 * distance)
        top = street - height
        ink.box(x, top, x + width, street + 0.01, wall)
        ink.box(x + width * 0.78, top, x + width, street + 0.01, wall * 0.82)
        if chance.maybe(0.3):
            ink.line([(x + width / 2, top), (x + width / 2, top - chance.uniform(0.03, 0.09))], 0.006, wall)
        if distance < 0.5:
            _windows(ink, chance, light, wall, (x, top, x + width, street))
        x += width + chance.choice((0.0, 0.0, 0.012, 0.03))


def _windows(
    ink: Ink, chance: Chance, light: Light, wall: Colour, box: tuple[float, float, float, float]
) -> None:
    left, top, right, bottom = box
    lit = 0.55 if light is NIGHT else 0.25 if light is SUNSET else 0.0
    step_x, step_y = 0.022, 0.028
    rows, columns = int((bottom - top - 0.02) / step_y), int((right - left - 0.012) / step_x)
    for row in range(rows):
        for column in range(columns):
            x, y = left + 0.009 + column * step_x, top + 0.015 + row * step_y
            glass = chance.near(_LAMP) if chance.maybe(lit) else wall * (0.72 if light is NIGHT else 1.25)
            ink.box(x, y, x + step_x * 0.58, y + step_y * 0.6, glass)


def road(canvas: Canvas, chance: Chance) -> Subject:
    """A road that runs to the horizon."""
    light = some_light(chance)
    horizon = chance.uniform(0.44, 0.54) * canvas.height
    sky = paint_sky(canvas, chance, light, horizon)
    field = chance.choice((rgb(108, 150, 70), rgb(196, 164, 104), rgb(150, 146, 86)))
    if chance.maybe(0.5):
        paint_mountains(canvas, chance, light, horizon, snow=chance.maybe(0.4), layers=2)
    else:
        paint_hills(canvas, chance, light, horizon - 0.02, field, 2)
    paint_ground(canvas, chance, light, horizon + 0.015, chance.near(field))
    goal, foot = canvas.width * chance.uniform(0.35, 0.65), canvas.width * chance.uniform(0.35, 0.65)
    half, top, bottom = chance.uniform(0.34, 0.5), horizon + 0.015, canvas.height + 0.01
    asphalt, paint = light.on(chance.near(rgb(88, 88, 94), 0.03)), light.on(rgb(246, 238, 206))
    with canvas.ink() as ink:
        ink.polygon(
            [(goal - 0.006, top), (goal + 0.006, top), (foot + half, bottom), (foot - half, bottom)], asphalt
        )
        for side in (-0.93, 0.93):
            edge = [
                (goal + side * 0.006, top),
                (foot + (side + 0.02) * half, bottom),
                (foot + (side - 0.02) * half, bottom),
            ]
            ink.polygon(edge, paint)
        for dash in range(7):
            near, far = ((dash + 1.0) / 7.5) ** 2.2, ((dash + 0.45) / 7.5) ** 2.2
            (x0, y0), (x1, y1) = ((goal + (foot - goal) * s, top + (bottom - top) * s) for s in (far, near))
            ink.polygon(
                [
                    (x0 - 0.018 * far, y0),
                    (x0 + 0.018 * far, y0),
                    (x1 + 0.018 * near, y1),
                    (x1 - 0.018 * near, y1),
                ],
                paint,
            )
    words = in_light(
        chance, light, ("road", "empty highway", "country road", "long road to the horizon", "asphalt road")
    )
    more = props.some_birds(canvas, chance, horizon)
    return Subject(words + more.words, (light.name, *sky.tags, *more.tags))


def house(canvas: Canvas, chance: Chance) -> Subject:
    """A house with a pitched roof on green ground."""
    light = some_light(chance)
    base = chance.uniform(0.55, 0.65) * canvas.height
    sky = paint_sky(canvas, chance, light, base)
    paint_hills(canvas, chance, light, base - 0.04, rgb(110, 154, 74), 2)
    behind = chance.randint(4, 10)
    plants.plant(
        canvas, chance, light, (plants.leafy,), behind, top=base + 0.07, depth=0.02, height=(0.2, 0.3)
    )
    paint = chance.choice(("white", "red", "brown", "yellow", "blue", "grey"))
    with canvas.ink(shadow=0.25) as ink:
        _house(ink, canvas, chance, light, base + 0.16, NAMED[paint])
    nouns = (
        f"{paint} house",
        f"small {paint} cottage",
        f"{paint} house in the countryside",
        "family home with a roof",
    )
    return Subject(in_light(chance, light, nouns), ("building", "house", paint, light.name, *sky.tags))


def _house(ink: Ink, canvas: Canvas, chance: Chance, light: Light, foot: float, paint: Colour) -> None:
    width, height = chance.uniform(0.38, 0.52), chance.uniform(0.2, 0.26)
    left = chance.uniform(0.2, canvas.width - 0.2 - width)
    right, top, roof = left + width, foot - height, chance.uniform(0.13, 0.2)
    wall, tile = light.on(chance.near(paint, 0.03)), light.on(chance.near(rgb(150, 72, 56)))
    glass = _LAMP if light in {NIGHT, SUNSET} else light.on(rgb(160, 196, 220))
    frame = light.on(rgb(250, 250, 246))
    chimney = left + width * 0.72
    ink.box(chimney, top - roof * 0.95, chimney + 0.045, top, light.on(rgb(146, 92, 78)))
    ink.box(left, top, right, foot, wall)
    middle = left + width / 2
    ink.polygon([(left - 0.04, top), (middle, top - roof), (middle + 0.02, top)], tile)
    ink.polygon([(middle, top - roof), (right + 0.04, top), (middle, top)], tile * 0.86)
    ink.box(middle - 0.035, foot - height * 0.62, middle + 0.035, foot, light.on(rgb(104, 72, 52)))
    for x in (left + width * 0.2, left + width * 0.8):
        ink.box(x - 0.045, top + height * 0.24, x + 0.045, top + height * 0.62, frame)
        for side in (-1, 1):
            pane = x + side * 0.02
            ink.box(pane - 0.016, top + height * 0.28, pane + 0.016, top + height * 0.58, glass)
