"""Four clean sizes of a photo: our decoder against sharp and OpenCV, in the same run.

Ours is what the task `render` does for them: a child of its own, and one decode that is checked to its end.
sharp runs as its documentation shows, a pipeline for each size; and by hand with one decode, the same libvips
in the same order, so that line says what a child of its own costs. All have one thread, WebP, equal quality
and no cache; sharp has equal effort. Likeness is mean SSIM of luma against Pillow's scaling.

The line against sharp compares like with like, or the run fails: SSIM within 0.005, bytes within 3 %.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.renditions import RENDITIONS, Encoding
from tools.bench import report
from tools.one_photo import cpu_s
from tools.photograph import given_photos, made_photos

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).with_name("peers")
NAMES = ("512", "450", "300", "150")
QUALITY, EFFORT = RENDITIONS[NAMES[0]].quality(Encoding.WEBP), 2
GENERATED, GIVEN, ROUNDS, REPEATS = 3, 4, 3, 3
MAX_SSIM_LOSS, MAX_BYTES = 0.005, 0.03
_WINDOW_PX = 8
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

Luma = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Made:
    """Four files: what they cost, their bytes, and how like the photo they are."""

    cpu_s: float
    size_bytes: int
    ssim: float


def ssim(left: Luma, right: Luma) -> float:
    """Mean structural similarity over windows of 8 px.

    Source: Wang et al., Image quality assessment, IEEE TIP 13(4), 2004, eq. 13.
    """
    mean_l, mean_r = _windows(left), _windows(right)
    variance_l, variance_r = _windows(left**2) - mean_l**2, _windows(right**2) - mean_r**2
    covariance = _windows(left * right) - mean_l * mean_r
    likeness = (2 * mean_l * mean_r + _C1) * (2 * covariance + _C2)
    return float(np.mean(likeness / ((mean_l**2 + mean_r**2 + _C1) * (variance_l + variance_r + _C2))))


def _windows(values: Luma) -> Luma:
    """The mean of every window."""
    sums = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    size = _WINDOW_PX
    total = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    means: Luma = total / size**2
    return means


def looked_at(wanted: Mapping[str, Image.Image], folder: Path) -> tuple[int, float]:
    """Bytes of the files in ``folder``, and their mean SSIM to what is ``wanted``."""
    likeness, size_bytes = [], 0
    for name in NAMES:
        path = folder / f"{name}.webp"
        size_bytes += path.stat().st_size
        with Image.open(path) as image:
            # Heights may differ by one pixel: a decoder that shrinks rounds twice.
            likeness.append(ssim(_luma(image.resize(wanted[name].size)), _luma(wanted[name])))
    return size_bytes, statistics.mean(likeness)


def scaled(photo: Path) -> dict[str, Image.Image]:
    """The photo in every width, as Pillow scales it."""
    with Image.open(photo) as opened:
        whole = ImageOps.exif_transpose(opened).convert("RGB")
    sizes = ((name, (int(name), round(whole.height * int(name) / whole.width))) for name in NAMES)
    return {name: whole.resize(size, Image.Resampling.LANCZOS) for name, size in sizes}


def _luma(image: Image.Image) -> Luma:
    return np.asarray(image.convert("L"), dtype=np.float64)


def by_us(decoder: Decoder, photo: Path, folder: Path) -> float:
    """CPU seconds of a round."""
    decoder.render(photo, NAMES, folder)
    started = cpu_s()
    for _ in range(ROUNDS):
        decoder.render(photo, NAMES, folder)
    return (cpu_s() - started) / ROUNDS


def by_sharp(photo: Path, folder: Path, way: str) -> float:
    """CPU seconds of a round; ``way`` is ``each`` or ``pyramid``."""
    script = str(PEERS / "sharp_sizes.mjs")
    return _printed("node", script, photo, folder, way, ROUNDS, QUALITY, EFFORT, *NAMES)


def by_opencv(photo: Path, folder: Path) -> float:
    """CPU seconds of a round."""
    python = str(ROOT / ".venv-bench/bin/python")
    return _printed(python, str(PEERS / "opencv_sizes.py"), photo, folder, ROUNDS, QUALITY, *NAMES)


def _printed(*command: object) -> float:
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def compare(decoder: Decoder, photo: Path, folder: Path) -> dict[str, Made]:
    """All ways in turn, several times; the median CPU time of each."""
    ways: dict[str, Callable[[], float]] = {
        "ours": lambda: by_us(decoder, photo, folder),
        "sharp": lambda: by_sharp(photo, folder, "each"),
        "sharp_pyramid": lambda: by_sharp(photo, folder, "pyramid"),
        "opencv": lambda: by_opencv(photo, folder),
    }
    wanted = scaled(photo)
    spent: dict[str, list[float]] = {way: [] for way in ways}
    seen: dict[str, tuple[int, float]] = {}
    for _ in range(REPEATS):
        for way, run in ways.items():
            spent[way].append(run())
            seen[way] = seen.get(way) or looked_at(wanted, folder)
    return {way: Made(statistics.median(spent[way]), *seen[way]) for way in ways}


def main() -> int:
    """Make photos, compare, print; fails where quality is not equal."""
    subprocess.run([str(PEERS / "set_up.sh"), "images"], check=True)
    decoder = Decoder({})
    with TemporaryDirectory() as folder:
        photos = [*made_photos(Path(folder), GENERATED), *given_photos()[:GIVEN]]
        results = [compare(decoder, photo, Path(folder)) for photo in photos]
    decoder.close()
    for photo, made in zip(photos, results, strict=True):
        told = (f"{way} {one.cpu_s:.3f} s {one.size_bytes} B {one.ssim:.4f}" for way, one in made.items())
        print(f"{photo.name}: {', '.join(told)}", file=sys.stderr)
    lost = statistics.mean(made["sharp"].ssim - made["ours"].ssim for made in results)
    ours, sharps = (sum(made[way].size_bytes for made in results) for way in ("ours", "sharp"))
    more = ours / sharps
    print(f"SSIM {-lost:+.4f} and bytes {more - 1:+.1%} against sharp", file=sys.stderr)
    if lost > MAX_SSIM_LOSS or abs(more - 1) > MAX_BYTES:
        print("The files are not of equal quality: the ratio would say nothing.", file=sys.stderr)
        return 1
    for peer in ("sharp", "sharp_pyramid", "opencv"):
        ratio = statistics.median(made["ours"].cpu_s / made[peer].cpu_s for made in results)
        report(f"ingest.four_sizes.ratio_to_{peer}", ratio, f"CPU s of ours / of {peer.replace('_', ', ')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
