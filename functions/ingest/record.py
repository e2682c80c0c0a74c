"""Task: what became of the picture, into its row; and on to the embedding."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from functions.ingest.payloads import Payload, checked_of, derived_of
from functions.runtime.task import task
from lumenstock import bootstrap
from lumenstock.ingest.record import record

logger = Logger()


@task("recorded")
def handler(payload: Payload) -> dict[str, str]:
    """Input: ``{image_id, checked, rendered, watermarked}``. Answer: ``{status}``."""
    image = record(
        bootstrap.catalog(),
        bootstrap.embed_live_queue(),
        checked_of(payload),
        derived_of(payload),
        bootstrap.clock().now(),
    )
    codes = [reason.code for reason in image.reasons]
    logger.info("image_status", image_id=image.id, status=image.status, reasons=codes)
    return {"status": image.status}
