from __future__ import annotations

import pytest

from lumenstock.catalog.image import image_id_of
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


@pytest.mark.parametrize("folder", ["derivatives", "pictures"])
def test_only_the_key_of_an_original_names_an_image(folder: str) -> None:
    key = "originals/ann/2026/01/02/01HZY0000000000000000000A1.jpg"
    assert image_id_of(key) == "01HZY0000000000000000000A1"
    assert image_id_of(key.replace("originals", folder)) is None
