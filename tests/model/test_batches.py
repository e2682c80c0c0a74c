"""One bad message in each of 100 batches of ten: exactly that one comes again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import pytest

from functions.embed import live
from functions.indexer import stream
from functions.ingest import dispatch
from lumenstock import bootstrap
from lumenstock.adapters.aws.machine import Execution
from lumenstock.adapters.aws.queues import object_created
from lumenstock.adapters.aws.rows import image_key, to_item
from lumenstock.catalog.image import Image, rendition_key
from lumenstock.catalog.states import Status
from tests.conftest import DERIVATIVES, ORIGINALS
from tests.model import backends
from tests.model.conftest import NewWorld
from tests.model.scripts import PICTURE
from tests.unit.search.images import image

BATCHES, SIZE = int(os.environ.get("FAULT_BATCHES", "100")), 10


def message(name: int, body: Mapping[str, object]) -> dict[str, Any]:
    return {
        "messageId": str(name),
        "receiptHandle": "of no queue",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def retried(answer: Mapping[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def batches() -> list[tuple[int, list[Image]]]:
    """Which one is bad, and the rows; another place in each batch."""
    return [
        (batch % SIZE, [image(batch * SIZE + place + 1, model=None) for place in range(SIZE)])
        for batch in range(BATCHES)
    ]


def test_dispatch_asks_for_the_bad_one_only(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch, batches: list[tuple[int, list[Image]]]
) -> None:
    new_world(1)
    failing = {rows[bad].id for bad, rows in batches}

    class Machine:
        def run(self, task: Mapping[str, object]) -> Execution:
            return Execution(task["image_id"] not in failing, "")

    monkeypatch.setattr(bootstrap, "ingest_machine", Machine)
    for bad, rows in batches:
        keys = [f"originals/ann/2026/01/02/{row.id}.jpg" for row in rows]
        records = [message(place, object_created(ORIGINALS, key)) for place, key in enumerate(keys)]
        assert retried(dispatch.handler({"Records": records}, None)) == [str(bad)]


def test_embedding_asks_for_the_bad_one_only(
    new_world: NewWorld, batches: list[tuple[int, list[Image]]]
) -> None:
    world = new_world(1)
    for bad, rows in batches:
        for place, row in enumerate(rows):
            due = row.changed(status=Status.PROCESSING, renditions=("300",))
            bootstrap.catalog().create(due)
            if place != bad:
                key = rendition_key(row.media_key, row.rev, "300")
                world.stores.s3.put_object(Bucket=DERIVATIVES, Key=key, Body=PICTURE)
        records = [message(place, {"image_id": row.id, "rev": row.rev}) for place, row in enumerate(rows)]
        assert retried(live.handler({"Records": records}, None)) == [str(bad)]
        statuses = [bootstrap.catalog().get(row.id).status for row in rows]
        assert [place for place, status in enumerate(statuses) if status is Status.PROCESSING] == [bad]
        assert statuses.count(Status.APPROVED) == SIZE - 1
        backends.clear()


def test_the_indexer_asks_for_the_stream_from_the_bad_one_on(
    new_world: NewWorld, batches: list[tuple[int, list[Image]]]
) -> None:
    """A stream has an order: what comes before the bad record is done, what follows waits for it."""
    new_world(1)
    for number, (bad, rows) in enumerate(batches):
        records = [
            {
                "dynamodb": {
                    "Keys": image_key(row.id),
                    "NewImage": {**to_item(row), **({"status": {"S": "?"}} if place == bad else {})},
                    "SequenceNumber": str(number * SIZE + place),
                    "ApproximateCreationDateTime": bootstrap.clock().now().timestamp(),
                }
            }
            for place, row in enumerate(rows)
        ]
        assert retried(stream.handler({"Records": records}, None)) == [str(number * SIZE + bad)]
        assert set(bootstrap.search_index().get([row.id for row in rows])) == {row.id for row in rows[:bad]}
