"""What the hash of a picture bears, and whether the way to a near-duplicate finds what comparing all finds.

    python -m tools.near_duplicates [--pictures 100]

Each picture is changed as copies are (scaled, encoded, brightened, marked, mirrored, cropped …) and compared
by its hash with all pictures. Then the pipeline's own way is gone: only those are compared that share a band
of the hash, or that the index holds for the nearest by the model's vector. The pictures are made by code;
``PHOTOS=dir`` takes photos from there.

Prints a table, and fails if a promised change is recognised in less than 95 %, if two different pictures are
taken for one, or if the pipeline's way misses what comparing all finds.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyvips
from PIL import Image, ImageEnhance, ImageOps

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.embedding.model import Pixels, Vectors, to_f16
from lumenstock.embedding.preprocess import squared
from lumenstock.imaging.marking import marked
from lumenstock.imaging.picture_hash import NEAR
from lumenstock.imaging.picture_hashing import picture_hash
from lumenstock.ingest.near_duplicates import NEIGHBOURS
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document
from lumenstock.search.ports import IndexQuery, QueryVector
from tools.mark_recovery import pictures
from tools.train_demo import MODEL_FOLDER

LEAST_RECALL = 0.95
_WIDTH_PX = 512

Change = Callable[[Image.Image], Image.Image]


def encoded(quality: int) -> Change:
    """The change that an encoder makes."""

    def change(picture: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        return Image.open(buffer).convert("RGB")

    return change


def resized(factor: float) -> Change:
    """Scaled by ``factor``."""
    return lambda picture: picture.resize((round(picture.width * factor), round(picture.height * factor)))


def brighter(factor: float) -> Change:
    """Every channel times ``factor``; what is too bright is cut off."""
    return lambda picture: ImageEnhance.Brightness(picture).enhance(factor)


def gamma(exponent: float) -> Change:
    """Darker or brighter shadows."""
    return lambda picture: picture.point([round(255 * (level / 255) ** exponent) for level in range(256)] * 3)


def grey(picture: Image.Image) -> Image.Image:
    """Without colours."""
    return picture.convert("L").convert("RGB")


def watermarked(picture: Image.Image) -> Image.Image:
    """With the marketplace's own words over it, as a preview has them."""
    under = pyvips.Image.new_from_array(np.asarray(picture)).copy(interpretation="srgb")
    return Image.fromarray(marked(under, None).numpy())


def cropped(share: float) -> Change:
    """Without ``share`` of its width and height, half of it at each end."""

    def change(picture: Image.Image) -> Image.Image:
        left, top = round(picture.width * share / 2), round(picture.height * share / 2)
        return picture.crop((left, top, picture.width - left, picture.height - top))

    return change


def rotated(picture: Image.Image) -> Image.Image:
    """By 2 degrees, and without the corners."""
    return cropped(0.08)(picture.rotate(2, Image.Resampling.BICUBIC))


PROMISED: dict[str, Change] = {
    "× 0.5": resized(0.5),
    "× 0.25": resized(0.25),
    "× 1.4": resized(1.4),
    **{f"JPEG {quality}": encoded(quality) for quality in (20, 50, 75, 90)},
    "gamma 0.7": gamma(0.7),
    "gamma 1.4": gamma(1.4),
    "brightness × 0.8": brighter(0.8),
    "brightness × 1.25": brighter(1.25),
    "grey": grey,
    "visible mark": watermarked,
    "mirrored": ImageOps.mirror,
    "upside down": ImageOps.flip,
    "quarter turn": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "mirrored, × 0.6, marked, JPEG 60": lambda p: encoded(60)(watermarked(resized(0.6)(ImageOps.mirror(p)))),
}
# Out of reach of any hash of a whole picture at a safe distance; told, not promised.
REPORTED: dict[str, Change] = {
    "crop 5 %": cropped(0.05),
    "crop 10 %": cropped(0.1),
    "rotation by 2°": rotated,
}
_OUT_OF_REACH = 256


@dataclass
class Tally:
    """How one change went.

    Attributes:
        distances: From each changed picture to its original; one that has no hash any more is out of reach.
        mistaken: Pairs of a changed picture and another one than its original that the hash takes for one.
        recognised: Pairs of a changed and a known picture that the hash takes for one.
        by_bands: Of those, how many share a band.
        by_vector: Of those, how many are among the nearest by the vector.
        found: Of those, how many are either.
    """

    distances: list[int] = field(default_factory=list)
    mistaken: int = 0
    recognised: int = 0
    by_bands: int = 0
    by_vector: int = 0
    found: int = 0

    @property
    def recall(self) -> float:
        """The share of changed pictures that are near to their originals."""
        return sum(distance <= NEAR for distance in self.distances) / len(self.distances)


