"""Every few minutes: deletes what decisions left to be deleted, and once more when no writer is left."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

from aws_lambda_powertools import Logger

from functions.runtime.task import task
from lumenstock import bootstrap, use_cases
from lumenstock.kernel.errors import UnavailableError

logger = Logger()

# The function's own time, less what it takes to end: purges in hand, and telling the edge.
WORKS_S = 180


@task("purged")
def handler(_event: Mapping[str, Any]) -> dict[str, int]:
    """Purge once. Answer: how many purges were carried out, and how many of them are finished for good.

    Raises:
        UnavailableError: Some failed. The others were done; the error is for the alarm.
    """
    end = monotonic() + WORKS_S
    run = use_cases.purger().run(bootstrap.clock().now(), lambda: monotonic() < end)
    for purge, error in run.faults:
        logger.error("image_not_purged", image_id=purge.image_id, what=purge.what, exc_info=error)
    logger.info("images_purged", purged=run.purged, finished=run.finished)
    if run.faults:
        message = f"{len(run.faults)} purges failed."
        raise UnavailableError(message)
    return {"purged": run.purged, "finished": run.finished}
