"""Long waits for the status of an image, on a clock that moves only while somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

import functions.uploads.api
from lumenstock import bootstrap
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.awaiting import MAX_WAIT_S, await_change
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId
from tests.functions.gateway import Answer, Gateway, Person
from tests.functions.uploads.steps import move, started


@dataclass
class SleepingClock:
    """Moves by sleeping; ``at`` says what happens when it passes a time, in seconds from the start."""

    start: datetime = field(default_factory=lambda: datetime.now(UTC))
    passed_s: float = 0
    sleeps: int = 0
    at: dict[float, Callable[[], object]] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed_s)

    def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        self.passed_s += seconds
        for due_s in sorted(due_s for due_s in self.at if due_s <= self.passed_s):
            self.at.pop(due_s)()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, gateway: Gateway) -> SleepingClock:  # noqa: ARG001 - before it
    clock = SleepingClock()
    monkeypatch.setattr(bootstrap, "clock", lambda: clock)
    monkeypatch.setattr(functions.uploads.api, "sleep", clock.sleep)
    return clock


def ask(gateway: Gateway, person: Person, image_id: str, wait: object = None, etag: str = "") -> Answer:
    query = "" if wait is None else f"?wait={wait}"
    headers = {"If-None-Match": etag} if etag else {}
    return gateway.request("GET", f"/v1/images/{image_id}/status{query}", person=person, headers=headers)


def test_news_end_the_wait_at_once(gateway: Gateway, ana: Person, clock: SleepingClock) -> None:
    image_id = started(gateway, ana)
    etag = ask(gateway, ana, image_id).headers["etag"]
    clock.at[7.0] = lambda: move(image_id, Status.PROCESSING)
    answer = ask(gateway, ana, image_id, 20, etag)
    assert (answer.status, answer.json()["status"]) == (200, "processing")
    assert answer.headers["etag"] != etag
    assert 7 <= clock.passed_s <= 8


def test_without_news_the_answer_is_not_modified_when_the_wait_is_over(
    gateway: Gateway, ana: Person, clock: SleepingClock
) -> None:
    image_id = started(gateway, ana)
    etag = ask(gateway, ana, image_id).headers["etag"]
    answer = ask(gateway, ana, image_id, MAX_WAIT_S, etag)
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, "", etag)
    assert clock.passed_s == pytest.approx(MAX_WAIT_S)
    assert clock.sleeps <= 22


@pytest.mark.parametrize(("wait", "etag"), [(20, ""), (20, '"another"'), (0, "right"), (None, "right")])
def test_who_has_no_answer_yet_or_does_not_want_to_wait_is_answered_at_once(
    gateway: Gateway, ana: Person, clock: SleepingClock, wait: object, etag: str
) -> None:
    image_id = started(gateway, ana)
    present = ask(gateway, ana, image_id).headers["etag"]
    answer = ask(gateway, ana, image_id, wait, present if etag == "right" else etag)
    assert answer.status == (304 if etag == "right" else 200)
    assert clock.sleeps == 0


@pytest.mark.parametrize("wait", ["21", "-1", "long", "1.5", ""])
def test_a_wait_that_is_none_is_refused(gateway: Gateway, ana: Person, wait: str) -> None:
    answer = ask(gateway, ana, started(gateway, ana), wait)
    assert answer.code == "validation_failed"
    assert [error["pointer"] for error in answer.json()["errors"]] == ["wait"]


def test_nobody_waits_for_somebody_elses_image(gateway: Gateway, ana: Person, clock: SleepingClock) -> None:
    image_id = started(gateway, ana)
    ben = Person("22222222-aaaa-4bbb-8ccc-222222222222", ("contributor",))
    assert ask(gateway, ben, image_id, 20, "*").code == "not_found"
    assert clock.sleeps == 0


def test_an_image_that_vanishes_ends_the_wait(gateway: Gateway, clock: SleepingClock) -> None:  # noqa: ARG001
    with pytest.raises(NotFoundError):
        await_change(bootstrap.catalog(), ImageId("none"), 1, 20, clock=clock, sleep=clock.sleep)


def test_a_wait_reads_versions_and_no_rows(
    monkeypatch: pytest.MonkeyPatch, gateway: Gateway, ana: Person, clock: SleepingClock
) -> None:
    image_id = started(gateway, ana)
    etag = ask(gateway, ana, image_id).headers["etag"]
    rows: list[str] = []
    read = DynamoCatalog.get

    def read_and_count(self: DynamoCatalog, image_id: ImageId) -> Image:
        rows.append(image_id)
        return read(self, image_id)

    monkeypatch.setattr(DynamoCatalog, "get", read_and_count)
    ask(gateway, ana, image_id, 20, etag)
    assert len(rows) == 1
    assert clock.sleeps > 15
