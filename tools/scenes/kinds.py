"""Every kind of scene, with its painter and its category in the marketplace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.scenes import (
    animals,
    coast,
    country,
    growing,
    kitchen,
    office,
    patterns,
    people,
    pets,
    settled,
    symbols,
    textures,
    things,
    wonders,
)
from tools.scenes.canvas import Canvas
from tools.scenes.captions import Subject
from tools.scenes.chance import Chance

Painter = Callable[[Canvas, Chance], Subject]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of scene.

    Attributes:
        name: Also the first tag of its scenes.
        category: Of the marketplace.
        paint: Paints one onto the canvas.
    """

    name: str
    category: str
    paint: Painter


KINDS: tuple[Kind, ...] = (
    Kind("ocean", "nature", coast.ocean),
    Kind("beach", "travel", coast.beach),
    Kind("lake", "nature", coast.lake),
    Kind("mountains", "nature", country.mountains),
    Kind("snowy mountains", "nature", country.snowy_mountains),
    Kind("forest", "nature", country.forest),
    Kind("autumn forest", "nature", country.autumn_forest),
    Kind("meadow", "nature", country.meadow),
    Kind("desert", "travel", country.desert),
    Kind("snowfield", "nature", country.snowfield),
    Kind("sky", "nature", country.sky),
    Kind("city", "architecture", settled.city),
    Kind("road", "travel", settled.road),
    Kind("house", "architecture", settled.house),
    Kind("flower", "nature", growing.flower),
    Kind("leaf", "nature", growing.leaf),
    Kind("fruit", "food", growing.fruit),
    Kind("bird", "animals", animals.bird),
    Kind("fish", "animals", animals.fish),
    Kind("butterfly", "animals", animals.butterfly),
    Kind("ladybug", "animals", animals.ladybug),
    Kind("cat", "animals", pets.cat),
    Kind("dog", "animals", pets.dog),
    Kind("person", "people", people.person),
    Kind("cup", "food", kitchen.cup),
    Kind("cake", "holidays", kitchen.cake),
    Kind("car", "transportation", things.car),
    Kind("balloons", "holidays", things.balloons),
    Kind("umbrella", "objects", things.umbrella),
    Kind("heart", "holidays", symbols.heart),
    Kind("star", "holidays", symbols.star),
    Kind("lamp", "technology", symbols.lamp),
    Kind("clock", "objects", office.clock),
    Kind("laptop", "technology", office.laptop),
    Kind("chart", "business", office.chart),
    Kind("book", "objects", office.book),
    Kind("stripes", "abstract", patterns.stripes),
    Kind("gradient", "abstract", patterns.gradient),
    Kind("waves", "abstract", patterns.waves),
    Kind("polygons", "abstract", patterns.polygons),
    Kind("bokeh", "abstract", patterns.bokeh),
    Kind("dots", "abstract", patterns.dots),
    Kind("checks", "abstract", patterns.checks),
    Kind("wood", "objects", textures.wood),
    Kind("bricks", "architecture", textures.bricks),
    Kind("marble", "architecture", textures.marble),
    Kind("drops", "nature", textures.drops),
    Kind("ice", "nature", textures.ice),
    Kind("grass", "nature", textures.grass),
    Kind("foliage", "nature", textures.foliage),
    Kind("galaxy", "nature", wonders.galaxy),
    Kind("aurora", "nature", wonders.aurora),
    Kind("fire", "nature", wonders.fire),
    Kind("underwater", "nature", wonders.underwater),
)
