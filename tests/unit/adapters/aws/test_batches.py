"""What DynamoDB did not take at once is asked for again, and not for ever."""

from __future__ import annotations

import pytest

from lumenstock.adapters.aws import batches, clients
from lumenstock.adapters.aws.attributes import Item
from lumenstock.kernel.errors import UnavailableError
from tests.conftest import CATALOG, Stores

ITEMS: list[Item] = [{"pk": {"S": f"P#{number}"}, "sk": {"S": "A"}} for number in range(60)]


class Busy:
    """A client of a table that takes a few of a batch and leaves the rest."""

    def __init__(self, stores: Stores, most: int) -> None:
        self._client, self._most, self.calls = stores.dynamodb, most, 0

    def batch_get_item(self, **request: object) -> object:
        self.calls += 1
        (asked,) = request["RequestItems"].values()  # type: ignore[attr-defined]
        taken, left = asked["Keys"][: self._most], asked["Keys"][self._most :]
        found = []
        if taken:
            found = self._client.batch_get_item(RequestItems={CATALOG: {"Keys": taken}})["Responses"][CATALOG]
        return {"Responses": {CATALOG: found}, "UnprocessedKeys": {CATALOG: {"Keys": left}} if left else {}}

    def batch_write_item(self, **request: object) -> object:
        self.calls += 1
        (asked,) = request["RequestItems"].values()  # type: ignore[attr-defined]
        taken, left = asked[: self._most], asked[self._most :]
        if taken:
            self._client.batch_write_item(RequestItems={CATALOG: taken})
        return {"UnprocessedItems": {CATALOG: left} if left else {}}


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it rested."""
    kept: list[float] = []
    monkeypatch.setattr("lumenstock.adapters.aws.batches.time.sleep", kept.append)
    return kept


def put(stores: Stores, *, most: int = 25) -> Busy:
    busy = Busy(stores, most)
    batches.put_all(busy, CATALOG, ITEMS)  # type: ignore[arg-type] # what is used of a client
    return busy


def read(stores: Stores, *, most: int) -> tuple[Busy, list[str]]:
    busy = Busy(stores, most)
    found = batches.get_all(busy, CATALOG, ITEMS)  # type: ignore[arg-type] # what is used of a client
    return busy, sorted(item["pk"]["S"] for item in found)


def test_more_than_one_call_can_take_is_written_and_read(stores: Stores, rests: list[float]) -> None:
    assert put(stores).calls == 3
    busy, found = read(stores, most=100)
    assert (busy.calls, found) == (1, sorted(item["pk"]["S"] for item in ITEMS))
    assert rests == []


def test_what_was_left_is_asked_for_again_after_ever_longer_rests(stores: Stores, rests: list[float]) -> None:
    assert put(stores, most=10).calls == 3 + 3 + 1
    rests.clear()
    busy, found = read(stores, most=13)
    assert (busy.calls, len(found)) == (5, 60)
    assert [round(rest / 0.01 / 2**step) for step, rest in enumerate(rests)] == [1] * 4


@pytest.mark.usefixtures("rests")
def test_it_ends_with_a_retryable_error_when_nothing_is_taken(stores: Stores) -> None:
    with pytest.raises(UnavailableError, match="25 of 25 items were not written") as refused:
        put(stores, most=0)
    assert refused.value.retryable
    with pytest.raises(UnavailableError, match="60 of 60 items were not read"):
        read(stores, most=0)


def test_nothing_is_asked_for_nothing(stores: Stores) -> None:
    busy = Busy(stores, 0)
    assert list(batches.get_all(busy, CATALOG, [])) == []  # type: ignore[arg-type] # what is used of a client
    batches.put_all(busy, CATALOG, [])  # type: ignore[arg-type] # as above
    assert busy.calls == 0


@pytest.mark.usefixtures("stores")
def test_more_than_a_hundred_are_refused() -> None:
    with pytest.raises(ValueError, match="At most 100"):
        list(batches.get_all(clients.dynamodb(), CATALOG, ITEMS * 2))
