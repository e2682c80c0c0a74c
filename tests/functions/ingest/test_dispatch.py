"""The queue's consumer on the stores: messages as SQS delivers them, rows as they then stand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.ingest import dispatch
from lumenstock import bootstrap
from lumenstock.adapters.aws.queues import object_created
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from tests.conftest import ORIGINALS
from tests.functions.ingest.conftest import T0, Pipeline
from tests.pictures import jpeg


@dataclass
class Run:
    succeeded: bool
    cause: str = "States.TaskFailed"


@dataclass
class FakeMachine:
    """Fails for the images in ``failing``."""

    failing: set[str] = field(default_factory=set)
    ran: list[str] = field(default_factory=list)
    meeting: threading.Barrier | None = None

    def run(self, task: Mapping[str, object]) -> Run:
        if self.meeting:
            self.meeting.wait(timeout=10)
        self.ran.append(str(task["image_id"]))
        return Run(succeeded=task["image_id"] not in self.failing)


@pytest.fixture
def machine(set_stage: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    set_stage(RETRY_DELAYS_S="[0,0,0]", MAX_RECEIVES="3")
    machine = FakeMachine()
    monkeypatch.setattr(bootstrap, "ingest_machine", lambda: machine)
    return machine


def receive(pipeline: Pipeline) -> list[dict[str, Any]]:
    """A batch as the event source mapping hands it over."""
    answer = pipeline.stores.sqs.receive_message(
        QueueUrl=pipeline.stores.ingest_queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
    )
    return [
        {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
        }
        for message in answer.get("Messages", [])
    ]


def work(pipeline: Pipeline) -> list[str]:
    """Receive a batch, dispatch it, delete what is done: what the mapping does. The ids that come back."""
    records = receive(pipeline)
    answer = dispatch.handler({"Records": records}, None)
    failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
    for record in records:
        if record["messageId"] not in failed:
            pipeline.stores.sqs.delete_message(
                QueueUrl=pipeline.stores.ingest_queue_url, ReceiptHandle=record["receiptHandle"]
            )
    return failed


def uploaded(pipeline: Pipeline, number: int) -> Image:
    image = pipeline.upload(jpeg(40, 30, seed=number), f"01HZY0000000000000000000{number:02d}")
    bootstrap.ingest_queue().send(object_created(ORIGINALS, image.source.key))
    return image


def test_a_batch_runs_once_for_each_image_and_at_the_same_time(
    pipeline: Pipeline, machine: FakeMachine
) -> None:
    images = [uploaded(pipeline, number) for number in range(5)]
    machine.meeting = threading.Barrier(5)
    assert work(pipeline) == []
    assert sorted(machine.ran) == [image.id for image in images]
    assert receive(pipeline) == []


def test_one_bad_image_of_ten_comes_back_alone(pipeline: Pipeline, machine: FakeMachine) -> None:
    images = [uploaded(pipeline, number) for number in range(10)]
    machine.failing = {images[4].id}
    assert len(work(pipeline)) == 1
    machine.ran.clear()
    work(pipeline)
    assert machine.ran == [images[4].id]


def test_poison_is_received_three_times_then_set_aside_and_its_row_says_so(
    pipeline: Pipeline, machine: FakeMachine
) -> None:
    image = uploaded(pipeline, 1)
    machine.failing = {image.id}
    for status in (Status.UPLOADING, Status.UPLOADING, Status.PROCESSING_FAILED):
        assert len(work(pipeline)) == 1
        assert pipeline.row(image).status is status
    assert receive(pipeline) == []
    assert len(pipeline.stores.messages(pipeline.stores.ingest_dlq_url)) == 1
    row = pipeline.row(image)
    assert [(reason.code, reason.needs_new_upload) for reason in row.reasons] == [
        ("processing_failed", False)
    ]
    assert len(machine.ran) == 3


def test_an_image_that_ended_otherwise_is_not_called_failed(pipeline: Pipeline, machine: FakeMachine) -> None:
    image = uploaded(pipeline, 1)
    machine.failing = {image.id}
    work(pipeline)
    work(pipeline)
    approved = bootstrap.catalog().update(
        image.id, lambda present: present.moved(Status.PROCESSING, T0).moved(Status.APPROVED, T0)
    )
    work(pipeline)
    assert pipeline.row(image) == approved


def test_a_catalogue_that_is_down_leaves_the_message_to_the_dead_letter_queue_and_the_row_to_the_sweeper(
    pipeline: Pipeline, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = uploaded(pipeline, 1), uploaded(pipeline, 2)
    machine.failing = {bad.id}
    monkeypatch.setattr(bootstrap.catalog(), "update", None)
    for _ in range(3):
        work(pipeline)
    assert machine.ran.count(good.id) == 1, "the other message of the batch must not be dragged along"
    assert pipeline.row(bad).status is Status.UPLOADING


@pytest.mark.parametrize(
    "body",
    [
        "not JSON",
        "[]",
        "{}",
        '{"detail": null}',
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"}),
        json.dumps(object_created(ORIGINALS, "originals/short.jpg")),
        json.dumps(object_created(ORIGINALS, "bulk/2026/a.jpg")),
    ],
)
def test_what_is_not_ours_is_acknowledged(pipeline: Pipeline, machine: FakeMachine, body: str) -> None:
    pipeline.stores.sqs.send_message(QueueUrl=pipeline.stores.ingest_queue_url, MessageBody=body)
    assert (work(pipeline), machine.ran) == ([], [])


def test_keys_are_taken_as_they_are() -> None:
    key = "originals/a b+ü/2026/01/02/01HZY0000000000000000000A1.jpg"
    record = {
        "body": json.dumps(object_created("b", key)),
        "receiptHandle": "r",
        "attributes": {"ApproximateReceiveCount": "2"},
    }
    delivery = dispatch.delivery_of(record)
    assert delivery is not None
    assert (delivery.bucket, delivery.key, delivery.receives) == ("b", key, 2)


@pytest.mark.usefixtures("pipeline", "machine")
def test_an_empty_batch_is_done() -> None:
    assert dispatch.handler({"Records": []}, None) == {"batchItemFailures": []}
