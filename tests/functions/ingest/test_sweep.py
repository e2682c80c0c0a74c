from __future__ import annotations

from datetime import timedelta

import pytest

from functions.ingest import sweep
from lumenstock import bootstrap
from lumenstock.adapters.aws.objects import ObjectHead
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import UnavailableError
from lumenstock.kernel.ids import ImageId
from tests.conftest import ORIGINALS
from tests.functions.ingest.conftest import T0, Clock, Pipeline
from tests.pictures import jpeg

NOTHING = {"resent": 0, "expired": 0, "failed": 0, "uploads_ended": 0}


def swept(clock: Clock, minutes: float) -> dict[str, int]:
    """Sweep this long after the rows were written."""
    clock.time = T0 + timedelta(minutes=minutes)
    return sweep.handler({}, None)


def sent(pipeline: Pipeline) -> list[str]:
    messages = pipeline.stores.messages(pipeline.stores.ingest_queue_url)
    return [message["detail"]["object"]["key"] for message in messages]


def processing(pipeline: Pipeline, name: str = "01HZY0000000000000000000P1") -> Image:
    image = pipeline.upload(jpeg(40, 30), name)
    return bootstrap.catalog().update(image.id, lambda present: present.moved(Status.PROCESSING, T0))


def test_an_upload_whose_event_was_lost_is_sent_again(pipeline: Pipeline, clock: Clock) -> None:
    image = pipeline.upload(jpeg(40, 30))
    assert swept(clock, 9.9) == NOTHING
    assert swept(clock, 10.1) == {**NOTHING, "resent": 1}
    message = pipeline.stores.messages(pipeline.stores.ingest_queue_url)[0]
    assert message == {"detail": {"bucket": {"name": ORIGINALS}, "object": {"key": image.source.key}}}
    assert pipeline.row(image).status is Status.UPLOADING


def test_an_upload_that_never_came_expires_only_after_its_url(pipeline: Pipeline, clock: Clock) -> None:
    image = pipeline.upload(None)
    assert swept(clock, 11) == swept(clock, 61) == swept(clock, 70) == NOTHING
    assert swept(clock, 70.1) == {**NOTHING, "expired": 1}
    assert (pipeline.row(image).status, sent(pipeline)) == (Status.EXPIRED, [])
    assert swept(clock, 200) == NOTHING


def test_an_upload_that_came_late_is_sent_again_and_never_expires(pipeline: Pipeline, clock: Clock) -> None:
    image = pipeline.upload(None)
    pipeline.put(image.source.key, jpeg(40, 30))
    assert swept(clock, 500) == {**NOTHING, "resent": 1}
    assert pipeline.row(image).status is Status.UPLOADING


def test_processing_that_began_late_is_given_its_whole_time(pipeline: Pipeline, clock: Clock) -> None:
    image = pipeline.upload(jpeg(40, 30))
    begun = T0 + timedelta(minutes=50)
    bootstrap.catalog().update(image.id, lambda present: present.moved(Status.PROCESSING, begun))
    assert swept(clock, 109.9) == NOTHING
    assert swept(clock, 110.1) == {**NOTHING, "failed": 1}


def test_processing_that_died_is_ended_so_that_it_can_be_retried(pipeline: Pipeline, clock: Clock) -> None:
    image = processing(pipeline)
    assert swept(clock, 59.9) == NOTHING
    assert swept(clock, 60.1) == {**NOTHING, "failed": 1}
    row = pipeline.row(image)
    assert (row.status, [reason.code for reason in row.reasons]) == (
        Status.PROCESSING_FAILED,
        ["processing_failed"],
    )
    assert swept(clock, 90) == NOTHING


def test_many_stuck_images_are_all_found(pipeline: Pipeline, clock: Clock) -> None:
    keys = {
        pipeline.upload(jpeg(40, 30), f"01HZY00000000000000000{number:04d}").source.key
        for number in range(40)
    }
    assert swept(clock, 11)["resent"] == 40
    assert set(sent(pipeline)) == keys


def test_an_image_that_moves_while_we_look_is_left_alone(
    pipeline: Pipeline, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = processing(pipeline)
    catalog, get = bootstrap.catalog(), bootstrap.catalog().get

    def get_then_lose_the_race(image_id: ImageId) -> Image:
        seen = get(image_id)
        catalog.update(image_id, lambda present: present.changed(title="Edited"), seen=seen)
        return seen

    monkeypatch.setattr(catalog, "get", get_then_lose_the_race)
    assert swept(clock, 61) == NOTHING
    assert get(image.id).status is Status.PROCESSING


def test_one_image_that_cannot_be_looked_at_does_not_keep_the_others_waiting(
    pipeline: Pipeline, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied, good = pipeline.upload(jpeg(40, 30)), pipeline.upload(jpeg(40, 30), "01HZY0000000000000000000A2")
    originals, head = bootstrap.originals(), bootstrap.originals().head

    def head_or_denied(key: str) -> ObjectHead:
        if key == denied.source.key:
            raise PermissionError
        return head(key)

    monkeypatch.setattr(originals, "head", head_or_denied)
    with pytest.raises(UnavailableError, match="1 images"):
        swept(clock, 11)
    assert sent(pipeline) == [good.source.key]
