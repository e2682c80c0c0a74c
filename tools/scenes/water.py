"""Open water: it mirrors what is above it and shines below the sun."""

from __future__ import annotations

import numpy as np

from tools.scenes.canvas import Canvas
from tools.scenes.chance import Chance
from tools.scenes.colour import mix, rgb
from tools.scenes.light import NIGHT, Light
from tools.scenes.noise import ramp
from tools.scenes.sky import Sky


def paint_water(canvas: Canvas, chance: Chance, light: Light, sky: Sky, top: float, *, calm: bool) -> None:
    """Cover everything below ``top`` with water: a mirror if ``calm`` (a lake), else with waves (the sea)."""
    start = canvas.row(top)
    height_px = max(1, canvas.height_px - start)
    depth = np.linspace(0, 1, height_px, dtype=np.float32)[:, None]
    # Waves shrink towards the horizon: the rows of one noise field, read ever more slowly downwards.
    waves = canvas.noise(chance, 0.12, stretch=14, roughness=0.62, top=top)
    waves = waves[((height_px - 1) * np.sqrt(depth[:, 0])).astype(np.intp)]
    mirrored = start - 1 - np.arange(height_px) * start // max(height_px, start)
    reflection = canvas.pixels[np.clip(mirrored, 0, canvas.height_px - 1)]
    deep = mix(light.on(chance.near(rgb(26, 98, 140))), light.zenith, 0.35)
    share = (chance.uniform(0.65, 0.8) if calm else chance.uniform(0.3, 0.5)) * (1 - 0.4 * depth)
    water = deep + (reflection - deep) * share[..., None]
    water *= (1 + (waves - 0.5) * np.float32(0.15 if calm else 0.6) * (0.4 + depth))[..., None]
    canvas.pixels[start:] = water[: canvas.height_px - start]
    crests = ramp(waves, 0.7, 1.0) * (0.1 if calm else 0.3) * depth
    canvas.blend(light.on(rgb(225, 240, 248)), crests, top)
    if sky.glow:
        column = np.exp(-np.square((canvas.x - np.float32(sky.light_x)) / (0.03 + 0.12 * depth)))
        shine = rgb(205, 214, 240) if light is NIGHT else rgb(255, 222, 160)
        canvas.blend(shine, column * ramp(waves, 0.42, 0.75) * 0.85, top)
