"""Called by S3 Batch Operations for each stored original: makes the next revision of its public files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.backfill.schema import Invocation, Result, ResultCode, Task, answer
from functions.runtime.task import task
from lumenstock import bootstrap
from lumenstock.adapters.aws.faults import is_temporary
from lumenstock.catalog.image import image_id_of
from lumenstock.imaging.renditions import EAGER
from lumenstock.ingest.checks import FileLimits
from lumenstock.ingest.plan import Publishing
from lumenstock.ingest.revise import Outcome, Revised, Reviser, Workshop
from lumenstock.kernel.errors import LumenstockError, NotFoundError
from lumenstock.settings import settings

logger = Logger()


@task("backfilled")
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Input and answer: :mod:`functions.backfill.schema`. A bug is raised, and the job reports it."""
    invocation = Invocation.model_validate(event)
    reviser = _reviser()
    results = [_result(reviser, one, invocation.job.backfill) for one in invocation.tasks]
    for result, one in zip(results, invocation.tasks, strict=True):
        logger.info("backfill_task", key=one.key, code=result.code, text=result.text)
    return answer(invocation, results)


def _result(reviser: Reviser, one: Task, backfill: str) -> Result:
    try:
        code, text = _ended(_revised(reviser, one, backfill))
    except LumenstockError as error:
        code = ResultCode.TEMPORARY_FAILURE if error.retryable else ResultCode.PERMANENT_FAILURE
        text = f"{error.code}: {error.detail}"
    except (ClientError, BotoCoreError) as error:
        if not is_temporary(error):
            raise
        code, text = ResultCode.TEMPORARY_FAILURE, str(error)
    return Result(one.task_id, code, text)


def _revised(reviser: Reviser, one: Task, backfill: str) -> Revised:
    """Do it.

    Raises:
        NotFoundError: The task names no original of an image, or a version that no image was made from.
    """
    image_id = image_id_of(one.key)
    if one.bucket != settings().require("originals_bucket") or image_id is None:
        message = f"{one.bucket}/{one.key} is not the original of an image."
        raise NotFoundError(message)
    source = bootstrap.catalog().get(image_id).source
    if source.key != one.key or one.version_id not in {None, "", source.version_id}:
        message = f"Image {image_id} was not made from this object."
        raise NotFoundError(message)
    return reviser.revise(image_id, backfill)


def _ended(revised: Revised) -> tuple[ResultCode, str]:
    image = revised.image
    if revised.outcome is Outcome.REFUSED:
        codes = " ".join(reason.code for reason in revised.reasons)
        return ResultCode.PERMANENT_FAILURE, f"refused: {codes}"
    if revised.outcome is Outcome.LEFT_ALONE:
        return ResultCode.SUCCEEDED, f"{revised.outcome}: {image.status}"
    return ResultCode.SUCCEEDED, f"{revised.outcome}: revision {image.rev}"


def _reviser() -> Reviser:
    wanted = settings()
    workshop = Workshop(
        originals=bootstrap.originals(),
        derivatives=bootstrap.derivatives(),
        decoder=bootstrap.raw_decoder(),
        limits=FileLimits(max_bytes=wanted.upload_max_bytes, max_pixels=wanted.max_pixels),
        publishing=Publishing(EAGER[wanted.renditions], wanted.require("licence_url")),
        marks=bootstrap.marks(),
        mark_key=bootstrap.mark_key,
    )
    return Reviser(
        bootstrap.catalog(), bootstrap.decisions(), workshop, bootstrap.embed_bulk_queue(), bootstrap.clock()
    )
