"""Small things that turn up in landscapes: birds, boats, parasols, walkers."""

from __future__ import annotations

from dataclasses import dataclass

from tools.scenes.canvas import Canvas
from tools.scenes.chance import Chance
from tools.scenes.colour import BRIGHT, NAMED, rgb
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
            span = chance.uniform(0.016, 0.034)
            wings = [(x - span, y - span * 0.45), (x - span * 0.4, y - span * 0.5), (x, y)]
            wings += [(x + span * 0.4, y - span * 0.5), (x + span, y - span * 0.45)]
            ink.line(wings, 0.006, rgb(30, 30, 38))
    words = (
        (" with seagulls", " and seagulls in the sky")
        if at_sea
        else (" with birds flying", " and a flock of birds")
    )
    return Prop(chance.choice(words), ("birds",))


def some_boat(canvas: Canvas, chance: Chance, light: Light, waterline: float) -> Prop:
    """A sailboat on the water, one time in four."""
    if not chance.maybe(0.25):
        return NOTHING
    x, size = chance.uniform(0.25, 0.75) * canvas.width, chance.uniform(0.08, 0.15)
    foot = waterline + chance.uniform(0.02, 0.1)
    hull = light.on(chance.near(NAMED[chance.choice(("white", "brown", "blue", "red"))]))
    sail = light.on(chance.near(rgb(250, 248, 240), 0.02))
    with canvas.ink() as ink:
        ink.polygon(
            [
                (x - size, foot - size * 0.3),
                (x + size, foot - size * 0.3),
                (x + size * 0.6, foot),
                (x - size * 0.7, foot),
            ],
            hull,
        )
        ink.line([(x, foot - size * 0.3), (x, foot - size * 2.4)], size * 0.06, light.on(rgb(96, 74, 56)))
        ink.polygon(
            [
                (x + size * 0.06, foot - size * 2.35),
                (x + size * 0.9, foot - size * 0.5),
                (x + size * 0.06, foot - size * 0.5),
            ],
            sail,
        )
        ink.polygon(
            [
                (x - size * 0.06, foot - size * 2.1),
                (x - size * 0.75, foot - size * 0.5),
                (x - size * 0.06, foot - size * 0.5),
            ],
            sail * 0.9,
        )
    return Prop(chance.choice((" with a sailboat", " and a boat", " with a small sailing ship")), ("boat",))


def some_umbrella(canvas: Canvas, chance: Chance, light: Light, foot: float) -> Prop:
    """A parasol in the sand, one time in four."""
    if not chance.maybe(0.25):
        return NOTHING
    x, size = chance.uniform(0.3, 0.7) * canvas.width, chance.uniform(0.14, 0.2)
    cloth = chance.choice(BRIGHT)
    top = foot - size * 1.5
    with canvas.ink(shadow=0.3) as ink:
        ink.line([(x, foot), (x, top)], size * 0.06, light.on(rgb(220, 214, 200)))
        for gore in range(6):
            left, right = x - size + gore * size / 3, x - size + (gore + 1) * size / 3
            colour = NAMED[cloth] if gore % 2 else NAMED["white"]
            droop = top + size * 0.62
            ink.polygon(
                [(x, top), (left, droop), ((left + right) / 2, droop - size * 0.04), (right, droop)],
                light.on(colour),
            )
    return Prop(
        chance.choice((f" with a {cloth} parasol", f" with a {cloth} beach umbrella")), ("parasol", cloth)
    )


def some_walker(canvas: Canvas, chance: Chance, light: Light, foot: float) -> Prop:
    """A person seen from far away, one time in eight."""
    if not chance.maybe(0.12):
        return NOTHING
    x, size = chance.uniform(0.25, 0.75) * canvas.width, chance.uniform(0.12, 0.18)
    coat, dark = light.on(chance.near(NAMED[chance.choice(BRIGHT)])), light.on(rgb(52, 54, 70))
    with canvas.ink(shadow=0.3) as ink:
        for side in (-1, 1):
            ink.line(
                [(x + side * size * 0.05, foot - size * 0.45), (x + side * size * 0.1, foot)],
                size * 0.1,
                dark,
            )
            ink.line(
                [(x + side * size * 0.1, foot - size * 0.78), (x + side * size * 0.2, foot - size * 0.45)],
                size * 0.07,
                coat,
            )
        ink.box(x - size * 0.13, foot - size * 0.82, x + size * 0.13, foot - size * 0.4, coat, size * 0.06)
        ink.disc(x, foot - size * 0.93, size * 0.1, light.on(rgb(214, 168, 138)))
    return Prop(chance.choice((" with a hiker", " and a person walking")), ("person",))
