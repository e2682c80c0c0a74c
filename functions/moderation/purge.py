"""Every few minutes: deletes what decisions left to be deleted, and once more when no writer is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from functions.runtime.task import task
from lumenstock import bootstrap, use_cases
from lumenstock.kernel.errors import UnavailableError

logger = Logger()


@task("purged")
def handler(_event: Mapping[str, Any]) -> dict[str, int]:
    """Purge once. Answer: how many purges were carried out, and how many of them are finished for good.

    Raises:
        UnavailableError: Some failed. The others were done; the error is for the alarm.
    """
    run = use_cases.purger().run(bootstrap.clock().now())
    for purge, error in run.faults:
        logger.error("image_not_purged", image_id=purge.image_id, what=purge.what, exc_info=error)
    logger.info("images_purged", purged=run.purged, finished=run.finished)
    if run.faults:
        message = f"{len(run.faults)} purges failed."
        raise UnavailableError(message)
    return {"purged": run.purged, "finished": run.finished}
