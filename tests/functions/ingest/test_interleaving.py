"""Two runs of the pipeline for one upload, the second one inside the first at every single store call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.aws import clients
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from tests.functions.ingest.conftest import Pipeline
from tests.pictures import exif_with_everything, jpeg

BODY = jpeg(560, 400, exif=exif_with_everything())
DAMAGED = BODY[: len(BODY) * 2 // 3] + b"\xff\xd9"
STEPS = 16  # store calls of one run; the count is itself tested


class Calls:
    """Counts the calls of the AWS clients, and does something in the middle of one."""

    def __init__(self) -> None:
        self.count = 0
        self.at: int | None = None
        self.then: Callable[[], object] = lambda: None
        for client in (clients.s3(), clients.dynamodb(), clients.sqs()):
            client.meta.events.register("before-call", self._called)

    def _called(self, **_: Any) -> None:
        self.count += 1
        if self.count == self.at:
            self.at = None
            self.then()


def outcome(pipeline: Pipeline, image: Image) -> tuple[Image, object, dict[str, bytes]]:
    """All that a run leaves behind, but for how often the row was written."""
    row = pipeline.row(image)
    return replace(row, version=0), bootstrap.catalog().get_technical(image.id), pipeline.stores.derivatives()


def test_a_run_makes_as_many_calls_as_are_interleaved_below(pipeline: Pipeline) -> None:
    image = pipeline.upload(BODY)
    calls = Calls()
    pipeline.run(image)
    assert calls.count == STEPS + 1  # and the look at the row at its end


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_a_second_run_in_the_midst_of_the_first_changes_nothing(pipeline: Pipeline, step: int) -> None:
    image = pipeline.upload(BODY)
    calls = Calls()
    calls.at, calls.then = step, lambda: pipeline.run(image)
    pipeline.run(image)
    row, technical, files = outcome(pipeline, image)
    assert (row.status, row.renditions) == (Status.PROCESSING, ("512", "300", "preview"))
    assert technical == bootstrap.catalog().get_technical(image.id) != {}
    assert {key.rsplit("/", 1)[1] for key in files} == {"512.webp", "300.webp", "preview.webp"}
    asked = pipeline.stores.messages(pipeline.stores.embed_live_queue_url)
    assert asked == [{"image_id": image.id, "rev": 1}] * 2
    settled = outcome(pipeline, image)
    pipeline.run(image)
    assert outcome(pipeline, image) == settled


@pytest.mark.parametrize("step", range(1, 13, 2))
def test_a_damaged_file_is_rejected_once_however_its_runs_are_mixed(pipeline: Pipeline, step: int) -> None:
    image = pipeline.upload(DAMAGED)
    calls = Calls()
    calls.at, calls.then = step, lambda: pipeline.run(image)
    row = pipeline.run(image)
    assert (row.status, [reason.code for reason in row.reasons]) == (Status.REJECTED, ["damaged"])
    assert row.version == 3, "created, taken into processing, rejected"


@pytest.mark.parametrize("step", range(1, 8))
def test_of_two_uploads_of_the_same_bytes_one_wins_however_they_are_mixed(
    pipeline: Pipeline, step: int
) -> None:
    first, second = pipeline.upload(BODY), pipeline.upload(BODY, "01HZY0000000000000000000A2")
    calls = Calls()
    calls.at, calls.then = step, lambda: pipeline.run(second)
    pipeline.run(first)
    statuses = sorted(pipeline.row(image).status for image in (first, second))
    assert statuses == [Status.PROCESSING, Status.REJECTED]
