"""Surfaces seen from near: wood, bricks, marble, drops, ice, grass, leaves."""

from __future__ import annotations

import math

import numpy as np

from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject, a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, mix, rgb
from tools.scenes.noise import ramp


def wood(canvas: Canvas, chance: Chance) -> Subject:
    """Planks side by side."""
    colour = chance.near(chance.choice((rgb(170, 118, 72), rgb(116, 76, 48), rgb(206, 166, 116))), 0.05)
    grain = canvas.noise(chance, 0.09, stretch=28, roughness=0.62)
    plank = chance.uniform(0.14, 0.3)
    number = np.floor(canvas.y / np.float32(plank))
    tone = 0.88 + 0.2 * np.mod(np.sin(number * 12.9) * 43.7, 1)
    canvas.fill(colour)
    canvas.shade((0.72 + 0.5 * grain) * tone)
    gap = np.abs(np.mod(canvas.y / np.float32(plank), 1) - 0.5) * np.float32(plank)
    canvas.shade(1 - 0.7 * ramp(gap, plank / 2 - 0.008, plank / 2 - 0.003))
    words = ("wooden planks", "brown wood texture", "wood grain surface", "timber boards")
    return Subject(chance.choice(words), ("texture", "brown"))


def bricks(canvas: Canvas, chance: Chance) -> Subject:
    """A wall of bricks in running bond."""
    colour = chance.near(rgb(166, 80, 60), 0.06)
    high = chance.uniform(0.075, 0.13)
    wide = high * 2.3
    row = np.floor(canvas.y / np.float32(high))
    shifted = canvas.x / np.float32(wide) + np.mod(row, 2) * np.float32(0.5)
    column = np.floor(shifted)
    tone = 0.78 + 0.36 * np.mod(np.sin(column * 12.9 + row * 78.2) * 43.7, 1)
    edge_x = (0.5 - np.abs(np.mod(shifted, 1) - 0.5)) * np.float32(wide)
    edge_y = (0.5 - np.abs(np.mod(canvas.y / np.float32(high), 1) - 0.5)) * np.float32(high)
    canvas.fill(colour)
    canvas.shade(tone * (0.78 + 0.44 * canvas.noise(chance, 0.06, roughness=0.7)))
    mortar = 1 - ramp(np.minimum(edge_x, edge_y), 0.004, 0.009)
    canvas.blend(chance.near(rgb(196, 190, 180), 0.03), mortar)
    words = ("brick wall", "red brick wall texture", "old bricks", "wall of red bricks")
    return Subject(chance.choice(words), ("texture", "wall", "red"))


def marble(canvas: Canvas, chance: Chance) -> Subject:
    """Polished stone with veins."""
    name = chance.choice(("white", "white", "grey", "green", "black"))
    ground = chance.near(NAMED[name], 0.03)
    veins = NAMED["white"] if name == "black" else mix(ground, NAMED["black"], 0.6)
    swirl = canvas.noise(chance, 0.7, roughness=0.55)
    canvas.fill(ground)
    canvas.shade(0.92 + 0.14 * canvas.noise(chance, 0.4, roughness=0.4))
    for turns, strength in ((chance.randint(2, 4), 0.6), (chance.randint(6, 10), 0.3)):
        ridge = np.abs(np.cos(swirl * np.float32(turns * math.pi)))
        canvas.blend(veins, (1 - ramp(ridge, 0.0, 0.22)) * strength)
    words = (f"{name} marble texture", f"polished {name} marble stone", f"{name} marble surface with veins")
    return Subject(chance.choice(words), ("texture", "stone", name))


