"""Paints the demo's pictures, a few ahead of the upload that takes them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from cli.pictures import Picture
from lumenstock.catalog.image import Orientation
from tools.scenes import TRAINING_SEEDS, scene

# Width and height in pixels, as often as they appear here.
_SHAPES = ((1600, 1200), (1800, 1200), (1600, 1200), (1600, 2000), (1920, 1280), (1600, 1600))
_QUALITY = 90
_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture on disk, and the words for it that the upload keeps to itself.

    Attributes:
        picture: Goes up with its caption as the title and without tags: those are for the model to find.
        kind: The kind of scene, such as ``beach``.
        tags: What is to be seen, the kind first.
        category: Of the marketplace.
        orientation: ``landscape``, ``portrait`` or ``square``.
    """

    picture: Picture
    kind: str
    tags: tuple[str, ...]
    category: str
    orientation: Orientation


def scene_seeds(demo_seed: int, count: int) -> list[int]:
    """Seeds of scenes that no model was trained on, without repeats."""
    drawn = random.Random(demo_seed).sample(range(TRAINING_SEEDS.stop, 2**31), count)  # noqa: S311 - no secret
    return sorted(drawn)


def painted(demo_seed: int, count: int, folder: Path) -> Iterator[Painted]:
    """Paint ``count`` pictures into ``folder``; each is given out as soon as it is ready."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = scene_seeds(demo_seed, count)
    # Spawned: a fork would take along the threads of the upload that runs meanwhile.
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_paint, seeds, range(count), [folder] * count)


def _paint(seed: int, number: int, folder: Path) -> Painted:
    width_px, height_px = _SHAPES[number % len(_SHAPES)]
    made = scene(seed, width_px, height_px)
    path = folder / f"{number:03}-{made.kind.replace(' ', '-')}.jpg"
    made.picture.save(path, "JPEG", quality=_QUALITY)
    picture = Picture(path, "image/jpeg", made.caption, allow_near_duplicate=True)
    return Painted(picture, made.kind, made.tags, made.category, Orientation.of(width_px, height_px))
