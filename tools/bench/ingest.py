"""CPU of the ingest pipeline per photo: the real handlers in turn, and their decodes against Pillow.

The photos are made by code, 12 megapixels each; ``PHOTOS=dir`` takes JPEGs from there instead. AWS answers
from memory below the clients, so what the clients do counts and what the services do does not. Children of
the decoder count. The ratio pairs the two for each photo: the same files from the same file, by one thread,
Pillow with one decode for all three (draft mode, ``reducing_gap``), ours with its two and a child for each.
"""

from __future__ import annotations

import io
import json
import os
import resource
import statistics
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from PIL import Image, ImageOps

from lumenstock import bootstrap
from lumenstock.adapters.aws import clients
from lumenstock.adapters.aws.rows import to_item
from lumenstock.catalog import image as rows
from lumenstock.catalog.states import Status
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.renditions import EAGER, RENDITIONS, Encoding
from lumenstock.kernel.ids import ImageId, MediaKey, UserId
from tools.aws_from_memory import AwsFromMemory
from tools.mark_tile import TARGET as MARK

PHOTOS, WIDTH_PX, HEIGHT_PX = 6, 4000, 3000
ROUNDS = 3
LEAN = EAGER["lean"]
STAGES = ("validate", "render", "watermark", "metadata", "record")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "CATALOG_TABLE": "catalog",
    "FINGERPRINTS_TABLE": "fingerprints",
    "ORIGINALS_BUCKET": "originals",
    "DERIVATIVES_BUCKET": "derivatives",
    "MARK_KEY_ARN": "arn:aws:secretsmanager:us-east-1:1:secret:mark-key",
    "EMBED_LIVE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/embed-live",
    "LICENCE_URL": "https://market.example/licence",
    "POWERTOOLS_SERVICE_NAME": "ingest",
}


def make_photo(path: Path, seed: int) -> None:
    """A JPEG with detail at every scale, as photos have: about 2 MB."""
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


def photos(folder: Path) -> list[Path]:
    """The photos to measure with."""
    if given := os.environ.get("PHOTOS"):
        return sorted(path for path in Path(given).rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})
    made = [folder / f"{number}.jpg" for number in range(PHOTOS)]
    for number, path in enumerate(made):
        make_photo(path, number)
    return made


def cpu_s() -> float:
    """CPU seconds so far of this process, of the decoder's process and of that one's children."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    total = own.ru_utime + own.ru_stime
    for child in psutil.Process().children():
        times = child.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def by_pillow(path: Path, folder: Path) -> None:
    """What render and watermark make, by Pillow as well as it can."""
    with Image.open(path) as opened:
        marked_px = RENDITIONS[LEAN.marked(opened.width)[0]].width_px
        opened.draft("RGB", (2 * marked_px, 2 * marked_px * opened.height // opened.width))
        source = ImageOps.exif_transpose(opened).convert("RGB")
    large = _scaled(source, marked_px)
    _save(_marked(large), folder, LEAN.marked(source.width)[0])
    current = large
    for name in LEAN.clean(source.width):
        current = _scaled(current, RENDITIONS[name].width_px)
        _save(current, folder, name)


def _scaled(picture: Image.Image, width_px: int) -> Image.Image:
    if picture.width <= width_px:
        return picture
    size = (width_px, round(picture.height * width_px / picture.width))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _marked(picture: Image.Image) -> Image.Image:
    with Image.open(MARK) as tile:
        marked = picture.copy()
        for top in range(0, picture.height, tile.height):
            for left in range(0, picture.width, tile.width):
                marked.paste(tile, (left, top), tile)
    return marked


def _save(picture: Image.Image, folder: Path, name: str) -> None:
    picture.save(folder / f"{name}.webp", "WEBP", quality=RENDITIONS[name].quality(Encoding.WEBP), method=2)


def by_us(decoder: Decoder, path: Path, folder: Path) -> None:
    """What render and watermark make."""
    header = decoder.examine(path).header
    width_px = header.width_px if header else 0
    if clean := LEAN.clean(width_px):
        decoder.render(path, clean, folder)
    decoder.render(path, LEAN.marked(width_px), folder)


def ratios(decoder: Decoder, paths: list[Path], folder: Path) -> list[float]:
    """Our CPU seconds over Pillow's for each photo, after one run each to warm up."""
    found = []
    for path in paths:
        by_us(decoder, path, folder)
        by_pillow(path, folder)
        ours = pillows = 0.0
        for _ in range(ROUNDS):
            start = cpu_s()
            by_us(decoder, path, folder)
            middle = cpu_s()
            by_pillow(path, folder)
            ours, pillows = ours + middle - start, pillows + cpu_s() - middle
        found.append(ours / pillows)
    return found