def drops(canvas: Canvas, chance: Chance) -> Subject:
    """Drops of water on a coloured pane."""
    name = chance.choice((*BRIGHT, "grey"))
    colour = chance.near(NAMED[name])
    canvas.gradient(colour * 0.62, colour * 0.9, canvas.noise(chance, 0.8, roughness=0.3, finest=0.2))
    with canvas.ink(shadow=0.3, relief=1.0) as ink:
        beads = [
            (
                chance.uniform(0, canvas.width),
                chance.uniform(0, canvas.height),
                0.012 + 0.04 * chance.random() ** 2,
            )
            for _ in range(chance.randint(60, 110))
        ]
        for x, y, radius in beads:
            ink.ellipse(x, y, radius, radius * 1.08, mix(colour, NAMED["white"], 0.18))
    with canvas.ink() as ink:
        for x, y, radius in beads:
            ink.ellipse(x - radius * 0.35, y - radius * 0.4, radius * 0.26, radius * 0.2, rgb(252, 254, 255))
    words = (
        "water drops",
        f"raindrops on {name} glass",
        f"water droplets on {a(name)} surface",
        "dew drops macro",
    )
    return Subject(chance.choice(words), ("water", "texture", name))


def ice(canvas: Canvas, chance: Chance) -> Subject:
    """Cracked ice."""
    canvas.gradient(
        chance.near(rgb(120, 182, 216)),
        chance.near(rgb(212, 234, 246)),
        canvas.noise(chance, 0.5, roughness=0.6),
    )
    for _ in range(2):
        swirl = canvas.noise(chance, 0.6, roughness=0.55)
        crack = np.abs(swirl - np.float32(chance.uniform(0.4, 0.6)))
        canvas.blend(rgb(250, 253, 255), 1 - ramp(crack, 0.004, 0.02))
        canvas.blend(rgb(238, 247, 252), 0.4 * (1 - ramp(crack, 0.0, 0.09)))
    words = ("ice texture", "frozen ice surface", "cracked blue ice", "blue glacier ice")
    return Subject(chance.choice(words), ("texture", "frozen", "blue"))


def grass(canvas: Canvas, chance: Chance) -> Subject:
    """Blades of grass from near."""
    canvas.fill(chance.near(rgb(38, 84, 34), 0.03))
    fresh, blades = chance.near(rgb(104, 172, 66), 0.04), 420
    with canvas.ink() as ink:
        for blade in range(blades):
            near = blade / blades
            x, foot = chance.uniform(-0.05, canvas.width + 0.05), canvas.height * (0.25 + 0.95 * near)
            tall, lean = chance.uniform(0.16, 0.34) * (0.6 + 0.6 * near), chance.uniform(-0.09, 0.09)
            tone = mix(fresh * 0.45, fresh * chance.uniform(0.85, 1.15), 0.25 + 0.75 * near)
            thick = 0.006 + 0.005 * near
            ink.polygon(
                [
                    (x - thick, foot),
                    (x + lean * 0.4, foot - tall * 0.6),
                    (x + lean, foot - tall),
                    (x + lean * 0.4 + thick, foot - tall * 0.55),
                    (x + thick, foot),
                ],
                tone,
            )
    words = ("green grass close up", "blades of grass", "green lawn", "fresh green grass")
    return Subject(chance.choice(words), ("plant", "texture", "green"))


def foliage(canvas: Canvas, chance: Chance) -> Subject:
    """A wall of green leaves."""
    canvas.fill(chance.near(rgb(20, 56, 30), 0.02))
    leaf, leaves = chance.near(rgb(66, 142, 66)), 230
    for layer in range(2):
        with canvas.ink(shadow=0.35) as ink:
            for number in range(leaves // 2):
                share = (number / (leaves // 2) + layer) / 2
                x, y, turn = (
                    chance.uniform(0, canvas.width),
                    chance.uniform(0, canvas.height),
                    chance.uniform(0, math.pi),
                )
                size = chance.uniform(0.06, 0.11)
                tone = mix(leaf * 0.4, leaf * chance.uniform(0.9, 1.25), share)
                along_x, along_y = math.cos(turn) * size, math.sin(turn) * size
                side_x, side_y = -along_y * 0.42, along_x * 0.42
                tip, end = (x + along_x, y + along_y), (x - along_x, y - along_y)
                ink.polygon([tip, (x + side_x, y + side_y), end], tone)
                ink.polygon([tip, (x - side_x, y - side_y), end], tone * 0.82)
    words = ("green leaves", "lush green foliage", "many green leaves background", "jungle leaves")
    return Subject(chance.choice(words), ("plant", "leaves", "green"))
