from __future__ import annotations

import pytest

from lumenstock.catalog.decision import Action, Actor, Ruling, entry
from lumenstock.catalog.states import Status
from tests.unit.search.images import CREATED, image


@pytest.mark.parametrize(
    ("before", "after", "revives"),
    [
        (Status.TAKEN_DOWN, Status.PROCESSING, True),
        (Status.REJECTED, Status.PENDING_REVIEW, True),
        (Status.PENDING_REVIEW, Status.APPROVED, False),
        (Status.APPROVED, Status.TAKEN_DOWN, False),
        (Status.TAKEN_DOWN, Status.DELETED, False),
    ],
)
def test_only_who_comes_back_to_life_claims_its_content_again(
    before: Status, after: Status, *, revives: bool
) -> None:
    present, successor = image(status=before), image(status=after)
    decision = entry(present, successor, Action.EDIT, Actor("eva", "admin"), CREATED)
    assert Ruling(successor, decision).revives == revives
