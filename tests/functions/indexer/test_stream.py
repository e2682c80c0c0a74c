"""Batches of the catalogue's stream, some of which hold what nobody can index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.indexer import stream
from lumenstock import bootstrap
from lumenstock.adapters.aws.rows import to_item
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import UnavailableError
from lumenstock.notification.events import Event
from lumenstock.search.ports import IndexQuery, SearchIndex
from tests.conftest import Stores, forget_cached
from tests.contract.search.documents import numbers
from tests.unit.search.images import CREATED, image, vector_item

RENDERED = image(status=Status.PROCESSING, version=4)


class StoppedClock:
    """Stands at :data:`CREATED`, until it is moved."""

    def __init__(self) -> None:
        self.at = CREATED

    def now(self) -> Any:
        return self.at


class Bus:
    """Remembers what was sent; refuses while ``down``."""

    def __init__(self) -> None:
        self.sent: list[Event] = []
        self.down = False

    def send(self, events: Sequence[Event]) -> None:
        if self.down:
            raise UnavailableError
        self.sent += events


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    stopped = StoppedClock()
    monkeypatch.setattr(bootstrap, "clock", lambda: stopped)
    return stopped


@pytest.fixture
def bus(
    stores: Stores,  # noqa: ARG001 - its tables
    clock: StoppedClock,  # noqa: ARG001 - the indexer's
    set_stage: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Bus]:
    """The bus of a stage with an embedded index."""
    set_stage(SEARCH_ENGINE="embedded", SEARCH_DIR=str(tmp_path / "search"), EVENT_BUS_NAME="lumenstock")
    present = Bus()
    monkeypatch.setattr(bootstrap, "event_bus", lambda: present)
    forget_cached(stream)
    stream._failed.clear()
    yield present
    forget_cached(stream)


@pytest.fixture
def index(bus: Bus) -> SearchIndex:  # noqa: ARG001 - its stage
    return bootstrap.search_index()


def record(number: int, old: Image | None = None, new: Image | None = None) -> dict[str, Any]:
    """A record as Lambda gets it, of sequence number ``number``."""
    some = new or old
    assert some is not None
    data: dict[str, Any] = {
        "Keys": {"pk": {"S": f"IMG#{some.id}"}, "sk": {"S": "A"}},
        "SequenceNumber": str(number),
        "ApproximateCreationDateTime": CREATED.timestamp(),
    }
    data |= {"OldImage": to_item(old)} if old else {}
    data |= {"NewImage": to_item(new)} if new else {}
    return json.loads(json.dumps({"eventName": "MODIFY", "dynamodb": data}))  # type: ignore[no-any-return] # a dict


def approval(number: int) -> dict[str, Any]:
    new = image(number)
    return record(number, replace(RENDERED, id=new.id), new)


def poison(number: int) -> dict[str, Any]:
    broken = approval(number)
    broken["dynamodb"]["NewImage"]["width_px"] = {"S": "wide"}
    return broken


def consume(*records: dict[str, Any]) -> list[str]:
    answer = stream.handler({"Records": list(records)}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def found(index: SearchIndex) -> list[int]:
    return sorted(numbers(index.query(IndexQuery()).keyword))


def test_a_batch_is_indexed_and_told(bus: Bus, index: SearchIndex) -> None:
    bootstrap.catalog().put_vector(image(2).id, vector_item(2))
    assert consume(approval(1), approval(2), approval(3)) == []
    assert found(index) == [1, 2, 3]
    assert [event.type for event in bus.sent] == ["ImageApproved"] * 3
    assert index.get([image(2).id])[image(2).id].vector_f16 == vector_item(2).vector_f16


def test_items_that_are_no_rows_are_passed_over(bus: Bus, index: SearchIndex) -> None:
    vector = approval(1)
    vector["dynamodb"]["Keys"]["sk"] = {"S": "VEC#demo@1"}
    vector["dynamodb"]["NewImage"] = {"pk": {"S": "IMG#1"}, "vector": {"B": "AAAA"}}
    claim = approval(2)
    claim["dynamodb"]["Keys"]["pk"] = {"S": "UPL#x"}
    assert consume(vector, claim, approval(3)) == []
    assert found(index) == [3]
    assert len(bus.sent) == 1


def test_a_deleted_row_is_removed(bus: Bus, index: SearchIndex) -> None:
    assert consume(approval(1), record(2, old=image(1))) == []
    assert found(index) == []
    assert len(bus.sent) == 1


def test_a_record_that_fails_is_named_and_what_came_before_is_done(bus: Bus, index: SearchIndex) -> None:
    assert consume(approval(1), poison(2), approval(3)) == ["2"]
    assert found(index) == [1]
    assert len(bus.sent) == 1


def test_a_poison_record_is_set_aside_after_three_tries_and_a_minute(
    index: SearchIndex,
    clock: StoppedClock,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    batch = [poison(2), approval(3)]
    assert [consume(*batch) for _ in range(4)] == [["2"]] * 4
    clock.at += timedelta(seconds=61)
    assert "record_set_aside" not in caplog.messages
    assert consume(*batch) == []
    assert found(index) == [3]
    assert caplog.messages.count("record_set_aside") == 1
    printed = capsys.readouterr().out.splitlines()
    metrics = [json.loads(line) for line in printed if "StreamRecordsSetAside" in line]
    assert metrics[0]["StreamRecordsSetAside"] == [1.0]
    assert metrics[0]["service"] == "indexer"


def test_an_old_record_still_gets_its_three_tries(index: SearchIndex, clock: StoppedClock) -> None:
    clock.at += timedelta(hours=2)
    assert [consume(poison(2), approval(3)) for _ in range(3)] == [["2"], ["2"], []]
    assert found(index) == [3]


def test_two_poison_records_are_set_aside_one_after_the_other(
    index: SearchIndex, clock: StoppedClock
) -> None:
    clock.at += timedelta(hours=2)
    batch = [poison(1), approval(2), poison(3), approval(4)]
    named = [consume(*batch[start:]) for start in (0, 0, 0, 2, 2)]
    assert named == [["1"], ["1"], ["3"], ["3"], []]
    assert found(index) == [2, 4]


def test_a_bus_that_is_out_never_makes_a_record_poison(
    bus: Bus, index: SearchIndex, clock: StoppedClock
) -> None:
    bus.down = True
    clock.at += timedelta(hours=20)
    assert [consume(approval(1), approval(2)) for _ in range(10)] == [["1"]] * 10
    bus.down = False
    assert consume(approval(1), approval(2)) == []
    assert [event.detail["image_id"] for event in bus.sent] == [image(1).id, image(2).id]
    assert found(index) == [1, 2]


def test_a_table_that_is_throttled_never_makes_a_record_poison(
    index: SearchIndex, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ClientError

    def throttled(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "GetItem")

    clock.at += timedelta(hours=20)
    with monkeypatch.context() as patched:
        patched.setattr(bootstrap.catalog(), "get_vector", throttled)
        assert [consume(approval(1)) for _ in range(5)] == [["1"]] * 5
    assert consume(approval(1)) == []
    assert found(index) == [1]


def test_the_same_batch_twice_is_once(index: SearchIndex) -> None:
    for _ in range(2):
        assert consume(approval(1), approval(2)) == []
    assert index.query(IndexQuery()).total == 2


def test_events_reach_the_bus_as_json(stores: Stores, set_stage: Callable[..., None], tmp_path: Path) -> None:
    events, sqs = boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="lumenstock")
    queue_url = sqs.create_queue(QueueName="watcher")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventBusName="lumenstock", EventPattern='{"source": ["lumenstock"]}')
    events.put_targets(Rule="all", EventBusName="lumenstock", Targets=[{"Id": "watcher", "Arn": arn}])
    set_stage(SEARCH_ENGINE="embedded", SEARCH_DIR=str(tmp_path), EVENT_BUS_NAME="lumenstock")
    forget_cached(stream)
    try:
        assert consume(approval(1)) == []
    finally:
        forget_cached(stream)
    (message,) = stores.messages(queue_url)
    assert (message["detail-type"], message["detail"]["id"]) == ("ImageApproved", f"{image(1).id}#5")
