from __future__ import annotations

from dataclasses import replace

import pytest

from lumenstock.catalog.selection import Selection
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import BadRequestError
from tests.unit.search.images import CREATED, image

ROW = image(1)
ROW = replace(ROW, model="demo@1", source=replace(ROW.source, format="jpeg"))


@pytest.mark.parametrize(
    ("texts", "taken"),
    [
        ([], True),
        (["status=approved"], True),
        (["status=rejected"], False),
        (["status=a"], False),
        (["status=rejected", "status=approved"], True),
        (["status=approved", f"contributor={ROW.contributor_id}"], True),
        (["status=approved", "contributor=0"], False),
        (["status=approved", "contributor=zoe"], False),
        (["model=demo@1"], True),
        (["model=demo@0"], False),
        (["model=demo@2"], False),
        ([f"id={ROW.id}"], True),
        (["id=00000000000000000000000000"], False),
        (["id=7ZZZZZZZZZZZZZZZZZZZZZZZZZ"], False),
        ([f"since={CREATED:%Y-%m-%d}"], True),
        ([f"before={CREATED:%Y-%m-%d}"], False),
        (["before=2999"], True),
        (["format=jpeg"], True),
        (["format=dng"], False),
        (["format=png"], False),
    ],
)
def test_values_of_a_field_are_alternatives_and_all_fields_must_fit(texts: list[str], *, taken: bool) -> None:
    assert ROW.status is Status.APPROVED
    assert Selection.parse(texts).takes(ROW) is taken


@pytest.mark.parametrize("text", ["status", "status=", "=approved", "stauts=approved"])
def test_what_selects_nothing_is_told_with_the_fields_that_there_are(text: str) -> None:
    with pytest.raises(BadRequestError, match="contributor"):
        Selection.parse([text])
