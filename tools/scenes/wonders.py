"""Light and elements: galaxy, aurora, fire, underwater."""

from __future__ import annotations

import numpy as np

from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, mix, rgb
from tools.scenes.land import paint_mountains
from tools.scenes.light import NIGHT
from tools.scenes.noise import ramp
from tools.scenes.sky import paint_sky


def galaxy(canvas: Canvas, chance: Chance) -> Subject:
    """A band of nebula among stars, sometimes a planet."""
    canvas.fill(chance.near(rgb(8, 8, 22), 0.01))
    cloud, lean = canvas.noise(chance, 0.45, roughness=0.6), chance.uniform(-0.6, 0.6)
    axis = canvas.y - canvas.height / 2 - lean * (canvas.x - canvas.width / 2) + (cloud - 0.5) * 0.5
    band = np.exp(-np.square(axis / chance.uniform(0.2, 0.34)))
    name = chance.choice(("purple", "blue", "pink", "teal"))
    canvas.blend(mix(NAMED[name], NAMED["black"], 0.25), band * ramp(cloud, 0.15, 0.85) * 0.9)
    canvas.blend(rgb(255, 236, 226), band * band * ramp(cloud, 0.6, 1.0) * 0.7)
    with canvas.ink() as ink:
        for _ in range(chance.randint(350, 600)):
            x, y = chance.uniform(0, canvas.width), chance.uniform(0, canvas.height)
            ink.disc(
                x,
                y,
                0.0012 + 0.004 * chance.random() ** 6,
                mix(rgb(150, 160, 220), rgb(255, 250, 240), chance.random()),
            )
    if chance.maybe(0.35):
        return _planet(canvas, chance)
    words = (
        f"{name} galaxy in outer space",
        "milky way galaxy",
        "galaxy and stars in space",
        f"{name} space nebula",
    )
    return Subject(chance.choice(words), ("space", "stars", name))


def _planet(canvas: Canvas, chance: Chance) -> Subject:
    name, radius = chance.choice(BRIGHT), chance.uniform(0.2, 0.32)
    x, y = canvas.width * chance.uniform(0.35, 0.65), canvas.height * chance.uniform(0.4, 0.6)
    distance = canvas.distance(x, y)
    bands = 0.8 + 0.4 * canvas.noise(chance, 0.1, stretch=14, roughness=0.5)
    lit = np.clip(0.5 - ((canvas.x - x) + (canvas.y - y)) / (1.7 * radius), 0.04, 1.1)
    canvas.blend(chance.near(NAMED[name]), np.exp(-np.clip(distance - radius, 0, None) / 0.04) * 0.35)
    disc = np.clip((radius - distance) * canvas.unit_px + 0.5, 0, 1)
    canvas.blend(chance.near(NAMED[name]) * (bands * lit)[..., None], disc)
    words = (f"{name} planet in space", f"{name} planet and stars", "planet in outer space")
    return Subject(chance.choice(words), ("space", "stars", "planet", name))


def aurora(canvas: Canvas, chance: Chance) -> Subject:
    """Northern lights over dark mountains."""
    paint_sky(canvas, chance, NIGHT, canvas.height * 0.85)
    name = chance.choice(("green", "green", "teal", "purple"))
    tone = mix(NAMED[name], NAMED["white"], 0.2)
    for _ in range(chance.randint(1, 3)):
        line = canvas.height * chance.uniform(0.35, 0.6) + 0.22 * (
            canvas.noise(chance, 0.7, roughness=0.4)[:1] - 0.5
        )
        rays = 0.45 + 0.55 * canvas.noise(chance, 0.05, stretch=0.3, roughness=0.5)[:1]
        above = line - canvas.y
        curtain = np.exp(-np.clip(above, 0, None) / (0.1 + 0.22 * rays)) * ramp(above, -0.03, 0.02)
        canvas.blend(tone, np.clip(curtain * rays * 0.95, 0, 1))
    if chance.maybe(0.7):
        paint_mountains(canvas, chance, NIGHT, canvas.height * 1.05, snow=False, layers=1)
    words = (
        f"{name} aurora borealis",
        f"{name} northern lights",
        f"{name} aurora in the arctic night sky",
        "northern lights",
    )
    return Subject(chance.choice(words), ("night", "stars", name))


def fire(canvas: Canvas, chance: Chance) -> Subject:
    """Flames before the dark."""
    tongues = canvas.noise(chance, 0.3, stretch=0.35, roughness=0.55)
    heat = np.clip(canvas.y / canvas.height * chance.uniform(1.15, 1.4) + (tongues - 0.5) * 1.3 - 0.28, 0, 1)
    canvas.fill(rgb(14, 6, 5))
    canvas.blend(rgb(196, 44, 12), ramp(heat, 0.08, 0.45))
    canvas.blend(rgb(250, 146, 26), ramp(heat, 0.35, 0.7))
    canvas.blend(rgb(255, 240, 160), ramp(heat, 0.62, 1.0))
    with canvas.ink() as ink:
        for _ in range(chance.randint(15, 50)):
            spark = chance.uniform(0, canvas.width), canvas.height * chance.random() ** 0.6
            ink.disc(*spark, chance.uniform(0.002, 0.006), rgb(255, 176, 66))
    words = ("fire and flames", "burning flames", "hot orange fire", "blazing fire with sparks")
    return Subject(chance.choice(words), ("orange", "heat"))


def underwater(canvas: Canvas, chance: Chance) -> Subject:
    """Rays of light in the deep."""
    canvas.gradient(
        chance.near(rgb(52, 170, 200)), chance.near(rgb(6, 40, 84)), (canvas.y / canvas.height) ** 0.8
    )
    source = canvas.width * chance.uniform(0.3, 0.7)
    fan = (canvas.x - source) / (canvas.y + 0.35)
    rays = np.mean([np.sin(fan * chance.uniform(8, 30) + chance.uniform(0, 6.3)) for _ in range(4)], axis=0)
    canvas.blend(rgb(206, 244, 248), ramp(rays, 0.0, 0.8) * (1 - canvas.y / canvas.height) * 0.6)
    floor = canvas.height * chance.uniform(0.84, 0.94) + 0.04 * np.sin(canvas.x[0] * chance.uniform(3, 6))
    canvas.blend(
        rgb(20, 66, 92) * (0.8 + 0.5 * canvas.noise(chance, 0.2))[..., None], canvas.below(floor, 12)
    )
    with canvas.ink(opacity=0.6) as ink:
        for _ in range(chance.randint(15, 40)):
            bubble = chance.uniform(0, canvas.width), chance.uniform(0, canvas.height)
            ink.arc(*bubble, chance.uniform(0.006, 0.02), (0, 360), 0.003, rgb(220, 244, 250))
    words = (
        "underwater scene",
        "deep blue underwater world",
        "under the sea with light rays",
        "underwater sunlight",
    )
    return Subject(chance.choice(words), ("water", "blue"))
