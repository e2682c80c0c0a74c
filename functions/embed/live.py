"""The trickle: embeds what the pipeline has just rendered, a few images a call."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.runtime.task import task
from lumenstock import bootstrap
from lumenstock.ingest.embed_batch import EmbedBatch, Outcome
from lumenstock.ingest.embed_message import parse_message


@task("images_embedded")
def handler(event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Embed a batch from SQS; the answer names the messages that must come again."""
    parsed = {record["messageId"]: parse_message(record["body"]) for record in event["Records"]}
    requests = {name: request for name, request in parsed.items() if request is not None}
    outcomes = dict(zip(requests, _batch().run(list(requests.values())), strict=True))
    failed = [name for name in parsed if outcomes.get(name) is not Outcome.DONE]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


@cache
def _batch() -> EmbedBatch:
    return bootstrap.embed_batch()
