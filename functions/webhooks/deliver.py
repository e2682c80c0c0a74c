"""The queue of webhooks: an event becomes a delivery for each webhook, a delivery becomes a request."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger

from functions.runtime.task import task
from functions.webhooks.messages import Happened, parse
from lumenstock import bootstrap
from lumenstock.notification.attempts import Deliverer, Patience
from lumenstock.notification.fan_out import tell
from lumenstock.settings import settings

Record = Mapping[str, Any]

logger = Logger()


@task("webhooks_sent")
def handler(event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Input: a batch of SQS. Answer: the messages that must come back.

    All of a batch at once: a receiver that takes its ten seconds keeps nobody else's message waiting.
    """
    records: list[Record] = event["Records"]
    deliverer = _deliverer()
    with ThreadPoolExecutor(max_workers=max(len(records), 1)) as pool:
        done = list(pool.map(lambda record: _handle(deliverer, record), records))
    failed = [record for record, is_done in zip(records, done, strict=True) if not is_done]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def _handle(deliverer: Deliverer, record: Record) -> bool:
    """Whether the message is done with. A fault of ours brings it back, in the end for a person to see."""
    try:
        message = parse(record["body"])
        if isinstance(message, Happened):
            _tell(message)
            return True
        outcome = deliverer.deliver(message.message(record["receiptHandle"]))
    except Exception:  # one message must not fail the others of its batch
        logger.exception("webhook_fault", message_id=record["messageId"])
        return False
    logger.info(
        "webhook_handled",
        webhook_id=message.webhook_id,
        delivery_id=message.delivery_id,
        done=outcome.done,
        note=outcome.note,
        status_code=outcome.status_code,
    )
    return outcome.done


def _tell(happened: Happened) -> None:
    news = happened.news()
    count = tell(
        happened.detail.contributor_id,
        news,
        webhooks=bootstrap.webhooks(),
        deliveries=bootstrap.deliveries(),
        outbox=bootstrap.webhooks_queue(),
    )
    logger.info("event_told", event_id=news.id, type=news.type, webhooks=count)


@cache
def _deliverer() -> Deliverer:
    wanted = settings()
    return Deliverer(
        bootstrap.webhooks(),
        bootstrap.deliveries(),
        bootstrap.webhook_sender(),
        bootstrap.event_bus(),
        bootstrap.webhooks_queue(),
        Patience(
            wanted.webhook_retry_delays_s,
            wanted.webhook_disable_after_s,
            wanted.webhook_disable_failures,
            wanted.webhook_backlog_failures,
        ),
        clock=bootstrap.clock(),
        random=random.random,
        token=partial(secrets.token_hex, 8),
    )
