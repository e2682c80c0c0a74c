"""A delivery that one worker has in hand is left alone by all others, unless that one died."""

from __future__ import annotations

import pytest

from lumenstock import bootstrap
from lumenstock.notification.delivery import HELD, DeliveryStatus
from lumenstock.notification.ports import Attempt
from tests.unit.notification.world import AT, World, known, made, news, told


def test_what_another_worker_is_sending_comes_again_when_that_one_is_done(world: World) -> None:
    made()
    first, again = told(world, news(), news())
    begun = bootstrap.deliveries().begin(known(first), "another", AT)
    assert begun
    assert not world.deliver(again)
    assert (world.requests, world.rests) == ([], [60])
    bootstrap.deliveries().tried(begun, Attempt(DeliveryStatus.DELIVERED, AT, 200))
    assert world.deliver(again)
    assert world.requests == []


def test_what_a_worker_left_behind_that_died_is_sent_by_the_next(world: World) -> None:
    made()
    (message,) = told(world)
    assert bootstrap.deliveries().begin(known(message), "dead", AT)
    world.now_ += HELD
    assert world.deliver(message)
    assert len(world.requests) == 1
    assert (known(message).status, known(message).attempts) == (DeliveryStatus.DELIVERED, 2)


def test_whoever_is_slower_to_begin_leaves_the_message_in_the_queue(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made()
    (message,) = told(world)
    seen = known(message)
    assert bootstrap.deliveries().begin(seen, "faster", AT)
    monkeypatch.setattr(type(bootstrap.deliveries()), "find", lambda *_: seen)
    assert not world.deliver(message)
    assert (world.requests, world.rests) == ([], [60])
