from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from functions.ingest import record
from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from tests.functions.ingest.conftest import T0, Pipeline, recorded
from tests.pictures import encode, exif_with_everything, jpeg, photo

CLEAN = {"ok": True, "renditions": ["512", "300"], "reasons": []}
MARKED = {"ok": True, "renditions": ["1024"], "reasons": []}
DAMAGED = {"code": "damaged", "text": "Broken.", "needs_new_upload": True}
REFUSED = {"ok": False, "renditions": [], "reasons": [DAMAGED]}


def accepted(pipeline: Pipeline) -> tuple[Image, dict[str, Any]]:
    image = pipeline.upload(jpeg(1600, 1200))
    return image, pipeline.validate(image)


def queued(pipeline: Pipeline) -> list[dict[str, Any]]:
    return pipeline.stores.messages(pipeline.stores.embed_live_queue_url)


def test_what_was_found_and_made_is_written_and_the_embedding_is_asked(pipeline: Pipeline) -> None:
    image, checked = accepted(pipeline)
    answer = record.handler(recorded(checked, [CLEAN], MARKED), None)
    row = pipeline.row(image)
    assert answer == {"status": "processing"}
    assert (row.renditions, row.width_px, row.height_px) == (("1024", "512", "300"), 1600, 1200)
    assert (row.source.sha256, row.source.format) == (checked["plan"]["sha256"], "jpeg")
    assert queued(pipeline) == [{"image_id": image.id, "rev": 1}]


def test_a_second_run_writes_nothing_and_asks_again(pipeline: Pipeline) -> None:
    image, checked = accepted(pipeline)
    record.handler(recorded(checked, [CLEAN], MARKED), None)
    row = pipeline.row(image)
    record.handler(recorded(checked, [CLEAN], MARKED), None)
    assert pipeline.row(image) == row
    assert len(queued(pipeline)) == 2


def test_the_size_is_the_one_that_is_shown(pipeline: Pipeline) -> None:
    exif = exif_with_everything()
    exif[0x0112] = 6
    row = pipeline.run(pipeline.upload(encode(photo(1200, 800), "JPEG", exif=exif)))
    assert (row.width_px, row.height_px, row.orientation) == (800, 1200, "portrait")


@pytest.mark.parametrize(
    ("rendered", "watermarked"), [([REFUSED], MARKED), ([CLEAN], REFUSED), ([REFUSED], REFUSED)]
)
def test_a_refusal_of_any_decode_rejects_and_each_reason_comes_once(
    pipeline: Pipeline, rendered: list[dict[str, Any]], watermarked: dict[str, Any]
) -> None:
    image, checked = accepted(pipeline)
    assert record.handler(recorded(checked, rendered, watermarked), None) == {"status": "rejected"}
    row = pipeline.row(image)
    assert [reason.code for reason in row.reasons] == ["damaged"]
    assert (row.renditions, queued(pipeline)) == ((), [])


def test_all_reasons_of_validate_are_kept(pipeline: Pipeline) -> None:
    row = pipeline.run(pipeline.upload(encode(photo(15, 12), "PNG") + bytes([7]) * 70_000))
    assert row.status is Status.REJECTED
    assert sorted(reason.code for reason in row.reasons) == ["too_small", "trailing_data", "type_mismatch"]
    assert all(reason.needs_new_upload for reason in row.reasons)


def test_a_late_run_of_an_older_revision_changes_nothing(pipeline: Pipeline) -> None:
    image, checked = accepted(pipeline)
    newer = bootstrap.catalog().update(image.id, lambda present: present.changed(rev=2))
    for late in (recorded(checked, [CLEAN], MARKED), recorded(checked, [REFUSED], MARKED)):
        record.handler(late, None)
        assert pipeline.row(image) == newer
    assert queued(pipeline) == []


@pytest.mark.parametrize(
    "status", [Status.APPROVED, Status.REJECTED, Status.PROCESSING_FAILED, Status.DELETED]
)
def test_a_late_run_after_the_end_changes_nothing(pipeline: Pipeline, status: Status) -> None:
    image, checked = accepted(pipeline)
    ended = bootstrap.catalog().update(image.id, lambda present: present.moved(status, T0))
    for late in (recorded(checked, [CLEAN], MARKED), recorded(checked, [REFUSED], MARKED)):
        record.handler(late, None)
        assert pipeline.row(image) == ended
    assert queued(pipeline) == []


def test_a_crash_between_the_row_and_the_message_is_made_good_by_the_retry(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, checked = accepted(pipeline)
    queue, send = bootstrap.embed_live_queue(), bootstrap.embed_live_queue().send
    monkeypatch.setattr(queue, "send", lambda _: (_ for _ in ()).throw(ConnectionError()))
    with pytest.raises(ConnectionError):
        record.handler(recorded(checked, [CLEAN], MARKED), None)
    monkeypatch.setattr(queue, "send", send)
    record.handler(recorded(checked, [CLEAN], MARKED), None)
    assert queued(pipeline) == [{"image_id": image.id, "rev": 1}]


def test_a_row_without_a_plan_and_without_a_reason_is_left_alone(pipeline: Pipeline) -> None:
    image, checked = accepted(pipeline)
    before = pipeline.row(image)
    record.handler(recorded({**checked, "ok": False, "plan": None}, [], None), None)
    assert pipeline.row(image) == before


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("Harbour_at_dawn.jpg", "Harbour at dawn"),
        ("DSC0042", "DSC0042"),
        (".jpg", ".jpg"),
        ("  .jpg", "Untitled"),
    ],
)
def test_a_picture_without_a_title_goes_by_its_files_name(
    pipeline: Pipeline, filename: str, title: str
) -> None:
    image, _ = accepted(pipeline)
    bootstrap.catalog().update(
        image.id,
        lambda present: present.changed(title="", source=replace(present.source, filename=filename)),
    )
    assert pipeline.run(replace(image)).title == title


def test_what_the_contributor_wrote_stays(pipeline: Pipeline) -> None:
    image, _ = accepted(pipeline)
    bootstrap.catalog().update(
        image.id, lambda present: present.changed(title="Harbour", tags=("sea", "boats"))
    )
    row = pipeline.run(replace(image))
    assert (row.title, row.tags) == ("Harbour", ("sea", "boats"))
