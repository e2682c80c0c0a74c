"""What becomes of an image when the pipeline, not the picture, is at fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest import refusals


def failed(present: Image, now: datetime) -> Image | None:
    """The row in ``processing_failed``, from where its contributor can retry; None if it is past processing.

    A file that nobody could so much as look at is still ``uploading``; it passes through ``processing``.
    """
    begun = present.moved(Status.PROCESSING, now) if present.status is Status.UPLOADING else present
    if begun.status is not Status.PROCESSING:
        return None
    ended = begun.moved(Status.PROCESSING_FAILED, now, reasons=(refusals.processing_failed(),))
    return replace(ended, version=present.version + 1)  # two steps, one write
