"""CPU of the embed stage per photo: the real handler on batches of ten, the index on this disk.

AWS answers from memory below the clients, as in :mod:`tools.bench.ingest`.
"""

from __future__ import annotations

import io
import json
import os
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from lumenstock.adapters.aws import clients
from lumenstock.adapters.aws.rows import to_item
from lumenstock.catalog import image as rows
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId, MediaKey, UserId
from tools.aws_from_memory import AwsFromMemory
from tools.bench import report
from tools.one_photo import ENVIRONMENT
from tools.scenes import scene

PHOTOS, BATCH, WIDTH_PX, HEIGHT_PX = 60, 10, 300, 225
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def announce(answers: AwsFromMemory, number: int) -> dict[str, str]:
    """The row and the clean rendition of a rendered picture, and its message."""
    image_id, media_key = ImageId(f"{number:026d}"), MediaKey(f"{number:032x}")
    picture = scene(number, WIDTH_PX, HEIGHT_PX)
    file = io.BytesIO()
    picture.picture.save(file, "WEBP", quality=80)
    answers.objects[rows.rendition_key(media_key, 1, "300")] = file.getvalue()
    row = rows.Image(
        id=image_id,
        contributor_id=UserId("ann"),
        contributor_name="Ann",
        status=Status.PROCESSING,
        version=2,
        title=picture.caption,
        description="",
        tags=(),
        categories=(),
        media_key=media_key,
        rev=1,
        source=rows.Source("originals/a.jpg", "a.jpg", "image/jpeg", 1),
        created_at=NOW,
        entered_at=NOW,
        width_px=1600,
        height_px=1200,
        renditions=("300", "512", "1024"),
    )
    answers.put_item(to_item(row))
    return {"messageId": image_id, "body": json.dumps({"image_id": image_id, "rev": 1})}


def measure(folder: str) -> float:
    """Mean CPU seconds a photo, on a warm function."""
    os.environ.update(ENVIRONMENT | {"SEARCH_DIR": folder})
    from functions.embed import live

    answers = AwsFromMemory(clients.s3(), clients.dynamodb())
    messages = [announce(answers, number) for number in range(PHOTOS + BATCH)]
    started = 0.0
    for first in range(0, len(messages), BATCH):
        if first == BATCH:  # the first batch started everything up
            started = time.process_time()
        failed = live.handler({"Records": messages[first : first + BATCH]}, None)["batchItemFailures"]
        if failed:
            raise SystemExit(f"{len(failed)} pictures were not embedded")
    return (time.process_time() - started) / PHOTOS


def main() -> None:
    """Make pictures, measure, print."""
    with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):  # the function's own log
        cpu_s = measure(folder)
    report("ingest.stage.embed.cpu_s", cpu_s, "CPU s")


if __name__ == "__main__":
    main()