class Bench:
    """Known pictures: their hashes, and the index that the pipeline would have of them."""

    def __init__(self, originals: Sequence[Pixels], folder: Path) -> None:
        """Hash, embed and index ``originals``; the index lives in ``folder``."""
        self._embedder = OnnxEmbedder(MODEL_FOLDER)
        self._model = self._embedder.manifest.id
        self._index = EmbeddedIndex(folder)
        hashes = [picture_hash(pixels) for pixels in originals]
        self.flat = hashes.count(None)
        self._bands: dict[str, set[ImageId]] = defaultdict(set)
        self._known = {_id(n): seen for n, seen in enumerate(hashes) if seen is not None}
        for known, seen in self._known.items():
            for band in seen.bands():
                self._bands[band].add(known)
        self._index.write([_document(_id(n), self._model, self._vector(p)) for n, p in enumerate(originals)])

    def pairs(self) -> list[int]:
        """The distances of all pairs of different pictures, the nearest first."""
        known = list(self._known.values())
        return sorted(a.distance(b) for at, a in enumerate(known) for b in known[at + 1 :])

    def look(self, number: int, changed: Pixels, tally: Tally) -> None:
        """Count one changed picture."""
        hashed, original = picture_hash(changed), self._known.get(_id(number))
        if original is None:
            return
        if hashed is None:
            tally.distances.append(_OUT_OF_REACH)
            return
        tally.distances.append(hashed.distance(original))
        near = {known for known, other in self._known.items() if hashed.distance(other) <= NEAR}
        query = IndexQuery(vector=QueryVector(self._model, self._vector(changed)), window=NEIGHBOURS)
        nearest = {hit.id for hit in self._index.query(query).vector}
        tally.mistaken += len(near - {_id(number)})
        tally.recognised += len(near)
        sharing = {known for band in hashed.bands_in_doubt() for known in self._bands[band]}
        tally.by_bands += len(near & sharing)
        tally.by_vector += len(near & nearest)
        tally.found += len(near & (sharing | nearest))

    def _vector(self, pixels: Pixels) -> Vectors:
        manifest = self._embedder.manifest
        square = squared(pixels, manifest.image_size_px, manifest.resampling)
        return self._embedder.encode_images(square[None]).reshape(-1)


def _id(number: int) -> ImageId:
    return ImageId(f"{number:026d}")


def _document(image_id: ImageId, model: str, vector: Vectors) -> Document:
    (vector_f16,) = to_f16(vector[None])
    return Document(
        id=image_id,
        version=1,
        title="",
        description="",
        tags=(),
        categories=(),
        orientation="landscape",
        colors=(),
        contributor_id="",
        contributor_name="",
        width_px=_WIDTH_PX,
        height_px=_WIDTH_PX,
        created_at_s=0,
        thumbnail="",
        preview="",
        model=model,
        vector_f16=vector_f16,
    )


def originals(count: int) -> list[Image.Image]:
    """Pictures as the pipeline embeds them: clean, at most 512 px."""
    made = []
    for picture in pictures(count):
        picture.thumbnail((_WIDTH_PX, _WIDTH_PX))
        made.append(picture)
    return made


def measure(count: int, folder: Path) -> tuple[Bench, dict[str, Tally]]:
    """Each change's tally over ``count`` pictures."""
    made = originals(count)
    bench = Bench([np.asarray(picture) for picture in made], folder)
    tallies = {name: Tally() for name in (*PROMISED, *REPORTED)}
    for name, change in {**PROMISED, **REPORTED}.items():
        for number, picture in enumerate(made):
            bench.look(number, np.asarray(change(picture)), tallies[name])
    return bench, tallies


def report(bench: Bench, tallies: dict[str, Tally]) -> bool:
    """Print the tables; whether all that is promised holds."""
    print("| change | recognised | bits, median | bits, most | near | by bands | by vector | by either |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, tally in tallies.items():
        median, most = statistics.median(tally.distances), max(tally.distances)
        ways = f"{tally.recognised} | {tally.by_bands} | {tally.by_vector} | {tally.found}"
        print(f"| {name} | {tally.recall:.2f} | {median:.0f} | {most} | {ways} |")
    pairs = bench.pairs()
    false = sum(distance <= NEAR for distance in pairs)
    print(
        f"\n{false} of {len(pairs)} pairs of different pictures within {NEAR} bits; the nearest {pairs[0]}."
    )
    promised = [tallies[name] for name in PROMISED]
    mistaken = sum(tally.mistaken for tally in promised)
    print(f"{mistaken} changed pictures within {NEAR} bits of another one than their original.")
    print(f"{bench.flat} pictures too flat for a hash.")
    recalled = all(tally.recall >= LEAST_RECALL for tally in promised)
    return recalled and false == mistaken == 0 and all(tally.found == tally.recognised for tally in promised)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=24)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        holds = report(*measure(asked.pictures, Path(folder)))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
