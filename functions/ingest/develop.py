"""Task: of camera raw, the picture that all public files are made from. The only function with LibRaw."""

from __future__ import annotations

from typing import Any

from functions.ingest.payloads import Payload, checked_json, plan_of
from functions.runtime.task import decoder_memory, task
from lumenstock import bootstrap
from lumenstock.imaging.renditions import EAGER
from lumenstock.ingest.checks import FileLimits
from lumenstock.ingest.develop import develop
from lumenstock.kernel.ids import ImageId
from lumenstock.settings import settings


@task("developed", lambda: decoder_memory(bootstrap.raw_decoder()))
def handler(payload: Payload) -> dict[str, Any]:
    """Input: ``{image_id, plan}``. Answer: :class:`lumenstock.ingest.plan.Checked`, as validate's."""
    checked = develop(
        bootstrap.originals(),
        bootstrap.originals(),
        bootstrap.raw_decoder(),
        ImageId(payload["image_id"]),
        plan_of(payload),
        limits=FileLimits(max_bytes=settings().upload_max_bytes, max_pixels=settings().max_pixels),
        eager=EAGER[settings().renditions],
    )
    return checked_json(checked)
