"""What contributors change of their images: words, appeals, deletion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lumenstock import bootstrap, use_cases
from lumenstock.catalog.purge import LATE_WRITERS
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.refusals import known
from tests.functions.moderation.conftest import ANA, BEN, CARA, SHA, Desk

TITLE, BLURRED = known(ReasonCode.MISLEADING_TITLE), known(ReasonCode.BLURRED)
DAMAGED = known(ReasonCode.DAMAGED)


def test_an_edit_needs_the_version_that_was_seen(desk: Desk) -> None:
    row = desk.put(status=Status.PROCESSING)
    target = f"/v1/contributor/images/{row.id}"
    assert desk.get(target, ANA).headers["etag"] == f'"{row.version}"'
    assert desk.gateway.request("PATCH", target, json={"title": "Sea"}, person=ANA).code == (
        "precondition_required"
    )
    assert desk.edit(row, title="Sea").headers["etag"] == f'"{row.version + 1}"'
    assert desk.edit(row, title="Lake").code == "precondition_failed"
    assert desk.row(row.id).title == "Sea"


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"title": None},
        {"title": ""},
        {"tags": ["x"] * 51},
        {"categories": []},
        {"nsfw": 0},
        {"imageType": "vector"},
        {"aiGenerated": "yes"},
        {"licenseType": "standard"},
        {"title": "a" * 201},
    ],
)
def test_an_edit_that_says_nothing_or_too_much_is_refused(desk: Desk, words: dict[str, Any]) -> None:
    row = desk.put()
    assert desk.edit(row, **words).code == "validation_failed"
    assert desk.row(row.id) == row


def test_what_kind_of_picture_it_is_can_be_said_later(desk: Desk) -> None:
    row = desk.put()
    edited = desk.edit(row, imageType="illustration", aiGenerated=True, licenseType="editorial").json()
    assert (edited["imageType"], edited["aiGenerated"], edited["licenseType"]) == (
        "illustration",
        True,
        "editorial",
    )
    kept = desk.row(row.id)
    assert (kept.image_type, kept.ai_generated, kept.licence_type) == ("illustration", True, "editorial")
    assert desk.edit(kept, aiGenerated=False).json()["aiGenerated"] is False


def test_new_words_of_an_approved_image_stay_public_unless_the_stage_reviews_everything(
    desk: Desk, set_stage: Callable[..., None]
) -> None:
    row = desk.put()
    edited = desk.edit(row, title="Red car at night", tags=["Car", "car", "night"])
    assert (edited.status, edited.json()["status"]) == (200, "approved")
    assert edited.json()["tags"] == ["car", "night"]
    set_stage(REVIEW="all")
    reviewed = desk.edit(desk.row(row.id), description="Another.")
    assert reviewed.json()["status"] == "pending_review"
    assert [reason["code"] for reason in reviewed.json()["reasons"]] == ["edited"]
    assert "X-Amz-Signature" in reviewed.json()["previews"]["previewUrl"], "only its owner sees it now"


def test_the_same_words_again_change_nothing(desk: Desk) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(TITLE,))
    assert desk.edit(row, title=row.title, tags=list(row.tags)).json()["status"] == "rejected"
    assert desk.row(row.id) == row


def test_a_refusal_for_words_is_mended_without_a_render_and_goes_to_a_moderator(desk: Desk) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(TITLE,))
    answer = desk.edit(row, title="Green car")
    assert (answer.status, answer.json()["status"]) == (200, "processing")
    assert desk.stores.messages(desk.stores.embed_live_queue_url) == [{"image_id": row.id, "rev": row.rev}]
    assert desk.stores.messages(desk.stores.ingest_queue_url) == []
    mended = desk.row(row.id)
    assert [reason.code for reason in mended.held] == [ReasonCode.MENDED]
    status, reasons = use_cases.review_policy().decide(mended, 0.0)
    assert (status, [reason.code for reason in reasons]) == (Status.PENDING_REVIEW, [ReasonCode.MENDED])


def test_a_mended_image_without_files_is_rendered_first(desk: Desk) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(TITLE,), renditions=())
    desk.edit(row, title="Green car")
    assert len(desk.stores.messages(desk.stores.ingest_queue_url)) == 1
    assert desk.stores.messages(desk.stores.embed_live_queue_url) == []


def test_words_do_not_mend_a_file(desk: Desk) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(TITLE, BLURRED))
    answer = desk.edit(row, title="Green car")
    assert (answer.code, answer.json()["imageStatus"]) == ("illegal_transition", "rejected")
    assert desk.row(row.id) == row


def test_an_appeal_reaches_the_queue_with_its_text_once_for_each_refusal(desk: Desk) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(BLURRED,))
    answer = desk.appeal(row, "It is fog.")
    assert (answer.status, answer.json()["status"]) == (202, "pending_review")
    (waiting,) = desk.get("/v1/admin/moderation/queue", CARA).json()["images"]
    assert [reason["code"] for reason in waiting["reasons"]] == ["blurred", "appealed"]
    assert waiting["reasons"][1]["text"] == "It is fog."
    assert desk.appeal(row, "It is fog.").json()["version"] == answer.json()["version"], "sent twice"
    assert desk.appeal(row, "And again!").code == "illegal_transition"
    assert desk.history(row)[0]["note"] == "It is fog."
    desk.decide("reject", row.id, seen=answer.json()["version"], reasons=["noisy"])
    assert desk.appeal(row, "It is grain.").status == 202


@pytest.mark.parametrize(
    "text", ["", "   ", " \n\n ", "\u3000"], ids=["none", "spaces", "lines", "wide space"]
)
def test_an_appeal_says_something(desk: Desk, text: str) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(BLURRED,))
    answer = desk.appeal(row, text)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/text"]
    assert desk.row(row.id) == row


@pytest.mark.parametrize("reasons", [(DAMAGED,), (BLURRED, DAMAGED)])
def test_what_a_check_refused_cannot_be_appealed(desk: Desk, reasons: Any) -> None:
    row = desk.put(status=Status.REJECTED, reasons=reasons)
    assert desk.appeal(row).code == "illegal_transition"


def test_an_appeal_of_an_image_without_files_renders_it_first(desk: Desk) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(BLURRED,), renditions=())
    assert desk.appeal(row).json()["status"] == "processing"
    assert len(desk.stores.messages(desk.stores.ingest_queue_url)) == 1
    held = [reason.code for reason in desk.row(row.id).held]
    assert held == [ReasonCode.BLURRED, ReasonCode.APPEALED]


def test_a_deleted_image_leaves_a_tombstone_and_nothing_else(desk: Desk) -> None:
    row = desk.put()
    assert desk.delete(row, seen=f'"{row.version}"').status == 204
    now = desk.row(row.id)
    assert (now.status, now.version, now.contributor_id) == (
        Status.DELETED,
        row.version + 1,
        row.contributor_id,
    )
    assert (now.title, now.description, now.tags, now.categories, now.source.filename) == ("", "", (), (), "")
    assert desk.files(row) == []
    assert desk.vector(row) is None
    assert bootstrap.catalog().get_technical(row.id) == {}
    assert desk.get(f"/v1/contributor/images/{row.id}", ANA).code == "not_found"
    assert desk.delete(row).status == 204
    assert desk.edit(now, title="Sea").code == "not_found"


def test_the_original_of_a_deleted_image_goes_in_all_versions_when_its_time_is_over(desk: Desk) -> None:
    row, other = desk.put(), desk.put(2)
    desk.stores.s3.put_object(Bucket="originals", Key=row.source.key, Body=b"a later version")
    desk.delete(row)
    desk.clock.at += LATE_WRITERS + timedelta(seconds=1)
    assert desk.purge() == {"purged": 3, "finished": 3}
    assert desk.originals() == 3
    desk.clock.at += timedelta(days=30)
    assert desk.purge() == {"purged": 1, "finished": 1}
    assert desk.originals() == 1, f"only that of {other.id}"


def test_all_that_was_developed_of_a_deleted_image_goes_at_once(desk: Desk) -> None:
    row = desk.put()
    for rev in (1, 2):
        desk.stores.s3.put_object(Bucket="originals", Key=f"developed/{row.id}/{rev}.jpg", Body=b"developed")
    desk.delete(row)
    desk.clock.at += timedelta(seconds=1)
    desk.purge()
    assert desk.developed() == []


def test_whoever_uploads_the_file_of_a_deleted_image_next_owns_it(desk: Desk) -> None:
    row = desk.put()
    heir = desk.put(2, status=Status.PROCESSING)
    assert bootstrap.catalog().claim(SHA, heir.id) == row.id
    desk.delete(row)
    assert bootstrap.catalog().claim(SHA, heir.id) == heir.id


def test_an_appealed_image_owns_its_file_again_once_its_heir_is_dead(desk: Desk) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(BLURRED,))
    heir = desk.put(2, status=Status.PROCESSING)
    assert bootstrap.catalog().claim(SHA, heir.id) == heir.id
    assert desk.appeal(row).code == "duplicate_image"
    desk.delete(heir)
    assert desk.appeal(row).json()["status"] == "pending_review"
    assert bootstrap.catalog().claimed_by(SHA) == row.id


def test_somebody_elses_image_is_none(desk: Desk) -> None:
    row = desk.put(status=Status.REJECTED, reasons=(BLURRED,))
    assert desk.get(f"/v1/contributor/images/{row.id}", BEN).code == "not_found"
    assert desk.edit(row, by=BEN, title="Mine").code == "not_found"
    assert desk.delete(row, by=BEN).code == "not_found"
    assert desk.appeal(row, by=BEN).code == "not_found"
    assert desk.row(row.id) == row
