"""What every function that is not an API has in common: a logger, and one line per call.

The line is not decoration: the local engine waits 50 ms for the first log line of a call.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger

if TYPE_CHECKING:  # most of these functions open no picture
    from lumenstock.imaging.decoder import Decoder

Payload = Mapping[str, Any]
Result = TypeVar("Result")

logger = Logger()


def decoder_memory(decoder: Decoder) -> dict[str, int]:
    """The most that a picture took in ``decoder`` so far, which the function's memory has to hold."""
    return {"decoder_peak_mb": decoder.peak_rss_bytes // 1_000_000}


def task(
    event: str, measure: Callable[[], Mapping[str, int]] = dict
) -> Callable[[Callable[[Payload], Result]], Callable[[Payload, object], Result]]:
    """Turn a use case into a Lambda handler that logs how it went, and ``measure``, under the name ``event``.

    Exceptions pass through: a fault is for the caller (the state machine, SQS) to retry.
    """

    def decorate(run: Callable[[Payload], Result]) -> Callable[[Payload, object], Result]:
        @functools.wraps(run)
        def handler(payload: Payload, context: object) -> Result:  # noqa: ARG001 - Lambda's signature
            started = time.perf_counter()
            image_id = payload.get("image_id")
            try:
                result = run(payload)
            except Exception:
                logger.exception(event, outcome="fault", ms=_ms(started), image_id=image_id)
                raise
            logger.info(event, outcome="done", ms=_ms(started), image_id=image_id, extra=measure())
            return result

        return handler

    return decorate


def _ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
