from __future__ import annotations

import json
from typing import Any

import pytest

from lumenstock import bootstrap
from lumenstock.kernel.ids import UserId, WebhookId
from lumenstock.notification.webhook import DisabledBecause
from tests.conftest import IDEMPOTENCY, Stores
from tests.functions.gateway import Gateway
from tests.functions.webhooks.conftest import A_WEBHOOK, ANA, BEN, PATH, Queue, create


def errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.code == "validation_failed", answer
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_a_webhook_is_made_and_its_secret_is_shown_once(gateway: Gateway) -> None:
    made = create(gateway, description="  Our   portal ")
    assert made["secret"].startswith("whsec_")
    assert (made["status"], made["events"], made["description"]) == (
        "enabled",
        ["ImageApproved"],
        "Our portal",
    )
    shown = gateway.request("GET", f"{PATH}/{made['id']}", person=ANA)
    assert shown.json() == {name: value for name, value in made.items() if name != "secret"}
    listed = gateway.request("GET", PATH, person=ANA).json()
    assert listed == {"webhooks": [shown.json()]}


def test_a_webhook_asked_for_twice_with_a_key_is_one_and_its_secret_is_kept_in_one_place(
    gateway: Gateway, stores: Stores
) -> None:
    sent: dict[str, Any] = {"json": A_WEBHOOK, "person": ANA, "headers": {"Idempotency-Key": "k"}}
    first, second = (gateway.request("POST", PATH, **sent) for _ in range(2))
    assert first.json() == second.json()
    assert len(gateway.request("GET", PATH, person=ANA).json()["webhooks"]) == 1
    remembered = stores.dynamodb.scan(TableName=IDEMPOTENCY)["Items"]
    assert first.json()["secret"].removeprefix("whsec_") not in json.dumps(remembered, default=str)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"url": "https://169.254.169.254/"}, ("/url", "address_refused")),
        ({"url": "http://photos.example.org/"}, ("/url", "address_refused")),
        ({"events": []}, ("/events", "too_short")),
        ({"events": ["ImageStolen"]}, ("/events/0", "enum")),
        ({"events": ["WebhookDisabled"]}, ("/events/0", "enum")),
        ({"description": "a\nb"}, ("/description", "string_pattern_mismatch")),
        ({"secret": "whsec_mine"}, ("/secret", "extra_forbidden")),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(
    gateway: Gateway, wrong: dict[str, object], error: tuple[str, str]
) -> None:
    made = create(gateway)
    assert errors(gateway.request("POST", PATH, json={**A_WEBHOOK, **wrong}, person=ANA)) == [error]
    assert errors(gateway.request("PATCH", f"{PATH}/{made['id']}", json=wrong, person=ANA)) == [error]


def test_a_change_leaves_what_it_does_not_name(gateway: Gateway) -> None:
    made = create(gateway, description="mine")
    wanted = {"events": ["ImageRejected", "ImageFailed", "ImageRejected"]}
    changed = gateway.request("PATCH", f"{PATH}/{made['id']}", json=wanted, person=ANA).json()
    assert changed["events"] == ["ImageRejected", "ImageFailed"]
    assert (changed["url"], changed["description"]) == (made["url"], "mine")
    emptied = gateway.request("PATCH", f"{PATH}/{made['id']}", json={"description": ""}, person=ANA).json()
    assert emptied["description"] == ""
    assert gateway.request("PATCH", f"{PATH}/{made['id']}", json={}, person=ANA).json() == emptied


def test_a_deleted_webhook_is_gone(gateway: Gateway) -> None:
    made = create(gateway)
    assert gateway.request("DELETE", f"{PATH}/{made['id']}", person=ANA).status == 204
    assert gateway.request("DELETE", f"{PATH}/{made['id']}", person=ANA).code == "not_found"
    assert gateway.request("GET", PATH, person=ANA).json() == {"webhooks": []}


@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/secret"),
        ("POST", "/enable"),
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("POST", "/deliveries/01JD8QZ9Y0V7W3T5K2N4M6P8RA/replay"),
    ],
)
def test_somebody_elses_webhook_is_none(gateway: Gateway, queue: Queue, method: str, part: str) -> None:
    made = create(gateway)
    json_ = {"description": "taken"} if method == "PATCH" else None
    answer = gateway.request(method, f"{PATH}/{made['id']}{part}", json=json_, person=BEN)
    assert answer.code == "not_found"
    shown = gateway.request("GET", f"{PATH}/{made['id']}", person=ANA).json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert queue.records() == []


def test_a_new_secret_is_shown_and_the_old_one_still_signs(gateway: Gateway) -> None:
    made = create(gateway)
    sent: dict[str, Any] = {"person": ANA, "headers": {"Idempotency-Key": "k"}}
    changed, again = (gateway.request("POST", f"{PATH}/{made['id']}/secret", **sent).json() for _ in range(2))
    assert changed["secret"] == again["secret"] != made["secret"]
    webhook = bootstrap.webhooks().get(UserId(ANA.id), WebhookId(made["id"]))
    assert webhook.secrets(bootstrap.clock().now()) == (changed["secret"], made["secret"])


def test_a_disabled_webhook_says_so_and_can_be_enabled(gateway: Gateway) -> None:
    made = create(gateway)
    webhook = bootstrap.webhooks().get(UserId(ANA.id), WebhookId(made["id"]))
    bootstrap.webhooks().disable(webhook, DisabledBecause.GONE, bootstrap.clock().now())
    shown = gateway.request("GET", f"{PATH}/{made['id']}", person=ANA).json()
    assert (shown["status"], shown["disabledBecause"]) == ("disabled", "gone")
    assert shown["disabledAt"]
    enabled = gateway.request("POST", f"{PATH}/{made['id']}/enable", person=ANA).json()
    assert (enabled["status"], enabled["disabledBecause"], enabled["disabledAt"]) == ("enabled", None, None)


def test_a_test_is_started_and_shown(gateway: Gateway, queue: Queue) -> None:
    made = create(gateway)
    started = gateway.request("POST", f"{PATH}/{made['id']}/test", person=ANA)
    assert (started.status, started.json()["type"], started.json()["status"]) == (
        202,
        "WebhookTest",
        "waiting",
    )
    queue.work()
    (shown,) = gateway.request("GET", f"{PATH}/{made['id']}/deliveries", person=ANA).json()["deliveries"]
    assert shown["id"] == started.json()["id"]
    assert (shown["status"], shown["attempts"], shown["error"]) == ("failed", 1, "connection_failed")


def test_a_disabled_webhook_is_not_replayed_to(gateway: Gateway, queue: Queue) -> None:
    made = create(gateway)
    started = gateway.request("POST", f"{PATH}/{made['id']}/test", person=ANA).json()
    queue.work()
    webhook = bootstrap.webhooks().get(UserId(ANA.id), WebhookId(made["id"]))
    bootstrap.webhooks().disable(webhook, DisabledBecause.GONE, bootstrap.clock().now())
    replay = f"{PATH}/{made['id']}/deliveries/{started['id']}/replay"
    assert gateway.request("POST", replay, person=ANA).code == "conflict"
