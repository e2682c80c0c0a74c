"""Every few minutes: ends what is stuck."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from functions.runtime.task import task
from lumenstock import bootstrap, use_cases
from lumenstock.adapters.aws.queues import object_created
from lumenstock.catalog.image import Image
from lumenstock.ingest.direct import end_sessions
from lumenstock.ingest.overdue import end_overdue
from lumenstock.ingest.sweep import Patience, Sweeper
from lumenstock.kernel.errors import UnavailableError
from lumenstock.settings import settings

logger = Logger()


@task("swept")
def handler(_event: Mapping[str, Any]) -> dict[str, int]:
    """Sweep once. Answer: how many images were sent again, expired and failed, and uploads ended.

    Raises:
        UnavailableError: Some could not be dealt with. The others were; the error is for the alarm.
    """
    now = bootstrap.clock().now()
    ended = end_overdue(bootstrap.uploads(), use_cases.multipart_uploads(), now)
    _end_sessions(now)
    for upload_id, error in ended.faults:
        logger.error("upload_not_ended", upload_id=upload_id, exc_info=error)
    patience = Patience(
        uploading=timedelta(seconds=settings().uploading_stuck_s),
        upload_url=timedelta(seconds=settings().upload_expires_s),
        processing=timedelta(seconds=settings().processing_stuck_s),
    )
    sweeper = Sweeper(bootstrap.catalog(), bootstrap.originals(), _resend, patience)
    swept = sweeper.sweep(now)
    for image_id, error in swept.faults:
        logger.error("image_not_swept", image_id=image_id, exc_info=error)
    done = {
        "resent": swept.resent,
        "expired": swept.expired,
        "failed": swept.failed,
        "uploads_ended": ended.count,
    }
    logger.info("images_swept", extra=done)
    if swept.faults or ended.faults:
        message = f"{len(swept.faults)} images and {len(ended.faults)} uploads could not be swept."
        raise UnavailableError(message)
    return done


def _end_sessions(now: datetime) -> None:
    count = end_sessions(
        bootstrap.sessions(),
        bootstrap.unfinished_originals().abort_all,
        bootstrap.originals().keys,
        bootstrap.catalog(),
        _send,
        now,
    )
    logger.info("upload_sessions_ended", count=count)


def _resend(image: Image) -> None:
    _send(image.source.key)


def _send(key: str) -> None:
    bootstrap.ingest_queue().send(object_created(bootstrap.originals().bucket, key))
