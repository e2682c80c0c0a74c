"""Copies of pictures: does ``similar`` put them before everything else?"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image, ImageOps

from lumenstock.kernel.ids import ImageId
from tools.search_quality.ranking import DEPTH
from tools.search_quality.shelf import Picture, Shelf

Change = Callable[[Image.Image], Image.Image]


def _encoded(kind: str, quality: int, factor: float = 1.0) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        size = round(picture.width * factor), round(picture.height * factor)
        picture.resize(size, Image.Resampling.BICUBIC).save(buffer, kind, quality=quality)
        return Image.open(buffer).convert("RGB")

    return change


def _cropped(left: float, top: float, right: float, bottom: float) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        wide, tall = picture.size
        return picture.crop(
            (round(left * wide), round(top * tall), round(right * wide), round(bottom * tall))
        )

    return change


REENCODED: dict[str, Change] = {
    "JPEG 50": _encoded("JPEG", 50),
    "WebP 60": _encoded("WEBP", 60),
    "half as wide, JPEG 75": _encoded("JPEG", 75, 0.5),
}
MIRRORED: dict[str, Change] = {"mirrored": ImageOps.mirror}
TRIMMED: dict[str, Change] = {"5 % at each side": _cropped(0.05, 0.05, 0.95, 0.95)}
CROPPED: dict[str, Change] = {
    "a fifth at the left and the top": _cropped(0.2, 0.2, 1, 1),
    "a fifth at the right and the bottom": _cropped(0, 0, 0.8, 0.8),
}
EVERY_CHANGE = {**REENCODED, **MIRRORED, **TRIMMED, **CROPPED}


def ranks(
    shelf: Shelf, originals: Sequence[tuple[ImageId, Image.Image]], changes: Mapping[str, Change]
) -> dict[str, list[int]]:
    """Where ``similar`` puts the copies of each original, by the change that made them.

    A rank is counted among pictures of something else, so that copies do not push one another down: 1 is
    before all of those, 11 anywhere past the tenth. The copies stay on ``shelf``.
    """
    places: dict[str, list[int]] = {name: [] for name in changes}
    for original, picture in originals:
        copies = shelf.add(Picture(np.asarray(change(picture))) for change in changes.values())
        finds = [result.document.id for result in shelf.search.similar(original, DEPTH + len(copies))]
        for name, copy in zip(changes, copies, strict=True):
            before = finds[: finds.index(copy)] if copy in finds else finds
            places[name].append(min(DEPTH, sum(other not in copies for other in before)) + 1)
    return places
