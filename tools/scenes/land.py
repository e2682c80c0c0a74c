"""Land forms: ground, hills, mountains, dunes."""

from __future__ import annotations

import numpy as np

from tools.scenes.arrays import Array
from tools.scenes.canvas import Canvas
from tools.scenes.chance import Chance
from tools.scenes.colour import Colour, mix, rgb
from tools.scenes.light import Light
from tools.scenes.noise import profile, ramp

ROCKS = (rgb(112, 116, 130), rgb(134, 110, 92), rgb(92, 104, 102))


def horizon_line(
    canvas: Canvas, chance: Chance, base: float, rise: float, bumps: float, roughness: float
) -> Array:
    """A skyline for each column: between ``base`` and ``rise`` units above it."""
    return np.float32(base) - np.float32(rise) * profile(
        chance, canvas.width_px, bumps=bumps * canvas.width, roughness=roughness
    )


def paint_ground(
    canvas: Canvas,
    chance: Chance,
    light: Light,
    top: float,
    colour: Colour,
    *,
    texture: float = 0.5,
    blob: float = 0.1,
) -> None:
    """Flat land below ``top``; ``texture`` in [0, 1] is the contrast of its grain, ``blob`` its size."""
    start = canvas.row(top)
    height_px = max(1, canvas.height_px - start)
    grain = canvas.noise(chance, blob, stretch=3, roughness=0.7, top=top)
    depth = np.linspace(0, 1, height_px, dtype=np.float32)[:, None]
    grain = grain[((height_px - 1) * np.sqrt(depth[:, 0])).astype(np.intp)]
    near = 0.92 + 0.16 * depth
    shaded = light.on(colour) * ((1 + (grain - 0.5) * np.float32(texture)) * near)[..., None]
    canvas.pixels[start:] = shaded[: canvas.height_px - start]


def paint_hills(
    canvas: Canvas, chance: Chance, light: Light, base: float, colour: Colour, layers: int
) -> float:
    """Rolling hills, the far ones in haze; returns the height at which the nearest begins."""
    texture = canvas.noise(chance, 0.15, stretch=3, roughness=0.65)
    haze = mix(light.horizon, light.on(colour), 0.15)
    for layer in range(layers):
        distance = 1 - (layer + 1) / layers
        line = horizon_line(canvas, chance, base + 0.09 * layer, 0.1 + 0.04 * layer, 2.2, 0.2)
        lit = (
            1.1 - 0.5 * np.clip((canvas.y - line[None, :]) * 2.2, 0, 0.6) + (texture - 0.5) * np.float32(0.45)
        )
        body = mix(light.on(chance.near(colour, 0.04)), haze, 0.75 * distance) * lit[..., None]
        canvas.blend(body, canvas.below(line))
    return base + 0.09 * (layers - 1)


def paint_mountains(
    canvas: Canvas, chance: Chance, light: Light, base: float, *, snow: bool, layers: int = 0
) -> None:
    """Ranges of mountains rising from ``base``, one behind the other, the far ones in haze.

    Args:
        canvas: The picture, its sky painted already.
        chance: Decides shapes and colours.
        light: Time of day.
        base: Height of the valley floor.
        snow: Whether the upper parts are white.
        layers: Number of ranges; 0 leaves it to chance.
    """
    count = layers or chance.randint(2, 4)
    rugged = canvas.noise(chance, 0.34, stretch=0.8, roughness=0.56)
    step = max(1, canvas.unit_px // 90)
    # Slopes that face the upper left catch the light: the difference to the neighbour up there.
    slope = rugged - np.concatenate([rugged[:, :1].repeat(step, axis=1), rugged[:, :-step]], axis=1)
    rock = light.on(chance.near(chance.choice(ROCKS)))
    for layer in range(count):
        distance = 1 - (layer + 1) / count
        rise = chance.uniform(0.3, 0.46) * (0.65 + 0.35 * distance)
        line = horizon_line(canvas, chance, base + 0.03 * layer, rise, chance.uniform(1.4, 2.6), 0.4)
        relief = np.float32(1) - slope * np.float32(3.6 * (1 - 0.6 * distance))
        body = mix(rock, light.horizon, 0.65 * distance) * relief[..., None]
        if snow:
            reach = line[None, :] + np.float32(rise * chance.uniform(0.4, 0.8)) * (0.15 + rugged)
            white = light.on(rgb(250, 251, 255)) * np.float32(1.02)
            cover = ramp(reach - canvas.y, -0.01, 0.02)[..., None]
            body = (
                body
                + (mix(white, light.horizon, 0.4 * distance) * (0.9 + 0.1 * relief)[..., None] - body) * cover
            )
        canvas.blend(body, canvas.below(line))
        slope = slope[:, ::-1]


def paint_dunes(canvas: Canvas, chance: Chance, light: Light, top: float) -> None:
    """Waves of sand: each crest is sharp, bright on the side of the light, dark on the other."""
    ripples = canvas.noise(chance, 0.12, stretch=10, roughness=0.5)
    sand = chance.near(rgb(226, 172, 104), 0.05)
    count = chance.randint(3, 5)
    for layer in range(count):
        line = horizon_line(canvas, chance, top + 0.13 * layer + 0.06, 0.12, 1.6, 0.12)
        lean = np.gradient(line) * np.float32(canvas.unit_px)
        away = np.clip((canvas.y - line[None, :]) * 3, 0, 1)
        shade = np.clip(0.98 + lean[None, :] * 0.7, 0.6, 1.2) * (1 - away) + 0.9 * away
        shade = shade * (1 + (ripples - 0.5) * np.float32(0.22))
        far = 0.45 * (1 - (layer + 1) / count)
        canvas.blend(mix(light.on(sand), light.horizon, far) * shade[..., None], canvas.below(line))
