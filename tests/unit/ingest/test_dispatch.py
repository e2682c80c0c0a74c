"""The dispatcher, with a machine and a queue that do as told; its writes to rows are tested on the stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.dispatch import Delivery, Dispatcher, RetryPolicy
from lumenstock.kernel.errors import NotFoundError

KEY = "originals/ann/2026/01/02/01HZY0000000000000000000A1.jpg"


@dataclass
class Run:
    succeeded: bool
    cause: str = ""


@dataclass
class FakeMachine:
    """Ends as told, and remembers what it was given."""

    end: Run | Exception
    given: list[Mapping[str, object]] = field(default_factory=list)

    def run(self, task: Mapping[str, object]) -> Run:
        self.given.append(task)
        if isinstance(self.end, Exception):
            raise self.end
        return self.end


@dataclass
class FakeInbox:
    """Remembers rests by receipt, or breaks."""

    broken: bool = False
    rests: dict[str, int] = field(default_factory=dict)

    def delay(self, receipt_handle: str, seconds: int) -> None:
        if self.broken:
            raise ConnectionError
        self.rests[receipt_handle] = seconds


class NoRows:
    """A catalogue without a row."""

    def update(self, *_: object) -> None:
        raise NotFoundError


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


def dispatcher(machine: FakeMachine, inbox: FakeInbox, jitter: float = 0.5) -> Dispatcher:
    policy = RetryPolicy(delays_s=(60, 300, 900), max_receives=3)
    catalog = cast("CatalogStore", NoRows())
    return Dispatcher(catalog, inbox, machine, policy, clock=FixedClock(), random=lambda: jitter)


def delivery(receives: int = 1, key: str = KEY) -> Delivery:
    return Delivery(receipt="r", receives=receives, bucket="originals", key=key)


def test_a_run_that_succeeds_ends_the_message() -> None:
    machine, inbox = FakeMachine(Run(succeeded=True)), FakeInbox()
    outcome = dispatcher(machine, inbox).deliver(delivery())
    assert outcome.done
    assert inbox.rests == {}
    assert machine.given == [{"image_id": "01HZY0000000000000000000A1", "bucket": "originals", "key": KEY}]


@pytest.mark.parametrize("key", ["bulk/a.jpg", "originals/ann/a.jpg", "", "originals/a/b/c/d/e/f.jpg"])
def test_a_foreign_key_is_acknowledged_and_not_run(key: str) -> None:
    machine = FakeMachine(Run(succeeded=True))
    outcome = dispatcher(machine, FakeInbox()).deliver(delivery(key=key))
    assert (outcome.done, outcome.image_id, machine.given) == (True, None, [])


@pytest.mark.parametrize("end", [Run(succeeded=False, cause="States.TaskFailed"), TimeoutError("no answer")])
@pytest.mark.parametrize(("receives", "rest_s"), [(1, 60), (2, 300), (3, 0), (4, 0)])
def test_a_run_that_fails_comes_back_later_and_at_last_not(
    end: Run | Exception, receives: int, rest_s: int
) -> None:
    inbox = FakeInbox()
    outcome = dispatcher(FakeMachine(end), inbox).deliver(delivery(receives))
    assert not outcome.done
    assert inbox.rests == {"r": rest_s}


def test_the_cause_is_for_the_log() -> None:
    failed = dispatcher(FakeMachine(Run(succeeded=False, cause="Boom")), FakeInbox()).deliver(delivery())
    broken = dispatcher(FakeMachine(TimeoutError("no answer")), FakeInbox(broken=True)).deliver(delivery())
    assert (failed.note, broken.note) == ("Boom", "TimeoutError: no answer; then ConnectionError: ")


def test_a_queue_that_does_not_answer_fails_this_message_only() -> None:
    outcome = dispatcher(FakeMachine(Run(succeeded=False)), FakeInbox(broken=True)).deliver(delivery())
    assert not outcome.done


@given(st.integers(1, 20), st.floats(0, 1, exclude_max=True))
def test_rests_stay_within_half_of_what_the_stage_says(receives: int, jitter: float) -> None:
    policy = RetryPolicy(delays_s=(60, 300, 900), max_receives=3)
    base_s = (60, 300, 900)[min(receives, 3) - 1]
    assert base_s / 2 <= policy.delay_s(receives, jitter) <= base_s * 1.5


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_jitter_spreads_the_rests(one: float, other: float) -> None:
    policy = RetryPolicy(delays_s=(1000,), max_receives=3)
    if abs(one - other) > 0.01:
        assert policy.delay_s(1, one) != policy.delay_s(1, other)
