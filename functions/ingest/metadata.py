"""Task: the technical metadata, into the catalogue and nowhere else."""

from __future__ import annotations

from functions.ingest.payloads import Payload, plan_of
from functions.runtime.task import task
from lumenstock import bootstrap
from lumenstock.ingest.describe import describe
from lumenstock.kernel.ids import ImageId


@task("described")
def handler(payload: Payload) -> dict[str, bool]:
    """Input: ``{image_id, plan}``. Answer: ``{ok: true}``."""
    image_id = ImageId(payload["image_id"])
    describe(bootstrap.catalog(), bootstrap.originals(), bootstrap.decoder(), image_id, plan_of(payload))
    return {"ok": True}
