"""One captioned scene from a seed."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from tools.scenes.canvas import Canvas
from tools.scenes.captions import opened
from tools.scenes.chance import Chance
from tools.scenes.finish import finished
from tools.scenes.kinds import KINDS

TRAINING_SEEDS = range(1_000_000, 1_024_000)
"""The demo model was trained on these; whoever measures or shows it takes others."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A generated picture and all that is known of it.

    Attributes:
        picture: RGB, of the size that was asked for.
        caption: A short English sentence, as a contributor would title it.
        kind: One of the names in ``KINDS``.
        tags: What is to be seen, the kind first.
        category: Of the marketplace, such as ``nature``.
    """

    picture: Image.Image
    caption: str
    kind: str
    tags: tuple[str, ...]
    category: str


def scene(seed: int, width_px: int, height_px: int) -> Scene:
    """Paint the scene of ``seed``: at another size it is the same scene, finer or coarser.

    Args:
        seed: Any integer; the kind, the words and the picture follow from it.
        width_px: At least 32, as ``height_px``.
        height_px: The two need not be equal; things are sized by the shorter one.
    """
    chance = Chance(seed)
    kind = chance.choice(KINDS)
    canvas = Canvas(width_px, height_px)
    subject = kind.paint(canvas, chance)
    finished(canvas, chance)
    tags = tuple(dict.fromkeys((kind.name, *subject.tags)))
    return Scene(canvas.picture(), opened(chance, subject.words), kind.name, tags, kind.category)
