"""Approve and reject: what becomes of the image, what is on record, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from lumenstock.catalog.reasons import MODERATION, Reason, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.refusals import known
from tests.functions.moderation.conftest import ANA, CARA, DORA, Desk
from tests.unit.search.images import image

WAITS = (Reason(ReasonCode.NOT_SCORED, "No model can tell.", needs_new_upload=False),)


def test_an_approved_picture_is_public_and_cleared(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW, reasons=WAITS, held=WAITS)
    answer = desk.decide("approve", row.id, seen=row.version, note="fine")
    assert (answer.status, answer.json()["status"]) == (200, "approved")
    assert answer.headers["etag"] == f'"{row.version + 1}"'
    now = desk.row(row.id)
    assert (now.reasons, now.held, now.cleared, now.exposed) == ((), (), True, True)
    assert now.media_key == row.media_key, "the files are there already"
    assert answer.json()["previews"]["expiresIn"] is None


def test_a_refusal_holds_all_reasons_and_the_moderators_words(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW)
    codes = ["blurred", "misleading_title", "blurred"]
    answer = desk.decide(
        "reject", row.id, seen=row.version, reasons=codes, message="Sharper, please.", note="x"
    )
    assert answer.status == 200
    told = desk.get(f"/v1/contributor/images/{row.id}", ANA).json()
    assert told["status"] == "rejected"
    assert [reason["code"] for reason in told["reasons"]] == ["blurred", "misleading_title", "moderation"]
    assert [reason["needsNewUpload"] for reason in told["reasons"]] == [True, False, True]
    assert told["reasons"][0]["text"] == known(ReasonCode.BLURRED).text
    assert told["reasons"][2]["text"] == "Sharper, please."
    assert desk.files(row), "nobody ever saw its address, so it may stay for an appeal"


def test_every_decision_is_on_record_and_only_admins_read_it(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW)
    desk.decide("reject", row.id, seen=row.version, reasons=["misleading_title"], note="second time")
    desk.edit(desk.row(row.id), title="Green car")
    (edited, rejected) = desk.history(row)
    assert rejected == {
        "version": row.version + 1,
        "action": "reject",
        "by": CARA.id,
        "role": "admin",
        "at": "2026-11-22T10:30:00Z",
        "before": "pending_review",
        "after": "rejected",
        "reasons": ["misleading_title"],
        "note": "second time",
    }
    assert (edited["action"], edited["by"], edited["after"]) == ("edit", ANA.id, "processing")
    assert edited["note"] == "title"
    assert desk.get(f"/v1/admin/moderation/{row.id}", ANA).code == "forbidden"
    assert "second time" not in desk.get(f"/v1/contributor/images/{row.id}", ANA).body


@pytest.mark.parametrize("step", ["approve", "reject"])
def test_a_decision_sent_twice_is_one_decision(desk: Desk, step: str) -> None:
    row = desk.put(status=Status.PENDING_REVIEW)
    body: dict[str, Any] = {"reasons": ["blurred"]} if step == "reject" else {}
    answers = [desk.decide(step, row.id, seen=row.version, **body) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].json()["version"] == answers[1].json()["version"] == row.version + 1
    assert len(desk.history(row)) == 1


def test_a_decision_sent_again_after_the_next_one_is_still_known(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW)
    desk.decide("approve", row.id, seen=row.version)
    desk.decide("takedown", row.id, by=DORA, reasons=["illegal_content"])
    again = desk.decide("approve", row.id, seen=row.version)
    assert (again.status, again.json()["status"]) == (200, "taken_down")
    assert len(desk.history(row)) == 2


@pytest.mark.parametrize("seen", ["same", "any"])
def test_the_second_moderator_is_told_the_winners_decision(desk: Desk, seen: str) -> None:
    row = desk.put(status=Status.PENDING_REVIEW)
    desk.decide("reject", row.id, seen=row.version, by=DORA, reasons=["blurred"], note="shaken")
    headers = {"If-Match": f'"{row.version}"' if seen == "same" else "*"}
    late = desk.gateway.request(
        "POST", f"/v1/admin/moderation/{row.id}/approve", headers=headers, person=CARA
    )
    assert (late.status, late.code) == (409, "already_decided")
    problem = late.json()
    assert problem["imageStatus"] == "rejected"
    winner = problem["decision"]
    assert (winner["action"], winner["by"], winner["reasons"]) == ("reject", DORA.id, ["blurred"])
    assert winner["note"] == "shaken"
    assert desk.row(row.id).status is Status.REJECTED


def test_words_changed_meanwhile_must_be_looked_at_first(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW)
    assert desk.edit(row, title="Something else").status == 200
    assert desk.decide("approve", row.id, seen=row.version).code == "precondition_failed"
    assert desk.decide("approve", row.id, seen=row.version + 1).status == 200


ALLOWED = {
    "approve": {Status.PENDING_REVIEW},
    "reject": {Status.PENDING_REVIEW},
    "takedown": {Status.APPROVED, Status.TAKEN_DOWN},
    "restore": {Status.TAKEN_DOWN},
}


@pytest.mark.parametrize("step", ALLOWED)
def test_a_step_that_the_state_does_not_allow_is_refused_with_the_state(desk: Desk, step: str) -> None:
    body: dict[str, Any] = {"reasons": ["blurred"]} if step in {"reject", "takedown"} else {}
    for number, status in enumerate(sorted(Status), start=1):
        row = desk.put(number, status=status)
        answer = desk.decide(step, row.id, seen=row.version, **body)
        if status in ALLOWED[step]:
            assert answer.status in {200, 202}
        else:
            assert (answer.code, answer.json()["imageStatus"]) == ("illegal_transition", status)
            assert step not in {"approve", "reject"} or "in pending_review can" in answer.json()["detail"]
            assert desk.row(row.id) == row


def test_a_verdict_needs_a_reason_that_is_a_moderators(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW)
    wrong: list[dict[str, Any]] = [
        {},
        {"reasons": []},
        {"reasons": ["damaged"]},
        {"reasons": ["nonsense"]},
        {"note": "only for us"},
        {"message": " \n"},
        {"reasons": ["blurred"], "why": "x"},
    ]
    for body in wrong:
        assert desk.decide("reject", row.id, seen=row.version, **body).code == "validation_failed", body
    assert desk.decide("reject", row.id, seen=row.version, message="Words alone do.").status == 200
    (own,) = desk.row(row.id).reasons
    assert (own.code, own.text, own.needs_new_upload) == ("moderation", "Words alone do.", False)


def test_every_moderators_reason_tells_what_to_do_or_what_is_wrong() -> None:
    for code in MODERATION:
        reason = known(code)
        assert reason.text.endswith(".")
        assert len(reason.text) > 25


def test_a_picture_that_was_public_loses_its_files_when_it_is_refused(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW, exposed=True)
    assert desk.files(row)
    desk.decide("reject", row.id, seen=row.version, reasons=["misleading_title"])
    assert desk.files(row) == []
    now = desk.row(row.id)
    assert now.media_key != row.media_key
    assert (now.rev, now.renditions, now.exposed) == (row.rev + 1, (), False)


def test_no_image_is_not_found(desk: Desk) -> None:
    assert desk.decide("approve", image(7).id, seen=1).code == "not_found"
