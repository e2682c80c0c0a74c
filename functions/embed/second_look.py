"""Every hour: what was compared a day and a week ago is compared once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from functions.runtime.task import task
from lumenstock import bootstrap, use_cases
from lumenstock.kernel.errors import UnavailableError
from lumenstock.settings import settings

logger = Logger()


@task("looked_again")
def handler(_event: Mapping[str, Any]) -> dict[str, int]:
    """Look once. Answer: how many pictures were compared, told of and withheld.

    Raises:
        UnavailableError: Some could not be compared. The others were; the error is for the alarm.
    """
    if settings().search_engine == "none":
        logger.info("no_search_engine")  # nothing can be found now that was not found before
        return {"compared": 0, "told": 0, "withheld": 0}
    looked = use_cases.second_look().run(bootstrap.clock().now())
    for image_id, error in looked.faults:
        logger.error("image_not_compared", image_id=image_id, exc_info=error)
    done = {"compared": looked.compared, "told": looked.told, "withheld": looked.withheld}
    logger.info("images_compared", extra=done)
    if looked.faults:
        message = f"{len(looked.faults)} images could not be compared."
        raise UnavailableError(message)
    return done
