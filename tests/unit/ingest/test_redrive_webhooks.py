"""Dead letters that no image waits for."""

from __future__ import annotations

import boto3
import pytest

from cli.redrive import notice_of
from lumenstock.adapters.aws.queues import SqsQueue
from lumenstock.ingest.redrive import Fate
from lumenstock.settings import settings
from tests.conftest import Stores
from tests.unit.ingest.desk import Desk, at_once

__all__ = ["at_once"]  # a fixture


@pytest.fixture
def webhooks(stores: Stores) -> Desk:
    dlq_url = boto3.client("sqs").create_queue(QueueName="webhooks-dlq")["QueueUrl"]
    letters = SqsQueue(stores.sqs, dlq_url)
    return Desk(stores, letters, settings().webhooks_queue_url, notice_of)


def happened(version: int = 2) -> dict[str, object]:
    """An event as EventBridge hands it to a queue, and to its dead letters."""
    detail = {
        "id": f"01HZY0000000000000000000A1#{version}",
        "image_id": "01HZY0000000000000000000A1",
        "version": version,
        "status": "approved",
        "contributor_id": "ann",
        "reasons": [],
        "occurred_at": "2026-01-02T03:04:05Z",
    }
    return {"source": "lumenstock", "detail-type": "ImageApproved", "detail": detail}


def due(turn: int = 1) -> dict[str, object]:
    """A delivery whose turn it is."""
    return {"owner_id": "ann", "webhook_id": "wh_1", "delivery_id": "dl_1", "round": turn}


def test_events_and_deliveries_of_webhooks_go_back_as_they_came(webhooks: Desk) -> None:
    for message in (happened(), due()):
        webhooks.letters.send(message)
    assert webhooks.fates(dry_run=True) == {Fate.MOVED: 2}
    assert webhooks.fates() == {Fate.MOVED: 2}
    assert sorted(map(len, webhooks.sent())) == sorted(map(len, (happened(), due())))
    assert (webhooks.letters.count(), len(webhooks.turns)) == (0, 2)


def test_a_webhook_message_goes_back_once_a_run_and_each_turn_is_one(webhooks: Desk) -> None:
    for message in (happened(2), happened(3), due(1), due(2), due(2)):
        webhooks.letters.send(message)
    assert webhooks.fates() == {Fate.MOVED: 4, Fate.LEFT: 1}
    assert webhooks.letters.count() == 1, "it may have failed once more, so nothing is thrown away"
    assert webhooks.fates() == {Fate.MOVED: 1}


def test_what_is_neither_event_nor_delivery_stays_for_a_person(webhooks: Desk) -> None:
    for message in ({"hello": "world"}, {"image_id": "01HZY0000000000000000000A1", "rev": 1}):
        webhooks.letters.send(message)
    assert webhooks.fates() == {Fate.LEFT: 2}
    assert (webhooks.letters.count(), webhooks.sent()) == (2, [])
