"""Skies: gradient, clouds, sun, moon, stars, lightning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.scenes.canvas import Canvas
from tools.scenes.chance import Chance
from tools.scenes.colour import mix, rgb
from tools.scenes.light import DAWN, DAY, NIGHT, OVERCAST, STORM, SUNSET, Light
from tools.scenes.noise import ramp

_COVER = {
    DAY.name: (0.45, 0.75),
    SUNSET.name: (0.4, 0.65),
    DAWN.name: (0.45, 0.7),
    NIGHT.name: (0.6, 0.85),
    OVERCAST.name: (0.1, 0.35),
    STORM.name: (0.1, 0.3),
}


@dataclass(frozen=True, slots=True)
class Sky:
    """What the sky holds.

    Attributes:
        light_x: Where the sun or moon stands; water shines below it.
        glow: Whether there is a low sun or a moon to be mirrored.
        tags: What is to be seen in it.
    """

    light_x: float
    glow: bool
    tags: tuple[str, ...]


def paint_sky(canvas: Canvas, chance: Chance, light: Light, horizon: float, *, stars: bool = True) -> Sky:
    """Paint the whole canvas as sky down to ``horizon`` (below, the colour of the horizon goes on)."""
    zenith, low = chance.near(light.zenith, 0.04), chance.near(light.horizon, 0.04)
    canvas.gradient(
        zenith, low, np.clip(canvas.y / np.float32(horizon), 0, 1) ** np.float32(chance.uniform(0.7, 1.5))
    )
    x, tags, glow = chance.uniform(0.2, 0.8) * canvas.width, [], False
    if light is NIGHT and stars:
        _stars(canvas, chance, horizon)
        tags.append("stars")
    if light in {SUNSET, DAWN} and chance.maybe(0.8):
        _sun(canvas, chance, light, x, horizon * chance.uniform(0.62, 0.97))
        glow = True
        tags.append("sun")
    if light is NIGHT and chance.maybe(0.5):
        _moon(canvas, chance, x, horizon * chance.uniform(0.2, 0.6))
        glow = True
        tags.append("moon")
    if light in {OVERCAST, STORM} or chance.maybe(0.6):
        _clouds(canvas, chance, light, horizon)
        if light is not NIGHT:
            tags.append("clouds")
    if light is STORM and chance.maybe(0.6):
        _lightning(canvas, chance, x, horizon)
        tags.append("lightning")
    return Sky(x, glow, tuple(tags))


def _clouds(canvas: Canvas, chance: Chance, light: Light, horizon: float) -> None:
    bottom = canvas.row(horizon) + 1
    cover = chance.uniform(*_COVER[light.name])
    density = canvas.noise(chance, chance.uniform(0.4, 0.7), stretch=chance.uniform(1.8, 3.2), roughness=0.52)
    step = max(1, canvas.unit_px // 40)
    above = np.concatenate(
        [density[:1].repeat(step, axis=0), density[:-step]]
    )  # a cloud is bright where there is less cloud above it
    bright = np.clip(0.55 + (density - above) * 2.2, 0, 1)[..., None]
    colour = light.cloud_shade + (chance.near(light.cloud, 0.03) - light.cloud_shade) * bright
    mask = ramp(density, cover, cover + chance.uniform(0.18, 0.35)) * chance.uniform(0.7, 0.95)
    fade = ramp(canvas.y, horizon, horizon - 0.12)
    part = canvas.pixels[:bottom]
    part += (colour[:bottom] - part) * (mask * fade)[:bottom, :, None]


def _sun(canvas: Canvas, chance: Chance, light: Light, x: float, y: float) -> None:
    distance = canvas.distance(x, y)
    warm = rgb(255, 214, 130) if light is SUNSET else rgb(255, 236, 205)
    canvas.blend(warm, np.exp(-distance / chance.uniform(0.12, 0.3)) * 0.85)
    radius = chance.uniform(0.025, 0.07)
    canvas.blend(rgb(255, 246, 214), np.clip((radius - distance) * canvas.unit_px * 0.5 + 0.5, 0, 1))


def _moon(canvas: Canvas, chance: Chance, x: float, y: float) -> None:
    distance, radius = canvas.distance(x, y), chance.uniform(0.03, 0.07)
    canvas.blend(rgb(150, 165, 210), np.exp(-distance / 0.12) * 0.4)
    craters = 0.86 + 0.14 * canvas.noise(chance, 0.05, finest=0.01)
    disc = np.clip((radius - distance) * canvas.unit_px * 0.5 + 0.5, 0, 1)
    canvas.blend(rgb(244, 242, 226) * craters[..., None], disc)


def _stars(canvas: Canvas, chance: Chance, horizon: float) -> None:
    with canvas.ink() as ink:
        for _ in range(chance.randint(60, 220)):
            x, y = chance.uniform(0, canvas.width), chance.uniform(0, horizon)
            ink.disc(
                x,
                y,
                chance.choice((0.0012, 0.0016, 0.0028)),
                mix(rgb(140, 150, 190), rgb(255, 255, 250), chance.random()),
            )


def _lightning(canvas: Canvas, chance: Chance, x: float, horizon: float) -> None:
    y, path = 0.0, [(x, 0.0)]
    while y < horizon * 0.95:
        y += chance.uniform(0.03, 0.08)
        x += chance.uniform(-0.06, 0.06)
        path.append((x, y))
    canvas.blend(rgb(200, 205, 255), np.exp(-canvas.distance(x, horizon * 0.5) / 0.3) * 0.25)
    with canvas.ink() as ink:
        ink.line(path, 0.012, rgb(190, 196, 246))
        ink.line(path, 0.005, rgb(252, 252, 255))
