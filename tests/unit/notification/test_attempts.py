"""What follows from an answer, over real stores of moto and a receiver that answers as told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_hex

import pytest

from lumenstock import bootstrap
from lumenstock.kernel.errors import ConflictError, UnavailableError
from lumenstock.kernel.ids import UserId
from lumenstock.notification.attempts import MAX_REST_S, Deliverer, Message, Patience
from lumenstock.notification.delivery import Delivery, DeliveryStatus
from lumenstock.notification.events import EventType
from lumenstock.notification.fan_out import replay, send_test
from lumenstock.notification.ports import Reply
from lumenstock.notification.webhook import DisabledBecause
from tests.unit.notification.world import (
    ANA,
    AT,
    BROKEN,
    GONE,
    OK,
    SILENT,
    World,
    known,
    made,
    news,
    present,
    told,
)


def test_an_event_goes_to_every_webhook_that_asked_for_its_type(world: World) -> None:
    first, second = made(1), made(2, events=(EventType.IMAGE_APPROVED,))
    made(3, events=(EventType.IMAGE_REJECTED,))
    made(4, owner=UserId("ben"))
    messages = told(world)
    assert {message["webhook_id"] for message in messages} == {first.id, second.id}
    assert all(world.deliver(message) for message in messages)
    assert {request[0] for request in world.requests} == {first.url, second.url}
    assert {request[1] for request in world.requests} == {"image#1"}


def test_telling_twice_sends_once(world: World) -> None:
    made()
    messages = told(world, news(), news())
    assert len(messages) == 2
    assert [world.deliver(message) for message in messages] == [True, True]
    assert len(world.requests) == 1


def test_a_body_is_thin_and_the_same_each_time(world: World) -> None:
    made()
    (message,) = told(world)
    world.replies = [BROKEN, OK]
    world.deliver(message)
    world.deliver(message)
    assert [request[2] for request in world.requests] == [
        '{"type": "ImageApproved", "timestamp": "2026-11-20T12:00:01.000Z", "data": {"imageId": "image"}}'
    ] * 2


def test_what_fails_comes_again_after_growing_rests_and_then_no_more(world: World) -> None:
    made()
    (message,) = told(world)
    world.replies = [BROKEN, SILENT, Reply(301), BROKEN]
    assert [world.deliver(message) for _ in range(4)] == [False, False, False, True]
    assert world.rests == [5, 60, 600]
    delivery = known(message)
    assert (delivery.status, delivery.attempts, delivery.status_code) == (DeliveryStatus.FAILED, 4, 500)
    assert world.deliver(message)
    assert len(world.requests) == 4


def test_a_receiver_that_recovers_gets_it_and_its_failures_are_forgotten(world: World) -> None:
    webhook = made()
    (message,) = told(world)
    world.replies = [SILENT, OK]
    assert not world.deliver(message)
    waiting = known(message)
    assert (waiting.status, waiting.error, waiting.next_at) == (
        DeliveryStatus.WAITING,
        "timeout",
        AT + timedelta(seconds=5),
    )
    assert (present(webhook).failures, present(webhook).failing_since) == (1, AT)
    assert world.deliver(message)
    arrived = known(message)
    assert (arrived.status, arrived.status_code, arrived.error, arrived.next_at) == (
        DeliveryStatus.DELIVERED,
        200,
        None,
        None,
    )
    assert (present(webhook).failures, present(webhook).failing_since) == (0, None)


def test_a_receiver_that_is_gone_is_disabled_at_once_and_the_bus_is_told(world: World) -> None:
    webhook = made()
    first, second = told(world, news(1), news(2))
    world.replies = [GONE]
    assert world.deliver(first)
    disabled = present(webhook)
    assert (disabled.enabled, disabled.disabled_because) == (False, DisabledBecause.GONE)
    assert [
        (event.type, event.detail["contributor_id"], event.detail["because"]) for event in world.told
    ] == [("WebhookDisabled", ANA, "gone")]
    assert world.deliver(second)
    assert known(second).error == "webhook_disabled"
    assert len(world.requests) == len(world.told) == 1
    assert told(world, news(3)) == []


def test_a_receiver_is_disabled_after_failing_often_and_long_and_not_before(world: World) -> None:
    webhook = made()
    world.replies = [BROKEN]
    world.patience = replace(world.patience, delays_s=(5,) * 10)
    (message,) = told(world)
    for _ in range(6):
        world.deliver(message)
    assert present(webhook).enabled, "often, but not long"
    bootstrap.webhooks().enable(ANA, webhook.id)
    world.deliver(message)
    world.now_ += timedelta(hours=1)
    world.deliver(message)
    assert present(webhook).enabled, "long, but not often"
    for _ in range(3):
        world.deliver(message)
    assert present(webhook).disabled_because is DisabledBecause.FAILING


def test_the_bus_is_told_of_a_disabled_webhook_even_if_it_was_out(world: World) -> None:
    webhook = made()
    (message,) = told(world)
    world.replies, world.bus_down = [GONE], True
    with pytest.raises(UnavailableError):
        world.deliver(message)
    assert world.told == []
    world.bus_down = False
    assert world.deliver(message)
    assert [event.detail["webhook_id"] for event in world.told] == [webhook.id]
    assert present(webhook).announced


def test_an_enabled_webhook_starts_anew(world: World) -> None:
    webhook = made()
    (message,) = told(world)
    world.replies = [GONE]
    world.deliver(message)
    enabled = bootstrap.webhooks().enable(ANA, webhook.id)
    assert (enabled.enabled, enabled.failures, enabled.announced, enabled.disabled_because) == (
        True,
        0,
        False,
        None,
    )
    world.replies = [OK]
    (message,) = told(world, news(2))
    assert world.deliver(message)
    assert known(message).status is DeliveryStatus.DELIVERED


def test_a_backlog_of_failures_does_not_grow(world: World) -> None:
    """What rests is held by the queue, which holds only so many for all webhooks together."""
    made()
    world.replies = [BROKEN]
    world.patience = replace(world.patience, backlog_failures=3)
    messages = told(world, *map(news, range(1, 5)))
    assert [world.deliver(message) for message in messages] == [False, False, True, True]


def test_no_rest_is_longer_than_a_queue_can_hide(world: World) -> None:
    patience = Patience((MAX_REST_S,), 1, 1, 100)
    assert patience.rest_s(1, made(), 0.99) == MAX_REST_S
    assert world.patience.rest_s(1, made(2), 0.99) == 6


def test_a_test_is_sent_once_also_to_a_disabled_webhook_and_counts_for_nothing(world: World) -> None:
    webhook = bootstrap.webhooks().disable(made(), DisabledBecause.GONE, AT)
    started = send_test(
        ANA,
        webhook.id,
        webhooks=bootstrap.webhooks(),
        deliveries=bootstrap.deliveries(),
        outbox=world.outbox(),
        now=AT,
        random_bytes=bytes,
    )
    world.replies = [BROKEN]
    assert world.deliver(world.queued[0])
    assert (known(world.queued[0]).status, known(world.queued[0]).type) == (
        DeliveryStatus.FAILED,
        "WebhookTest",
    )
    assert started.body.startswith('{"type": "WebhookTest"')
    assert present(webhook).failures == 0
    assert world.rests == []


def test_a_replay_sends_the_same_message_again_with_all_its_attempts(world: World) -> None:
    webhook = made()
    (message,) = told(world)
    world.replies = [BROKEN, BROKEN, BROKEN, BROKEN, BROKEN, OK]
    for _ in range(4):
        world.deliver(message)
    world.queued.clear()
    again = replay(
        ANA,
        webhook.id,
        known(message).id,
        webhooks=bootstrap.webhooks(),
        deliveries=bootstrap.deliveries(),
        outbox=world.outbox(),
    )
    assert (again.status, again.round, again.attempts) == (DeliveryStatus.WAITING, 2, 0)
    (second,) = world.queued
    assert world.deliver(message), "a message of the first round is out of date"
    assert [world.deliver(second), world.deliver(second)] == [False, True]
    assert known(second).status is DeliveryStatus.DELIVERED
    assert len({request[1:3] for request in world.requests}) == 1


def test_nothing_is_replayed_to_a_disabled_webhook(world: World) -> None:
    webhook = made()
    (message,) = told(world)
    bootstrap.webhooks().disable(webhook, DisabledBecause.FAILING, AT)
    with pytest.raises(ConflictError):
        replay(
            ANA,
            webhook.id,
            known(message).id,
            webhooks=bootstrap.webhooks(),
            deliveries=bootstrap.deliveries(),
            outbox=world.outbox(),
        )


def test_what_a_deleted_webhook_waited_for_is_dropped(world: World) -> None:
    webhook = made()
    (message,) = told(world)
    bootstrap.webhooks().delete(ANA, webhook.id)
    assert world.deliver(message)
    assert world.requests == []


def test_a_late_failure_does_not_undo_a_success(world: World) -> None:
    """The queue may give a message to two at once."""
    made()
    (message,) = told(world)
    before = known(message)
    world.deliver(message)
    late = Deliverer(
        bootstrap.webhooks(),
        Late(before),  # type: ignore[arg-type]
        world.sender(),
        world,
        world,
        world.patience,
        clock=world,
        random=lambda: 0.0,
        token=lambda: token_hex(8),
    )
    world.replies = [BROKEN]
    late.deliver(Message(receipt="receipt", **message))  # type: ignore[arg-type]
    assert known(message).status is DeliveryStatus.DELIVERED


@dataclass
class Late:
    """Reads what was there before, and writes as everybody does."""

    before: Delivery

    def find(self, *_: object) -> Delivery:
        return self.before

    def __getattr__(self, name: str) -> object:
        return getattr(bootstrap.deliveries(), name)
