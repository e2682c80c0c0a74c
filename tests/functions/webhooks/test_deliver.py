"""The consumer over moto: events of the bus in, requests to a server of this machine out."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from functions.webhooks import deliver
from lumenstock import bootstrap
from lumenstock.adapters.aws import clients
from lumenstock.kernel.ids import UserId
from lumenstock.notification import fan_out
from lumenstock.notification.delivery import News
from lumenstock.notification.events import EventType
from tests.functions.gateway import Gateway
from tests.functions.webhooks.conftest import ANA, BEN, PATH, Queue, create

BATCHES, SIZE = int(os.environ.get("FAULT_BATCHES", "100")), 10


@dataclass
class Service:
    """A contributor's own service, which answers what it is told to."""

    statuses: dict[str, int] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://localhost:{self.port}{path}"

    def paths(self) -> list[str]:
        return sorted(path for path, _, _ in self.heard)


@contextmanager
def running(service: Service) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            service.heard.append((self.path, dict(self.headers.items()), body))
            self.send_response(service.statuses.get(self.path, 204))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    with running(service):
        yield service


def happened(
    number: int = 1, contributor: str = ANA.id, type_: str = "ImageApproved", **detail: object
) -> Any:
    """An event as EventBridge puts it into the queue."""
    told = {
        "id": f"01JD8QZ9Y0V7W3T5K2N4M6P8RA#{number}",
        "image_id": "01JD8QZ9Y0V7W3T5K2N4M6P8RA",
        "version": number,
        "status": "approved",
        "contributor_id": contributor,
        "reasons": [],
        "occurred_at": "2026-11-20T12:00:00.000Z",
        **detail,
    }
    return {"version": "0", "id": "e", "source": "lumenstock", "detail-type": type_, "detail": told}


def deliveries(gateway: Gateway, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = gateway.request("GET", f"{PATH}/{webhook['id']}/deliveries", person=ANA)
    found: list[dict[str, Any]] = answer.json()["deliveries"]
    return found


def test_an_event_reaches_the_contributors_service_signed(
    gateway: Gateway, queue: Queue, service: Service
) -> None:
    webhook = create(gateway, url=service.url("/hook"))
    queue.send(happened())
    assert queue.work() == 0
    ((_, headers, body),) = service.heard
    assert Webhook(webhook["secret"]).verify(body, headers) == {
        "type": "ImageApproved",
        "timestamp": "2026-11-20T12:00:00.000Z",
        "data": {
            "imageId": "01JD8QZ9Y0V7W3T5K2N4M6P8RA",
            "version": 1,
            "status": "approved",
            "reasons": [],
        },
    }
    assert headers["webhook-id"] == "01JD8QZ9Y0V7W3T5K2N4M6P8RA#1"
    (delivery,) = deliveries(gateway, webhook)
    assert (delivery["status"], delivery["attempts"], delivery["statusCode"]) == ("delivered", 1, 204)
    assert delivery["body"].encode() == body


@pytest.mark.dynamodb_local
def test_an_event_that_comes_twice_is_sent_once(real_queue: Queue, service: Service) -> None:
    create(Gateway(), url=service.url("/hook"))
    for _ in range(3):
        real_queue.send(happened())
    real_queue.work()
    assert len(service.heard) == 1


def test_a_webhook_that_fails_keeps_no_other_from_its_message(
    gateway: Gateway, queue: Queue, service: Service
) -> None:
    service.statuses["/bad"] = 500
    bad, good = (create(gateway, url=service.url(path)) for path in ("/bad", "/good"))
    queue.send(happened())
    assert queue.work() == 1
    assert service.paths() == ["/bad", "/good"]
    assert [deliveries(gateway, webhook)[0]["status"] for webhook in (bad, good)] == ["waiting", "delivered"]


def test_what_rests_is_not_seen_before_its_time(gateway: Gateway, queue: Queue, service: Service) -> None:
    service.statuses["/bad"] = 503
    webhook = create(gateway, url=service.url("/bad"))
    queue.send(happened())
    queue.work()
    assert queue.records() == []
    assert deliveries(gateway, webhook)[0]["nextAt"] > "2026"
    (hidden,) = queue.stores.sqs.get_queue_attributes(
        QueueUrl=queue.url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"].values()
    assert hidden == "1"


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        {"detail": {}},
        {**happened(), "source": "aws.s3"},
        happened(contributor_id=None),
        {"owner_id": "a", "webhook_id": "b"},
    ],
)
def test_a_message_that_is_none_comes_back_for_a_person_and_harms_no_other(
    gateway: Gateway, queue: Queue, service: Service, message: object
) -> None:
    create(gateway, url=service.url("/hook"))
    queue.send(message)
    queue.send(happened())
    queue.work()
    assert service.paths() == ["/hook"]
    assert queue.work() == 0, "the good one is gone, the other one is still hidden"


def test_an_event_of_somebody_without_webhooks_is_done_with(queue: Queue) -> None:
    queue.send(happened(contributor="nobody"))
    assert queue.work() == 0
    assert queue.records() == []


def test_a_store_that_is_out_brings_the_message_back(
    monkeypatch: pytest.MonkeyPatch, gateway: Gateway, queue: Queue, service: Service
) -> None:
    create(gateway, url=service.url("/hook"))
    queue.send(happened())
    records = queue.records()

    def out(**_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(clients.dynamodb(), "query", out)
        answer = deliver.handler({"Records": records}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": records[0]["messageId"]}]}
    queue.work()
    assert service.paths() == ["/hook"]


def test_two_workers_with_the_same_message_do_no_harm(
    gateway: Gateway, queue: Queue, service: Service
) -> None:
    webhook = create(gateway, url=service.url("/hook"))
    queue.send(happened())
    (first,) = queue.records(hidden_s=100)
    deliver.handler({"Records": [first]}, None)
    queue.stores.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=first["receiptHandle"])
    (due,) = queue.records()
    both = [threading.Thread(target=deliver.handler, args=({"Records": [due]}, None)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    (delivery,) = deliveries(gateway, webhook)
    assert delivery["status"] == "delivered"
    assert {headers["webhook-id"] for _, headers, _ in service.heard} == {delivery["eventId"]}


@pytest.mark.dynamodb_local
def test_of_ten_messages_the_bad_one_comes_again(real_queue: Queue, service: Service) -> None:
    """A hundred times, with the bad one in another place each time. Moto's tables are not for ten at once."""
    service.statuses["/bad"] = 503
    create(Gateway(), url=service.url("/good"))
    failing = create(Gateway(), BEN, url=service.url("/bad"))["id"]
    for batch in range(BATCHES):
        bad = batch % SIZE
        for place in range(SIZE):
            news = News(f"{batch}-{place}", EventType.IMAGE_APPROVED, bootstrap.clock().now(), {})
            fan_out.tell(
                UserId((BEN if place == bad else ANA).id),
                news,
                webhooks=bootstrap.webhooks(),
                deliveries=bootstrap.deliveries(),
                outbox=bootstrap.webhooks_queue(),
            )
        records = real_queue.records(hidden_s=100)
        assert len(records) == SIZE
        expected = [record["messageId"] for record in records if failing in record["body"]]
        answer = deliver.handler({"Records": records}, None)
        assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == expected
        assert len(expected) == 1
        for record in records:
            real_queue.stores.sqs.delete_message(
                QueueUrl=real_queue.url, ReceiptHandle=record["receiptHandle"]
            )
    assert Counter(service.paths()) == {"/good": BATCHES * (SIZE - 1), "/bad": BATCHES}
