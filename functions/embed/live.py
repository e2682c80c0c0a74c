"""The trickle: embeds what the pipeline has just rendered, a few images a call."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from functions.runtime.task import task
from lumenstock import bootstrap, use_cases
from lumenstock.ingest.embed_batch import Outcome
from lumenstock.ingest.embed_message import parse_message
from lumenstock.kernel.backoff import rest_s
from lumenstock.settings import settings

logger = Logger()


@task("images_embedded")
def handler(event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Embed a batch from SQS; the answer names the messages that must come again."""
    parsed = {record["messageId"]: parse_message(record["body"]) for record in event["Records"]}
    requests = {name: request for name, request in parsed.items() if request is not None}
    outcomes = dict(zip(requests, use_cases.embed_batch().run(list(requests.values())), strict=True))
    failed = [r for r in event["Records"] if outcomes.get(r["messageId"]) is not Outcome.DONE]
    for record in failed:
        _put_back(record)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def _put_back(record: Mapping[str, Any]) -> None:
    """Let a message come again soon: the queue's visibility is for a call that died.

    Ten receives a visibility of 720 s apart would outlast the row, which the sweeper ends after an hour.
    """
    receives = int(record["attributes"]["ApproximateReceiveCount"])
    try:
        delay_s = rest_s(settings().embed_retry_delays_s, receives, random.random())  # noqa: S311 - jitter  # nosec B311
        bootstrap.embed_live_queue().delay(record["receiptHandle"], delay_s)
    except Exception:  # it comes again all the same, only later
        logger.exception("embed_delay_failed", message_id=record["messageId"])
