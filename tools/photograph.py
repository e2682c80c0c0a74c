"""Photos to measure with: made by code, or those of a folder."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH_PX, HEIGHT_PX = 4000, 3000


def make_photo(path: Path, seed: int) -> None:
    """A JPEG of 12 megapixels with detail at every scale, as photos have: about 2 MB."""
    rng = np.random.default_rng(seed)
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), 128, dtype=np.float32)
    for cells, strength in ((4, 50), (16, 30), (64, 18), (256, 10), (1024, 6)):
        noise = rng.normal(0, strength, (cells * 3 // 4, cells, 3)).astype(np.float32)
        for channel in range(3):
            layer = Image.fromarray(noise[:, :, channel])
            picture[:, :, channel] += np.asarray(
                layer.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC)
            )
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(path, "JPEG", quality=92)


def made_photos(folder: Path, count: int) -> list[Path]:
    """``count`` generated photos in ``folder``."""
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        make_photo(path, number)
    return paths


def given_photos() -> list[Path]:
    """The JPEGs of ``PHOTOS``; none without it."""
    folder = os.environ.get("PHOTOS")
    if not folder:
        return []
    return sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})


def megapixels(path: Path) -> float:
    """Of one photo."""
    with Image.open(path) as image:
        return image.width * image.height / 1e6
