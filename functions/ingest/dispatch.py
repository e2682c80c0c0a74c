"""The ingest queue's consumer: one run of the machine for each message, all of a batch at once."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools import Logger

from functions.runtime.task import task
from lumenstock import bootstrap
from lumenstock.adapters.aws.queues import created_object
from lumenstock.ingest.direct import image_for
from lumenstock.ingest.dispatch import Delivery, Dispatcher, RetryPolicy
from lumenstock.kernel.ids import ImageId
from lumenstock.settings import settings

Record = Mapping[str, Any]

logger = Logger()


@task("uploads_dispatched")
def handler(event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Input: a batch of SQS. Answer: the messages that must come back."""
    records: list[Record] = event["Records"]
    dispatcher = _dispatcher()
    with ThreadPoolExecutor(max_workers=max(len(records), 1)) as pool:
        done = list(pool.map(lambda record: _deliver(dispatcher, record), records))
    failed = [record for record, is_done in zip(records, done, strict=True) if not is_done]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def _deliver(dispatcher: Dispatcher, record: Record) -> bool:
    """Whether the message is done with."""
    delivery = delivery_of(record)
    if delivery is None:
        logger.warning("message_not_ours", message_id=record["messageId"])
        return True
    outcome = dispatcher.deliver(delivery)
    level = logger.info if outcome.done else logger.error
    level(
        "upload_dispatched",
        image_id=outcome.image_id,
        done=outcome.done,
        receives=delivery.receives,
        note=outcome.note,
    )
    return outcome.done


def delivery_of(record: Record) -> Delivery | None:
    """A message as one receive of S3's "Object Created" event; None if it is something else."""
    created = created_object(record["body"])
    if created is None:
        return None
    bucket, key = created
    receives = int(record["attributes"]["ApproximateReceiveCount"])
    return Delivery(receipt=record["receiptHandle"], receives=receives, bucket=bucket, key=key)


def _dispatcher() -> Dispatcher:
    policy = RetryPolicy(delays_s=settings().retry_delays_s, max_receives=settings().max_receives)
    return Dispatcher(
        bootstrap.catalog(),
        bootstrap.ingest_queue(),
        bootstrap.ingest_machine(),
        policy,
        clock=bootstrap.clock(),
        random=random.random,
        image_for=_image_for,
    )


def _image_for(key: str) -> ImageId | None:
    now = bootstrap.clock().now()
    return image_for(
        bootstrap.catalog(), bootstrap.sessions(), key, now=now, random_bytes=secrets.token_bytes
    )
