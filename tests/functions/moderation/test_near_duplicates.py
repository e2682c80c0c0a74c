"""What contributors and moderators see of pictures that look the same, and what they can do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lumenstock.catalog.likeness import NearDuplicate
from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.refusals import (
    near_duplicate,
    near_duplicate_of_another,
    near_duplicate_of_taken_down,
)
from lumenstock.ingest.review import held
from tests.contract.search.documents import image_id
from tests.functions.moderation.conftest import ANA, CARA, Desk

OWN = NearDuplicate(image_id(8), own=True, distance=3)
ANOTHERS = NearDuplicate(image_id(9), own=False, distance=12, taken_down=True)
WHY_OWN, WHY_ANOTHERS = near_duplicate([OWN.id]), near_duplicate_of_another()
WHY_DOWN = near_duplicate_of_taken_down([OWN.id])
UNSURE = held(ReasonCode.SENSITIVE_SCORE, "The model is not sure.")


def test_a_contributor_is_told_of_their_own_and_a_moderator_of_both(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW, near_duplicates=(ANOTHERS, OWN))
    for target in (f"/v1/contributor/images/{row.id}", f"/v1/images/{row.id}/status"):
        assert desk.get(target, ANA).json()["nearDuplicateOf"] == [OWN.id]
    seen = [
        {"imageId": ANOTHERS.id, "own": False, "distance": 12, "takenDown": True},
        {"imageId": OWN.id, "own": True, "distance": 3, "takenDown": False},
    ]
    assert desk.get(f"/v1/admin/moderation/{row.id}", CARA).json()["nearDuplicateOf"] == seen
    (waiting,) = desk.get("/v1/admin/moderation/queue", CARA).json()["images"]
    assert (waiting["imageId"], waiting["nearDuplicateOf"]) == (row.id, seen)


def test_one_s_own_that_is_meant_is_shown_at_once_and_on_record(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW, reasons=(WHY_OWN,), near_duplicates=(OWN,))
    answer = desk.edit(row, allowNearDuplicate=True)
    assert (answer.status, answer.json()["status"], answer.json()["reasons"]) == (200, "approved", [])
    assert (answer.json()["allowNearDuplicate"], answer.json()["nearDuplicateOf"]) == (True, [OWN.id])
    assert (desk.history(row)[0]["action"], desk.history(row)[0]["note"]) == ("edit", "allow_near_duplicate")
    again = desk.edit(desk.row(row.id), allowNearDuplicate=True)
    assert (again.status, desk.row(row.id).version) == (200, row.version + 1)


@pytest.mark.parametrize("other", [WHY_ANOTHERS, WHY_DOWN, UNSURE])
def test_what_waits_for_another_reason_goes_on_waiting_for_that(desk: Desk, other: Reason) -> None:
    row = desk.put(status=Status.PENDING_REVIEW, reasons=(other, WHY_OWN))
    desk.edit(row, allowNearDuplicate=True)
    present = desk.row(row.id)
    assert (present.status, present.reasons) == (Status.PENDING_REVIEW, (other,))
    assert present.allow_near_duplicate


def test_not_meaning_it_shows_nothing(desk: Desk) -> None:
    row = desk.put(status=Status.PENDING_REVIEW, reasons=(WHY_OWN,), allow_near_duplicate=True)
    desk.edit(row, allowNearDuplicate=False)
    assert desk.row(row.id).status is Status.PENDING_REVIEW


def test_an_approved_picture_does_not_wait_again_for_the_flag_alone(
    desk: Desk, set_stage: Callable[..., None]
) -> None:
    set_stage(REVIEW="all")
    row = desk.put()
    assert desk.edit(row, allowNearDuplicate=True).json()["status"] == "approved"


def test_a_deleted_picture_keeps_nothing_of_its_looks(desk: Desk) -> None:
    row = desk.put(near_duplicates=(OWN,))
    desk.delete(row)
    gone = desk.row(row.id)
    assert (gone.status, gone.near_duplicates, gone.likeness) == (Status.DELETED, (), None)
