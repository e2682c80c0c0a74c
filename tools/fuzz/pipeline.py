"""The way of one file through the tasks, wherever they run."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lumenstock.catalog.image import Image, original_key
from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.upload import Announcement, Contributor, image_at
from lumenstock.kernel.ids import ImageId, UserId
from tools.fuzz.mutation import Mutant

Answer = Mapping[str, Any]
Call = Callable[[str, dict[str, Any]], Answer]
Put = Callable[[str, bytes], None]

_FUZZ = Contributor(UserId("fuzz"), "Fuzz")


def image_of(mutant: Mutant, run: str, now: datetime) -> Image:
    """The row of a file.

    Args:
        mutant: The file.
        run: Makes the ids of this run its own; up to 10 letters and digits.
        now: When it was announced.
    """
    image_id, kind = ImageId(f"{run}{mutant.number:016d}"), mutant.format
    announced = Announcement("a", kind.media_type, len(mutant.body), "", "", (), ())
    key = original_key(_FUZZ.id, image_id, now, kind.extension)
    return image_at(key, image_id, _FUZZ, announced, now=now, random_bytes=secrets.token_bytes)


def through(mutant: Mutant, image: Image, catalog: CatalogStore, put: Put, call: Call) -> list[Answer]:
    """Upload one file and do what the state machine does, up to the record.

    Args:
        mutant: The file.
        image: Its row.
        catalog: Where that goes.
        put: Writes an original.
        call: Runs a task by name.

    Returns:
        The answers of all tasks that saw it.
    """
    catalog.create(image)
    put(image.source.key, mutant.body)
    checked = call("validate", {"image_id": image.id, "bucket": "", "key": image.source.key})
    answers = [checked]
    if checked["ok"] and checked["plan"]["kind"] == "raw":
        checked = call("develop", {"image_id": image.id, "plan": checked["plan"]})
        answers.append(checked)
    if checked["ok"]:
        common = {"image_id": image.id, "plan": checked["plan"]}
        groups = checked["plan"]["groups"]
        answers += [call("render", {**common, "group": group}) for group in groups]
        answers.append(call("watermark", common))
    return answers
