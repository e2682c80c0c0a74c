"""Lives of webhooks: what their contributor asks of them, and what they are sent."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

from functions.webhooks import deliver
from lumenstock import bootstrap
from lumenstock.kernel.ids import WebhookId, new_ulid
from lumenstock.notification.events import EventType
from lumenstock.notification.webhook import Webhook, new_secret
from lumenstock.settings import settings
from tests.conftest import ACCOUNTS
from tests.functions.gateway import Answer, Person
from tests.model import backends
from tests.model.clock import T0
from tests.model.lives import ANN, Life
from tests.model.scripts import GOOD, PICTURE, request
from tests.model.world import World

_ANN, _PATH = Person(ANN.id, ("contributor",)), "/v1/contributor/webhooks"
_WANTED = {"url": "http://localhost:9/hook", "events": ["ImageApproved"]}


def told(world: World) -> None:
    """A webhook hears of a picture. Every event comes twice, and the receiver is down at first."""
    secret = new_secret(world.random.randbytes)
    webhook_id = WebhookId(new_ulid(T0, world.random.randbytes))
    webhook = Webhook(webhook_id, ANN.id, "https://ann.example/", tuple(EventType), "", secret, T0)
    bootstrap.webhooks().create(webhook, limit=1)
    world.receiver.refusals = 1
    world.upload(PICTURE, GOOD)
    world.settle()
    url, told_of = settings().require("webhooks_queue_url"), set()
    for call in world.knife.sent_events:
        for entry in json.loads(call["body"])["Entries"]:
            detail = json.loads(entry["Detail"])
            told_of.add(detail["id"])
            event = {"source": "lumenstock", "detail-type": entry["DetailType"], "detail": detail}
            for _ in range(2):
                world.stores.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    _deliver_all(world)
    assert told_of
    world.exposed += world.receiver.faults(told_of, world.knife.kills["webhooks"])


def managed(world: World) -> None:
    """A contributor makes a webhook, changes its secret, tries it twice, changes its address, and deletes it."""
    made = _ask(world, "create_webhook", "POST", _PATH, 201, json=_WANTED).json()
    path = f"{_PATH}/{made['id']}"
    changed = _ask(world, "rotate_secret", "POST", f"{path}/secret", 200).json()
    (kept,) = _kept("HOOK#")
    if (kept["secret"]["S"], kept["previous_secret"]["S"]) != (changed["secret"], made["secret"]):
        world.exposed.append("another secret signs than the contributor was told")
    trial = _ask(world, "try_webhook", "POST", f"{path}/test", 202).json()
    _deliver_all(world)
    _ask(world, "replay", "POST", f"{path}/deliveries/{trial['id']}/replay", 202)
    _deliver_all(world)
    (event,) = {item["event_id"]["S"] for item in _kept("D#")}
    if world.receiver.accepted != {event: 2}:
        world.exposed.append(f"tried and replayed, and told {world.receiver.accepted}")
    world.exposed += [f"{item['event_id']['S']}: on its way" for item in _kept("D#") if _is_waiting(item)]
    _ask(world, "edit_webhook", "PATCH", path, 200, json={"url": "http://localhost:9/new"})
    _ask(world, "delete_webhook", "DELETE", path, 204, 404)
    (count,) = _kept("HOOKS")
    if _kept("HOOK#") or count["hooks"]["N"] != "0":
        world.exposed.append(f"{count['hooks']['N']} webhooks are counted, {len(_kept('HOOK#'))} are there")


WEBHOOK_LIVES = (
    Life("webhooks", 6, told),
    Life("create_webhook", 4, managed),
    Life("rotate_secret", 4, managed),
    Life("try_webhook", 5, managed),
    Life("replay", 5, managed),
    Life("edit_webhook", 1, managed),
    Life("delete_webhook", 1, managed),
)


def _ask(world: World, name: str, method: str, path: str, *statuses: int, json: object = None) -> Answer:
    """Ask under one Idempotency-Key until the answer has one of ``statuses``."""
    key = {"Idempotency-Key": name}
    return request(world, name, method, path, *statuses, json=json, headers=key, person=_ANN)


def _kept(kind: str) -> list[dict[str, Any]]:
    """Items of the table of accounts."""
    return [item for item in backends.items(ACCOUNTS) if item["sk"]["S"].startswith(kind)]


def _is_waiting(delivery: dict[str, Any]) -> bool:
    return bool(delivery["status"]["S"] != "delivered")


def _deliver_all(world: World) -> None:
    """Every message of the webhooks' queue goes to its consumer, again and again until it is done with."""
    url = settings().require("webhooks_queue_url")
    while _delivered_one(world, url):
        pass


def _delivered_one(world: World, url: str) -> bool:
    """Whether there was a message."""
    world.wait(timedelta(hours=1))
    messages = world.stores.sqs.receive_message(QueueUrl=url).get("Messages", [])
    for message in messages:
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
        }
        answers: list[Any] = []
        event = {"Records": [record]}
        lived = world.attempt("webhooks", partial(_deliver, event, answers))
        if lived and not answers[0]["batchItemFailures"]:
            world.stores.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bool(messages)


def _deliver(event: dict[str, Any], answers: list[Any]) -> None:
    answers.append(deliver.handler(event, None))
