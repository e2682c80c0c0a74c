from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from functions.webhooks import deliver
from lumenstock import bootstrap
from tests.conftest import Stores, forget_cached
from tests.functions.gateway import Gateway, Person

ANA = Person(roles=("contributor",))
BEN = Person("22222222-aaaa-4bbb-8ccc-222222222222", ("contributor",))
PATH = "/v1/contributor/webhooks"
A_WEBHOOK = {"url": "http://localhost:9/hook", "events": ["ImageApproved"]}


@dataclass
class Queue:
    """The queue of webhooks on moto, and its consumer."""

    stores: Stores
    url: str

    def records(self, *, hidden_s: int = 0) -> list[dict[str, Any]]:
        """All that is visible, as the mapping hands it over."""
        received = self.stores.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=hidden_s,
            AttributeNames=["ApproximateReceiveCount"],
        )
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
            }
            for message in received.get("Messages", [])
        ]

    def work(self) -> int:
        """Handle everything until only what rests is left; how many messages came back."""
        back = 0
        while records := self.records(hidden_s=100):
            failed = {
                item["itemIdentifier"]
                for item in deliver.handler({"Records": records}, None)["batchItemFailures"]
            }
            back += len(failed)
            for record in records:
                if record["messageId"] not in failed:
                    self.stores.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=record["receiptHandle"])
        return back

    def send(self, body: object) -> None:
        """Put a message in."""
        text = body if isinstance(body, str) else json.dumps(body)
        self.stores.sqs.send_message(QueueUrl=self.url, MessageBody=text)


@pytest.fixture
def queue(stores: Stores, set_stage: Callable[..., None]) -> Iterator[Queue]:
    """An empty queue that the functions use; only this machine may be sent to."""
    with _queue(stores, set_stage) as made:
        yield made


@pytest.fixture
def real_queue(real_stores: Stores, set_stage: Callable[..., None]) -> Iterator[Queue]:
    """As ``queue``, over tables that a race can be proved on."""
    with _queue(real_stores, set_stage) as made:
        yield made


@contextmanager
def _queue(stores: Stores, set_stage: Callable[..., None]) -> Iterator[Queue]:
    url = stores.sqs.create_queue(QueueName="webhooks")["QueueUrl"]
    set_stage(
        WEBHOOKS_QUEUE_URL=url,
        WEBHOOK_LOOPBACK="true",
        WEBHOOK_RETRY_DELAYS_S="[40000, 40000]",
        EVENT_BUS_NAME="default",
    )
    forget_cached(deliver)
    yield Queue(stores, url)
    forget_cached(deliver, bootstrap)


@pytest.fixture
def gateway(queue: Queue) -> Gateway:  # noqa: ARG001 - what the functions stand on
    return Gateway()


def create(gateway: Gateway, person: Person = ANA, **changes: object) -> Any:
    """A new webhook, as the API answers."""
    answer = gateway.request("POST", PATH, json={**A_WEBHOOK, **changes}, person=person)
    assert answer.status == 201, answer
    return answer.json()
