"""The job for load and backfill: drains an embed queue once and ends.

AWS Batch starts it as ``python -m gpu_batch.job``, with ``bulk`` behind it for the queue of backfills. On
SIGTERM (Batch kills 30 s later) it finishes the batch in hand, gives the rest back and ends.
"""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Sequence
from threading import Event
from types import FrameType

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from lumenstock import bootstrap, use_cases
from lumenstock.adapters.aws.queues import Received, SqsQueue
from lumenstock.ingest.embed_batch import BATCH, EmbedBatch, Outcome
from lumenstock.ingest.embed_message import parse_message

_RECEIVE_LIMIT = 10  # SQS gives no more at once
_WAIT_S = 2

logger = Logger(service="embed-job")


def drain(queue: SqsQueue, batch: EmbedBatch, stop: Event) -> int:
    """Embed until the queue is empty or ``stop`` is set.

    A message that must come again is left alone: it is seen again when its visibility ends.

    Returns:
        The number of messages that are done.
    """
    done = 0
    while received := _receive(queue, stop):
        if stop.is_set():
            for message in received:
                queue.delay(message.receipt_handle, 0)
            break
        done += _embed(queue, batch, received)
    return done


def _receive(queue: SqsQueue, stop: Event) -> list[Received]:
    """A whole batch, or what is there; nothing once ``stop`` is set."""
    received: list[Received] = []
    while len(received) < BATCH and not stop.is_set():
        more = queue.receive(min(_RECEIVE_LIMIT, BATCH - len(received)), 0 if received else _WAIT_S)
        if not more:
            break
        received += more
    return received


def _embed(queue: SqsQueue, batch: EmbedBatch, received: Sequence[Received]) -> int:
    parsed = [(message, parse_message(message.body)) for message in received]
    valid = [(message, request) for message, request in parsed if request is not None]
    outcomes = batch.run([request for _, request in valid])
    finished = [m for (m, _), outcome in zip(valid, outcomes, strict=True) if outcome is Outcome.DONE]
    for message in finished:
        queue.delete(message.receipt_handle)
    logger.info("batch_embedded", received=len(received), done=len(finished))
    return len(finished)


def main(arguments: Sequence[str] = ()) -> int:
    """Run the job on the queue that ``arguments`` names, ``live`` or ``bulk``; returns the exit status."""
    queues = {"live": bootstrap.embed_live_queue, "bulk": bootstrap.embed_bulk_queue}
    (name,) = arguments or ("live",)
    product = logging.getLogger("lumenstock")
    copy_config_to_registered_loggers(logger, include={product.name})
    stop = Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    done = drain(queues[name](), use_cases.embed_batch(), stop)
    logger.info("queue_drained", done=done)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
