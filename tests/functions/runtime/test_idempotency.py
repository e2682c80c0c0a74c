from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.runtime.idempotency import once
from functions.runtime.principal import Principal
from functions.runtime.schema import AnswerModel, RequestModel
from lumenstock import bootstrap
from lumenstock.adapters.aws.idempotency import Claim
from lumenstock.kernel.errors import IdempotencyKeyReusedError, RequestInProgressError
from lumenstock.kernel.ids import UserId
from tests.conftest import Stores

pytestmark = pytest.mark.usefixtures("stores")


class Drawn(AnswerModel):
    """A number from a counter."""

    ticket_no: int


class Wish(RequestModel):
    """What is wanted."""

    name: str


class Counter:
    """Gives each caller the next number, or fails the first ``failures`` times."""

    def __init__(self, failures: int = 0) -> None:
        self.drawn = 0
        self.failures = failures

    def draw(self, _: Claim) -> Drawn:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.drawn += 1
        return Drawn(ticket_no=self.drawn)


def person(user_id: str = "u1") -> Principal:
    return Principal(UserId(user_id), user_id, frozenset(), "")


def draw(
    counter: Counter, key: str | None = "k", *, user: str = "u1", path: str = "/p", name: str = "a"
) -> int:
    wish = Wish.model_validate({"name": name})
    return once(counter.draw, Drawn, key=key, caller=person(user), path=path, body=wish).ticket_no


def test_the_same_request_twice_is_done_once() -> None:
    counter = Counter()
    assert [draw(counter), draw(counter)] == [1, 1]


def test_calls_without_a_key_are_never_merged() -> None:
    counter = Counter()
    assert [draw(counter, None), draw(counter, None)] == [1, 2]


def test_another_key_person_or_path_is_another_request() -> None:
    counter = Counter()
    draws = [draw(counter), draw(counter, "k2"), draw(counter, user="u2"), draw(counter, path="/q")]
    assert draws == [1, 2, 3, 4]


def test_the_same_key_with_another_body_is_refused() -> None:
    counter = Counter()
    draw(counter)
    with pytest.raises(IdempotencyKeyReusedError):
        draw(counter, name="b")


def test_after_a_failure_the_same_key_may_be_tried_again() -> None:
    counter = Counter(failures=1)
    with pytest.raises(ConnectionError):
        draw(counter)
    assert draw(counter) == 1


def test_a_claim_whose_answer_was_lost_is_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It arrives, its answer does not, and botocore sends it again."""
    client = bootstrap.idempotency()._client
    put = client.put_item

    def twice(**request: Any) -> Any:
        monkeypatch.setattr(client, "put_item", put)
        put(**request)
        return put(**request)

    monkeypatch.setattr(client, "put_item", twice)
    counter = Counter()
    assert [draw(counter), draw(counter)] == [1, 1]


def test_a_request_that_is_being_worked_on_is_refused() -> None:
    counter = Counter()
    with pytest.raises(RequestInProgressError):
        once(lambda _: Drawn(ticket_no=draw(counter)), Drawn, key="k", caller=person(), path="/p",
             body=Wish.model_validate({"name": "a"}))  # fmt: skip
    assert counter.drawn == 0


class At:
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def test_an_attempt_that_died_is_taken_over_and_cannot_write_over_its_successor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = At(datetime(2026, 11, 21, microsecond=123_456, tzinfo=UTC))
    monkeypatch.setattr(bootstrap, "clock", lambda: clock)
    counter = Counter()
    claims: list[Claim] = []

    def quick(claim: Claim) -> Drawn:
        claims.append(claim)
        return counter.draw(claim)

    def slow(claim: Claim) -> Drawn:
        claims.append(claim)
        clock.moment += timedelta(seconds=31)
        with pytest.raises(IdempotencyKeyReusedError):
            draw(counter, name="b")
        taken_over = once(quick, Drawn, key="k", caller=person(), path="/p", body=wish)  # while we hang
        assert taken_over.ticket_no == 1
        return Drawn(ticket_no=99)

    wish = Wish.model_validate({"name": "a"})
    assert once(slow, Drawn, key="k", caller=person(), path="/p", body=wish).ticket_no == 99
    assert draw(counter) == 1
    assert claims[0] == claims[1]


def test_an_answer_is_forgotten_after_its_time(monkeypatch: pytest.MonkeyPatch, stores: Stores) -> None:
    clock = At(datetime(2026, 11, 21, tzinfo=UTC))
    monkeypatch.setattr(bootstrap, "clock", lambda: clock)
    counter = Counter()
    draw(counter)
    (item,) = stores.dynamodb.scan(TableName="idempotency")["Items"]
    assert int(item["expires_at"]["N"]) == int((clock.moment + timedelta(hours=24)).timestamp())
    clock.moment += timedelta(hours=24, seconds=1)
    assert draw(counter) == 2


def test_of_many_at_once_one_is_done() -> None:
    counter = Counter()
    outcomes: list[int | type[Exception]] = []

    def attempt() -> None:
        try:
            outcomes.append(draw(counter))
        except RequestInProgressError as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.drawn == 1
    assert set(outcomes) <= {1, RequestInProgressError}
