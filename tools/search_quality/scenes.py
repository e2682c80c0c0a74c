"""The thousand scenes, what is true of them, and the questions that they should answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from lumenstock.embedding.model import Pixels
from lumenstock.imaging.palette import to_lab
from lumenstock.kernel.ids import ImageId
from lumenstock.search.colors import BUCKETS
from tools.scenes import Scene, scene
from tools.search_quality.shelf import Picture, Shelf
from tools.search_quality.unseen import UNSEEN_QUERIES

_SMALLEST_DERIVATIVE_PX = (300, 225)
_PIXELS_LOOKED_AT = 2048


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a scene.

    Attributes:
        tags: Things, light and colours, without the kind.
        colors: By bucket, the share of its pixels that belong there.
    """

    kind: str
    tags: frozenset[str]
    colors: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody looks for.

    Attributes:
        kinds: Kinds that answer it.
        tags: What else a find should have.
    """

    words: str
    kinds: tuple[str, ...]
    tags: frozenset[str] = frozenset()

    def gain(self, truth: Truth) -> float:
        """What a find is worth: 0 of another kind, 1 of the kind, up to 2 the more of the tags it has."""
        if truth.kind not in self.kinds:
            return 0.0
        return 1.0 + (len(self.tags & truth.tags) / len(self.tags) if self.tags else 0.0)


def shelve(shelf: Shelf, seeds: Sequence[int]) -> dict[ImageId, Truth]:
    """Put the scenes of ``seeds`` on ``shelf``."""
    truths: list[Truth] = []

    def coming() -> Iterator[Picture]:
        for seed in seeds:
            made = scene(seed, *_SMALLEST_DERIVATIVE_PX)
            pixels = np.asarray(made.picture)
            truths.append(Truth(made.kind, _further_tags(made), _colors(pixels, seed)))
            yield Picture(pixels, made.caption, made.tags)

    ids = shelf.add(coming())
    return dict(zip(ids, truths, strict=True))


def picture_of(seed: int) -> Image.Image:
    """The picture that :func:`shelve` puts there for ``seed``."""
    return scene(seed, *_SMALLEST_DERIVATIVE_PX).picture


def captions(seeds: Sequence[int]) -> list[Question]:
    """The captions of other scenes, as questions."""
    made = (scene(seed, 64, 48) for seed in seeds)
    return [Question(each.caption, (each.kind,), _further_tags(each)) for each in made]


def unseen_words() -> list[Question]:
    """Questions in words that no caption has."""
    return [Question(words, kinds) for words, kinds in UNSEEN_QUERIES.items()]


def _further_tags(made: Scene) -> frozenset[str]:
    return frozenset(made.tags) - {made.kind}


def _colors(pixels: Pixels, seed: int) -> dict[str, float]:
    """Shares of the buckets, pixel by pixel: not by the palette, which is what is to be measured."""
    flat = pixels.reshape(-1, 3)
    chosen = flat[np.random.default_rng(seed).integers(0, len(flat), _PIXELS_LOOKED_AT)]
    lab = to_lab(chosen.astype(np.float64))
    nearest = ((lab[:, None] - _BUCKETS_LAB[None]) ** 2).sum(2).argmin(1)
    counts = np.bincount(nearest, minlength=len(BUCKETS)) / len(chosen)
    return dict(zip(BUCKETS, counts.tolist(), strict=True))


_BUCKETS_LAB = to_lab(
    np.array([[int(name[at : at + 2], 16) for at in (1, 3, 5)] for name in BUCKETS], np.float64)
)
