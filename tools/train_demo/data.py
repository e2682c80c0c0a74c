"""Training data: scenes painted small, with their captions and labels, kept in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tools.scenes import scene
from tools.scenes.kinds import KINDS

STORED_PX = 80  # kept a quarter larger than the tower's 64, so that training can crop at random
_SIZES_PX = ((171, 128), (171, 128), (171, 128), (128, 128), (128, 171))  # mostly 4:3, as photographs
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Scenes:
    """Pictures and what is known of each, in the same order.

    Attributes:
        pixels: uint8[n, 80, 80, 3].
        captions: One a picture; so are ``kinds`` and ``tags``.
    """

    pixels: NDArray[np.uint8]
    captions: tuple[str, ...]
    kinds: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]

    @property
    def kind_numbers(self) -> list[int]:
        """Place of each picture's kind in ``KINDS``."""
        places = {kind.name: place for place, kind in enumerate(KINDS)}
        return [places[kind] for kind in self.kinds]


def paint(seeds: Sequence[int], folder: Path, workers: int) -> Scenes:
    """The scenes of ``seeds``: painted into ``folder`` the first time, read from there afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    chunks = [list(seeds[start : start + _CHUNK]) for start in range(0, len(seeds), _CHUNK)]
    missing = [chunk for chunk in chunks if not _labels_file(folder, chunk).exists()]
    with ProcessPoolExecutor(workers) as pool:
        for _ in pool.map(_paint_chunk, missing, [folder] * len(missing)):
            pass
    pixels = np.concatenate([np.load(_pixels_file(folder, chunk)) for chunk in chunks])
    labels = [label for chunk in chunks for label in json.loads(_labels_file(folder, chunk).read_text())]
    return Scenes(
        pixels,
        tuple(label["caption"] for label in labels),
        tuple(label["kind"] for label in labels),
        tuple(tuple(label["tags"]) for label in labels),
    )


def _pixels_file(folder: Path, chunk: Sequence[int]) -> Path:
    return folder / f"{chunk[0]}-{len(chunk)}.npy"


def _labels_file(folder: Path, chunk: Sequence[int]) -> Path:
    return folder / f"{chunk[0]}-{len(chunk)}.json"


def _paint_chunk(chunk: Sequence[int], folder: Path) -> None:
    pixels = np.empty((len(chunk), STORED_PX, STORED_PX, 3), np.uint8)
    labels = []
    for number, seed in enumerate(chunk):
        made = scene(seed, *_SIZES_PX[seed % len(_SIZES_PX)])
        pixels[number] = np.asarray(_square(made.picture))
        labels.append({"caption": made.caption, "kind": made.kind, "tags": made.tags})
    np.save(_pixels_file(folder, chunk), pixels)
    _labels_file(folder, chunk).write_text(json.dumps(labels))  # last: it says that the chunk is whole


def _square(picture: Image.Image) -> Image.Image:
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    box = (left, top, left + side, top + side)
    return picture.resize((STORED_PX, STORED_PX), Image.Resampling.BOX, box=box)
