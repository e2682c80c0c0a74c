"""Small things that turn up in landscapes: birds, boats, parasols, walkers."""

from __future__ import annotations

from dataclasses import dataclass

from tools.scenes.canvas import Canvas
from tools.scenes.captions import a
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, rgb
from tools.scenes.ink import Frame
from tools.scenes.light import Light


@dataclass(frozen=True, slots=True)
class Prop:
    """What a prop adds to the caption (with a leading space) and to the tags; false when it is not there."""

    words: str = ""
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self.words)


NOTHING = Prop()


def some_birds(canvas: Canvas, chance: Chance, horizon: float, *, at_sea: bool = False) -> Prop:
    """Birds far away in the sky, one time in eight."""
    if not chance.maybe(0.12):
        return NOTHING
    with canvas.ink() as ink:
        for _ in range(chance.randint(4, 9)):
            x, y = chance.uniform(0.1, canvas.width - 0.1), chance.uniform(0.06, horizon * 0.75)
            bird = Frame(x, y, chance.uniform(0.016, 0.034))
            wings = [(-1, -0.45), (-0.4, -0.5), (0, 0), (0.4, -0.5), (1, -0.45)]
            ink.line([bird.at(point) for point in wings], 0.006, rgb(30, 30, 38))
    gulls = (" with seagulls", " and seagulls in the sky")
    words = gulls if at_sea else (" with birds flying", " and a flock of birds")
    return Prop(chance.choice(words), ("birds",))


def some_boat(canvas: Canvas, chance: Chance, light: Light, waterline: float) -> Prop:
    """A sailboat on the water, one time in four."""
    if not chance.maybe(0.25):
        return NOTHING
    x, size = chance.uniform(0.25, 0.75) * canvas.width, chance.uniform(0.08, 0.15)
    frame = Frame(x, waterline + chance.uniform(0.02, 0.1), size)
    hull = light.on(chance.near(NAMED[chance.choice(("white", "brown", "blue", "red"))]))
    sail = light.on(chance.near(rgb(250, 248, 240), 0.02))
    with canvas.ink(frame) as ink:
        ink.polygon([(-1, -0.3), (1, -0.3), (0.6, 0), (-0.7, 0)], hull)
        ink.line([(0, -0.3), (0, -2.4)], 0.06, light.on(rgb(96, 74, 56)))
        ink.polygon([(0.06, -2.35), (0.9, -0.5), (0.06, -0.5)], sail)
        ink.polygon([(-0.06, -2.1), (-0.75, -0.5), (-0.06, -0.5)], sail * 0.9)
    return Prop(chance.choice((" with a sailboat", " and a boat", " with a small sailing ship")), ("boat",))


def some_umbrella(canvas: Canvas, chance: Chance, light: Light, foot: float) -> Prop:
    """A parasol in the sand, one time in four."""
    if not chance.maybe(0.25):
        return NOTHING
    frame = Frame(chance.uniform(0.3, 0.7) * canvas.width, foot, chance.uniform(0.14, 0.2))
    cloth = chance.choice(BRIGHT)
    with canvas.ink(frame, shadow=0.3) as ink:
        ink.line([(0, 0), (0, -1.5)], 0.06, light.on(rgb(220, 214, 200)))
        for gore in range(6):
            left, right = gore / 3 - 1, (gore + 1) / 3 - 1
            colour = NAMED[cloth] if gore % 2 else NAMED["white"]
            rim = [(left, -0.88), ((left + right) / 2, -0.92), (right, -0.88)]
            ink.polygon([(0, -1.5), *rim], light.on(colour))
    words = (f" with {a(cloth)} parasol", f" with {a(cloth)} beach umbrella")
    return Prop(chance.choice(words), ("parasol", cloth))


def some_walker(canvas: Canvas, chance: Chance, light: Light, foot: float) -> Prop:
    """A person seen from far away, one time in eight."""
    if not chance.maybe(0.12):
        return NOTHING
    frame = Frame(chance.uniform(0.25, 0.75) * canvas.width, foot, chance.uniform(0.12, 0.18))
    coat, dark = light.on(chance.near(NAMED[chance.choice(BRIGHT)])), light.on(rgb(52, 54, 70))
    with canvas.ink(frame, shadow=0.3) as ink:
        for side in (-1, 1):
            ink.line([(side * 0.05, -0.45), (side * 0.1, 0)], 0.1, dark)
            ink.line([(side * 0.1, -0.78), (side * 0.2, -0.45)], 0.07, coat)
        ink.box(-0.13, -0.82, 0.13, -0.4, coat, 0.06)
        ink.disc(0, -0.93, 0.1, light.on(rgb(214, 168, 138)))
    return Prop(chance.choice((" with a hiker", " and a person walking")), ("person",))
