"""What is kept of webhooks and deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from lumenstock import bootstrap
from lumenstock.kernel.errors import ConflictError, NotFoundError
from lumenstock.kernel.ids import WebhookId
from lumenstock.notification.delivery import KEPT, delivery_of
from lumenstock.notification.ports import Edit, Rotation
from lumenstock.notification.webhook import DisabledBecause, Webhook, new_secret
from tests.conftest import ACCOUNTS, Stores
from tests.unit.notification.world import ANA, AT, BROKEN, World, known, made, news, present, told


def test_an_attempt_is_begun_by_one_and_known_by_its_token(world: World) -> None:
    """botocore sends a write again when its answer got lost; then the condition fails on our own."""
    made()
    (message,) = told(world)
    delivery, store = known(message), bootstrap.deliveries()
    first = store.begin(delivery, "a", AT)
    assert (first.attempts, first.holder) == (1, "a") if first else False
    assert store.begin(delivery, "a", AT) == first
    assert store.begin(delivery, "b", AT) is None


def test_both_secrets_sign_for_a_day_after_a_change(world: World) -> None:
    webhook = made()
    for drawn in (b"n", b"m"):  # asked for once; whoever did it died before saying so
        secret = new_secret(lambda count, drawn=drawn: drawn * count)  # type: ignore[misc]
        bootstrap.webhooks().rotate(ANA, webhook.id, Rotation("a", secret, AT + timedelta(hours=24)))
    changed = present(webhook)
    assert changed.secret == new_secret(lambda count: b"n" * count)
    assert changed.secrets(AT) == (changed.secret, webhook.secret)
    assert changed.secrets(AT + timedelta(hours=24)) == (changed.secret,)
    (message,) = told(world)
    world.deliver(message)
    assert world.requests[0][3] == 2


def test_a_new_address_starts_without_failures(world: World) -> None:
    webhook = made()
    (message,) = told(world)
    world.replies = [BROKEN]
    world.deliver(message)
    assert bootstrap.webhooks().edit(ANA, webhook.id, Edit(description="mine")).failures == 1
    assert bootstrap.webhooks().edit(ANA, webhook.id, Edit(url="https://other.example.org/")).failures == 0


def test_a_sixth_webhook_is_refused_until_one_is_deleted(world: World) -> None:  # noqa: ARG001 - the tables
    webhooks = [made(number) for number in range(5)]
    with pytest.raises(ConflictError):
        made(6)
    bootstrap.webhooks().delete(ANA, webhooks[0].id)
    made(7)
    with pytest.raises(NotFoundError):
        bootstrap.webhooks().delete(ANA, webhooks[0].id)
    with pytest.raises(ConflictError):
        made(8)


@pytest.mark.parametrize("write", ["enable", "announced", "failed", "succeeded", "disable"])
def test_no_write_brings_a_deleted_webhook_back(world: World, write: str) -> None:  # noqa: ARG001 - the tables
    webhook = made()
    store = bootstrap.webhooks()
    store.delete(ANA, webhook.id)
    writes: dict[str, Callable[[], object]] = {
        "enable": lambda: store.enable(ANA, webhook.id),
        "announced": lambda: store.announced(webhook),
        "failed": lambda: store.failed(webhook, AT),
        "succeeded": lambda: store.succeeded(webhook),
        "disable": lambda: store.disable(webhook, DisabledBecause.GONE, AT),
    }
    with pytest.raises(NotFoundError):
        writes[write]()
    assert store.of_owner(ANA) == []


def test_deliveries_end_by_themselves_and_the_newest_come_first(world: World, stores: Stores) -> None:
    webhook = made()
    told(world, *map(news, range(1, 8)))
    newest = bootstrap.deliveries().newest(webhook.id, 5)
    assert [delivery.event_id for delivery in newest] == [f"image#{number}" for number in (7, 6, 5, 4, 3)]
    items = stores.dynamodb.scan(TableName=ACCOUNTS)["Items"]
    purged = [int(item["purge_at"]["N"]) for item in items if item["sk"]["S"].startswith("D#")]
    assert min(purged) == (AT + timedelta(seconds=1) + KEPT).timestamp()
    assert len(purged) == 7


def test_a_delivery_id_follows_from_event_and_webhook() -> None:
    webhook = Webhook(WebhookId("w"), ANA, "u", (), "", "s", AT)
    assert delivery_of(news(), webhook) == delivery_of(news(), webhook)
    other = replace(webhook, id=WebhookId("v"))
    assert len({delivery_of(one, two).id for one in (news(1), news(2)) for two in (webhook, other)}) == 4
