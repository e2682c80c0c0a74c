"""The public files of a photo, two decodes and a child for each: our decoder against Pillow, in the same run.

Pillow does it as well as it can: one decode for all (draft mode, ``reducing_gap``), each file from the one
before it. Both have the visible mark, WebP of the same quality and effort, and one thread. The invisible mark
and the rights, which Pillow cannot write, are left out.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageOps

from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.marking import MARK
from lumenstock.imaging.renditions import EAGER, RENDITIONS, Encoding
from tools.bench import report
from tools.one_photo import cpu_s
from tools.photograph import given_photos, made_photos

LEAN = EAGER["lean"]
GENERATED, GIVEN, ROUNDS, REPEATS = 3, 4, 3, 3
EFFORT = 2


def by_us(decoder: Decoder, photo: Path, folder: Path) -> None:
    """What the tasks `render` and `watermark` make."""
    header = decoder.examine(photo).header
    width_px = header.width_px if header else 0
    if clean := LEAN.clean(width_px):
        decoder.render(photo, clean, folder)
    decoder.render(photo, LEAN.marked(width_px), folder)


def by_pillow(photo: Path, folder: Path) -> None:
    """The same."""
    with Image.open(photo) as opened:
        widest = LEAN.marked(opened.width)[0]
        wanted_px = RENDITIONS[widest].width_px
        opened.draft("RGB", (2 * wanted_px, 2 * wanted_px * opened.height // opened.width))
        picture = _narrowed(ImageOps.exif_transpose(opened).convert("RGB"), wanted_px)
    _save(_marked(picture), folder, widest)
    for name in LEAN.clean(picture.width):
        picture = _narrowed(picture, RENDITIONS[name].width_px)
        _save(picture, folder, name)


def _narrowed(picture: Image.Image, width_px: int) -> Image.Image:
    if picture.width <= width_px:
        return picture
    size = (width_px, round(picture.height * width_px / picture.width))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _marked(picture: Image.Image) -> Image.Image:
    marked = picture.copy()
    with Image.open(MARK) as tile:
        for top in range(0, picture.height, tile.height):
            for left in range(0, picture.width, tile.width):
                marked.paste(tile, (left, top), tile)
    return marked


def _save(picture: Image.Image, folder: Path, name: str) -> None:
    quality = RENDITIONS[name].quality(Encoding.WEBP)
    picture.save(folder / f"{name}.webp", quality=quality, method=EFFORT)


def ratio(decoder: Decoder, photo: Path, folder: Path) -> float:
    """Our CPU seconds over Pillow's; of several rounds in turn the median, after one of each to warm up."""
    ours, pillows = folder / "ours", folder / "pillow"
    ours.mkdir(exist_ok=True)
    pillows.mkdir(exist_ok=True)
    by_us(decoder, photo, ours)
    by_pillow(photo, pillows)
    found = []
    for _ in range(REPEATS):
        started = cpu_s()
        for _ in range(ROUNDS):
            by_us(decoder, photo, ours)
        between = cpu_s()
        for _ in range(ROUNDS):
            by_pillow(photo, pillows)
        found.append((between - started) / (cpu_s() - between))
    return statistics.median(found)


def main() -> None:
    """Make photos, compare, print."""
    decoder = Decoder({})
    with TemporaryDirectory() as folder:
        photos = [*made_photos(Path(folder), GENERATED), *given_photos()[:GIVEN]]
        found = statistics.median(ratio(decoder, photo, Path(folder)) for photo in photos)
    decoder.close()
    report("ingest.ratio_to_pillow", found, "CPU s of ours / of Pillow")


if __name__ == "__main__":
    main()
