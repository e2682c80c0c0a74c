from __future__ import annotations

import pytest

from lumenstock.catalog.states import Status
from tests.unit.search.images import CREATED, image


@pytest.mark.parametrize(("target", "exposed"), [(Status.APPROVED, True), (Status.REJECTED, False)])
def test_who_was_approved_once_was_exposed(target: Status, *, exposed: bool) -> None:
    waiting = image(status=Status.PENDING_REVIEW)
    assert not waiting.exposed
    assert waiting.moved(target, CREATED).exposed is exposed


def test_what_was_exposed_once_stays_so() -> None:
    shown = image(status=Status.PENDING_REVIEW).moved(Status.APPROVED, CREATED)
    assert shown.moved(Status.PENDING_REVIEW, CREATED).exposed
