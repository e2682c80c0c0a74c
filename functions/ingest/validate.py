"""Task: is this upload a picture that we take? Answers a plan, or all that is wrong."""

from __future__ import annotations

from typing import Any

from functions.ingest.payloads import Payload, checked_json
from functions.runtime.task import decoder_memory, task
from lumenstock import bootstrap
from lumenstock.imaging.renditions import EAGER
from lumenstock.ingest.checks import FileLimits
from lumenstock.ingest.plan import Publishing
from lumenstock.ingest.validate import Validator
from lumenstock.kernel.ids import ImageId
from lumenstock.settings import settings


@task("validated", lambda: decoder_memory(bootstrap.decoder()))
def handler(payload: Payload) -> dict[str, Any]:
    """Input: ``{image_id, bucket, key}``. Answer: :class:`lumenstock.ingest.plan.Checked`."""
    limits = FileLimits(max_bytes=settings().upload_max_bytes, max_pixels=settings().max_pixels)
    publishing = Publishing(EAGER[settings().renditions], settings().require("licence_url"))
    validator = Validator(
        bootstrap.catalog(),
        bootstrap.originals(),
        bootstrap.decoder(),
        limits,
        publishing,
        bootstrap.marks(),
    )
    now = bootstrap.clock().now()
    return checked_json(validator.validate(ImageId(payload["image_id"]), payload["key"], now))