def stages(paths: list[Path]) -> dict[str, float]:
    """Mean CPU seconds a photo of each task, on warm functions."""
    os.environ.update(ENVIRONMENT)
    with redirect_stdout(io.StringIO()):  # the functions' own log
        from functions.ingest import metadata, record, render, validate, watermark

        secrets = clients.secrets_manager()
        answers = AwsFromMemory(clients.s3(), clients.dynamodb(), clients.sqs(), secrets)
        spent = dict.fromkeys(STAGES, 0.0)

        def timed(stage: str, task: Any, payload: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a handler
            start = cpu_s()
            answer: dict[str, Any] = task.handler(payload, None)
            spent[stage] += cpu_s() - start
            return answer

        for number, path in enumerate([paths[0], *paths]):  # the first one starts everything up
            if number == 1:
                spent = dict.fromkeys(STAGES, 0.0)
            given = announce(answers, path, number)
            checked = timed("validate", validate, given)
            if not checked["ok"]:
                raise SystemExit(f"{path} was refused: {checked['reasons']}")
            common = {"image_id": given["image_id"], "plan": checked["plan"]}
            rendered = [
                timed("render", render, {**common, "group": group}) for group in checked["plan"]["groups"]
            ]
            watermarked = timed("watermark", watermark, common)
            timed("metadata", metadata, common)
            made = {"rendered": rendered, "watermarked": watermarked}
            timed("record", record, {"image_id": given["image_id"], "checked": checked, **made})
        bootstrap.decoder().close()
    return {stage: total / len(paths) for stage, total in spent.items()}


def announce(answers: AwsFromMemory, path: Path, number: int) -> dict[str, str]:
    """The row and the object of an upload, and the machine's input for it."""
    image_id, key = ImageId(f"{number:026d}"), f"originals/ann/2026/01/01/{number:026d}.jpg"
    body = path.read_bytes()
    row = rows.Image(
        id=image_id,
        contributor_id=UserId("ann"),
        contributor_name="Ann",
        status=Status.UPLOADING,
        version=1,
        title=path.stem,
        description="",
        tags=(),
        categories=(),
        media_key=MediaKey("ab" * 16),
        rev=1,
        source=rows.Source(key, path.name, "image/jpeg", len(body)),
        created_at=NOW,
        entered_at=NOW,
    )
    answers.put_item(to_item(row))
    answers.objects = {key: body}
    return {"image_id": image_id, "bucket": ENVIRONMENT["ORIGINALS_BUCKET"], "key": key}


def report(name: str, value: float, unit: str) -> None:
    """One figure."""
    print(json.dumps({"bench": name, "value": round(value, 4), "unit": unit}), flush=True)


def main() -> None:
    """Make photos, measure, print."""
    with TemporaryDirectory() as folder:
        paths = photos(Path(folder))
        sizes = [path.stat().st_size / 1e6 for path in paths]
        print(f"{len(paths)} photos of {statistics.mean(sizes):.1f} MB", file=sys.stderr)
        spent = stages(paths)
        decoder = Decoder({})
        paired = ratios(decoder, paths, Path(folder))
        decoder.close()
    report("ingest.lean.cpu_s_per_photo", sum(spent.values()), "CPU s")
    for stage, value in spent.items():
        report(f"ingest.stage.{stage}.cpu_s", value, "CPU s")
    print(f"ratio {min(paired):.2f} to {max(paired):.2f}", file=sys.stderr)
    report("ingest.ratio_to_pillow", statistics.median(paired), "CPU s of ours / of Pillow's")


if __name__ == "__main__":
    main()
