"""The light of a scene: what time of day and weather do to colours and to words."""

from __future__ import annotations

from dataclasses import dataclass

from tools.scenes.chance import Chance
from tools.scenes.colour import Colour, rgb


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """A time of day, or a weather.

    Attributes:
        name: Also a tag of the scene.
        zenith: Colour of the sky at the top; ``horizon`` is its colour at the bottom.
        ambient: What a white surface looks like.
        cloud: Colour of the clouds where light falls on them; ``cloud_shade`` where it does not.
        adjectives: Words to put before a noun.
        phrases: Words to put after a noun.
    """

    name: str
    zenith: Colour
    horizon: Colour
    ambient: Colour
    cloud: Colour
    cloud_shade: Colour
    adjectives: tuple[str, ...]
    phrases: tuple[str, ...]

    def on(self, colour: Colour) -> Colour:
        """``colour`` as it looks in this light."""
        return colour * self.ambient


DAY = Light(
    "day",
    rgb(52, 122, 208),
    rgb(186, 220, 244),
    rgb(255, 252, 245),
    rgb(255, 255, 255),
    rgb(176, 194, 214),
    ("sunny", "bright", "daytime"),
    ("under a blue sky", "on a sunny day", "in bright daylight"),
)
SUNSET = Light(
    "sunset",
    rgb(70, 56, 118),
    rgb(255, 150, 64),
    rgb(196, 128, 104),
    rgb(255, 158, 96),
    rgb(122, 66, 104),
    ("sunset", "evening", "golden hour"),
    ("at sunset", "in the evening glow", "with the sun going down", "at golden hour"),
)
DAWN = Light(
    "sunrise",
    rgb(122, 146, 204),
    rgb(252, 206, 186),
    rgb(222, 200, 196),
    rgb(255, 224, 208),
    rgb(178, 160, 192),
    ("sunrise", "early morning", "dawn"),
    ("at sunrise", "at dawn", "in the early morning"),
)
NIGHT = Light(
    "night",
    rgb(6, 8, 28),
    rgb(30, 42, 86),
    rgb(80, 92, 136),
    rgb(52, 60, 96),
    rgb(18, 22, 46),
    ("night", "dark night", "nighttime"),
    ("at night", "under the stars", "in the dark of night"),
)
OVERCAST = Light(
    "overcast",
    rgb(138, 146, 156),
    rgb(202, 206, 210),
    rgb(206, 210, 216),
    rgb(226, 229, 232),
    rgb(156, 162, 170),
    ("cloudy", "overcast", "grey"),
    ("under a cloudy sky", "on a grey day", "under grey clouds"),
)
STORM = Light(
    "storm",
    rgb(36, 40, 54),
    rgb(112, 116, 126),
    rgb(122, 128, 142),
    rgb(96, 100, 114),
    rgb(30, 33, 44),
    ("stormy", "dark stormy"),
    ("during a storm", "under dark storm clouds", "in stormy weather"),
)

_LIKELY = ((DAY, 6), (SUNSET, 4), (DAWN, 2), (NIGHT, 3), (OVERCAST, 2), (STORM, 1))


def some_light(chance: Chance) -> Light:
    """A light, the pleasant ones more often."""
    return chance.choices([light for light, _ in _LIKELY], [weight for _, weight in _LIKELY])[0]
