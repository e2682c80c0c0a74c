from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import pytest

from gpu_batch import job
from lumenstock import bootstrap, use_cases
from lumenstock.adapters.aws.queues import Received, SqsQueue
from lumenstock.catalog.image import Image, rendition_key
from lumenstock.catalog.states import Status
from lumenstock.ingest.embed_batch import EmbedBatch, Outcome
from lumenstock.ingest.embed_message import EmbedRequest
from tests.conftest import DERIVATIVES, Stores
from tests.unit.ingest.rendered import rendered
from tools.train_demo import MODEL_FOLDER


@pytest.fixture(autouse=True)
def _stage(stores: Stores, set_stage: Callable[..., None], tmp_path: Path) -> None:  # noqa: ARG001 - before it
    set_stage(
        SEARCH_ENGINE="embedded",
        SEARCH_DIR=str(tmp_path),
        MODEL_DIR=str(MODEL_FOLDER),
        REVIEW="auto",
        APPROVE_UNSCORED="true",
    )


def send(stores: Stores, *numbers: int) -> list[Image]:
    rows = [rendered(bootstrap.catalog(), stores, number) for number in numbers]
    for row in rows:
        bootstrap.embed_live_queue().send({"image_id": row.id, "rev": row.rev})
    return rows


def statuses(rows: Sequence[Image]) -> list[Status]:
    return [bootstrap.catalog().get(row.id).status for row in rows]


def waiting(stores: Stores) -> tuple[int, int]:
    """Messages that can be seen, and messages in hand."""
    answer = stores.sqs.get_queue_attributes(
        QueueUrl=stores.embed_live_queue_url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )
    found = answer["Attributes"]
    seen, in_hand = found["ApproximateNumberOfMessages"], found["ApproximateNumberOfMessagesNotVisible"]
    return int(seen), int(in_hand)


class SignalWhileWorking:
    """The real batch, but the process gets SIGTERM while it works."""

    def __init__(self, batch: EmbedBatch) -> None:
        self._batch = batch

    def run(self, requests: Sequence[EmbedRequest]) -> list[Outcome]:
        signal.raise_signal(signal.SIGTERM)
        return self._batch.run(requests)


class StopAfterOne:
    """The real batch, but the signal to stop comes while it works."""

    def __init__(self, batch: EmbedBatch, stop: Event) -> None:
        self._batch, self._stop = batch, stop

    def run(self, requests: Sequence[EmbedRequest]) -> list[Outcome]:
        self._stop.set()
        return self._batch.run(requests)


class StopWhileReceiving(SqsQueue):
    """The real queue, but the signal to stop comes while messages are taken from it."""

    stop: Event

    def receive(self, limit: int, wait_s: int, hold_s: int | None = None) -> list[Received]:
        self.stop.set()
        return super().receive(limit, wait_s, hold_s)


def test_the_queue_is_drained_once_and_every_image_approved(stores: Stores) -> None:
    rows = send(stores, *range(1, 13))
    assert job.drain(bootstrap.embed_live_queue(), use_cases.embed_batch(), Event()) == 12
    assert set(statuses(rows)) == {Status.APPROVED}
    assert waiting(stores) == (0, 0)


def test_a_message_that_must_come_again_is_left_until_its_visibility_ends(stores: Stores) -> None:
    good, bad = send(stores, 1, 2)
    stores.s3.delete_object(Bucket=DERIVATIVES, Key=rendition_key(bad.media_key, 1, "300"))
    assert job.drain(bootstrap.embed_live_queue(), use_cases.embed_batch(), Event()) == 1
    assert statuses([good, bad]) == [Status.APPROVED, Status.PROCESSING]
    assert waiting(stores) == (0, 1)


def test_a_signal_lets_the_batch_in_hand_finish_and_takes_no_other(stores: Stores) -> None:
    rows = send(stores, *range(1, 36))
    stop = Event()
    batch = StopAfterOne(use_cases.embed_batch(), stop)
    assert job.drain(bootstrap.embed_live_queue(), batch, stop) == 32  # type: ignore[arg-type]
    assert statuses(rows).count(Status.APPROVED) == 32
    assert waiting(stores) == (3, 0)


def test_a_signal_before_the_work_begins_gives_everything_back_at_once(stores: Stores) -> None:
    rows = send(stores, 1, 2)
    queue = StopWhileReceiving(stores.sqs, stores.embed_live_queue_url)
    queue.stop = Event()
    assert job.drain(queue, use_cases.embed_batch(), queue.stop) == 0
    assert set(statuses(rows)) == {Status.PROCESSING}
    assert waiting(stores) == (2, 0)


def test_the_process_ends_well_after_a_sigterm_with_the_batch_in_hand_done(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = send(stores, *range(1, 34))
    working = SignalWhileWorking(use_cases.embed_batch())
    monkeypatch.setattr(use_cases, "embed_batch", lambda: working)
    handler = signal.getsignal(signal.SIGTERM)
    try:
        assert job.main() == 0
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert statuses(rows).count(Status.APPROVED) == 32
    assert waiting(stores) == (1, 0)


def test_the_job_of_a_backfill_drains_the_other_queue(stores: Stores) -> None:
    (live,) = send(stores, 1)
    bulk = rendered(bootstrap.catalog(), stores, 2)
    bootstrap.embed_bulk_queue().send({"image_id": bulk.id, "rev": bulk.rev})
    handler = signal.getsignal(signal.SIGTERM)
    try:
        assert job.main(["bulk"]) == 0
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert statuses([live, bulk]) == [Status.PROCESSING, Status.APPROVED]
