"""What looks like a picture that a moderator took down waits for a moderator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import ImageOps

from lumenstock import bootstrap
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.search.document import Removal
from tests.unit.ingest.copies import DAY, SOMEBODY_ELSE, Change, Rendered, codes, grey, turned

pytestmark = pytest.mark.usefixtures("stores")

WAITS = (Status.PENDING_REVIEW, [ReasonCode.NEAR_DUPLICATE_OF_TAKEN_DOWN])


@pytest.fixture
def taken_down(
    embed: Callable[..., list[Image]], original: Rendered, index: EmbeddedIndex
) -> Callable[[Status], Image]:
    """A picture that was approved and taken down; then deleted, if that is asked for."""

    def make(status: Status = Status.TAKEN_DOWN) -> Image:
        (row,) = embed(original())
        assert row.status is Status.APPROVED
        row = bootstrap.catalog().update(row.id, lambda seen: seen.changed(status=status))
        index.write([Removal(row.id, row.version)])
        return row

    return make


@pytest.mark.parametrize("status", [Status.TAKEN_DOWN, Status.DELETED])
@pytest.mark.parametrize(
    "change", [ImageOps.mirror, grey, turned, lambda picture: picture.resize((600, 450))]
)
def test_a_changed_copy_waits_also_once_the_first_is_deleted(
    embed: Callable[..., list[Image]],
    taken_down: Callable[[Status], Image],
    copy: Rendered,
    change: Change,
    status: Status,
) -> None:
    first = taken_down(status)
    (second,) = embed(copy(change=change, **SOMEBODY_ELSE))
    assert (second.status, codes(second)) == WAITS
    assert [(other.id, other.own, other.taken_down) for other in second.near_duplicates] == [
        (first.id, False, True)
    ]
    assert first.id not in second.reasons[0].text


def test_the_flag_does_not_help_and_the_contributor_is_told_which_of_theirs_it_was(
    embed: Callable[..., list[Image]], taken_down: Callable[[Status], Image], copy: Rendered
) -> None:
    first = taken_down(Status.TAKEN_DOWN)
    (second,) = embed(copy(allow_near_duplicate=True))
    assert (second.status, codes(second)) == WAITS
    assert first.id in second.reasons[0].text


def test_what_was_taken_down_is_named_before_all_that_lives(
    embed: Callable[..., list[Image]], taken_down: Callable[[Status], Image], copy: Rendered
) -> None:
    first = taken_down(Status.TAKEN_DOWN)
    (second,) = embed(copy(2, **SOMEBODY_ELSE, cleared=True))
    (third,) = embed(copy(3))
    assert [other.id for other in third.near_duplicates] == [first.id, second.id]
    assert codes(third) == [
        ReasonCode.NEAR_DUPLICATE_OF_TAKEN_DOWN,
        ReasonCode.NEAR_DUPLICATE_OF_ANOTHER,
    ]


def test_what_a_moderator_approved_is_shown(
    embed: Callable[..., list[Image]], taken_down: Callable[[Status], Image], copy: Rendered
) -> None:
    taken_down(Status.TAKEN_DOWN)
    (second,) = embed(copy(cleared=True))
    assert (second.status, [other.taken_down for other in second.near_duplicates]) == (
        Status.APPROVED,
        [True],
    )


def test_the_same_file_waits_for_that_alone(
    embed: Callable[..., list[Image]], taken_down: Callable[[Status], Image], copy: Rendered
) -> None:
    first = taken_down(Status.TAKEN_DOWN)
    (second,) = embed(copy(change=lambda picture: picture, copy_of=first.id))
    assert second.near_duplicates == ()


def test_a_copy_of_what_was_restored_is_one_of_a_living_picture(
    embed: Callable[..., list[Image]], taken_down: Callable[[Status], Image], copy: Rendered
) -> None:
    first = taken_down(Status.TAKEN_DOWN)
    bootstrap.catalog().update(first.id, lambda seen: seen.changed(status=Status.APPROVED))
    (second,) = embed(copy())
    assert codes(second) == [ReasonCode.NEAR_DUPLICATE]


def test_the_second_look_withholds_a_copy_that_was_approved_before_the_first_was_taken_down(
    embed: Callable[..., list[Image]],
    original: Rendered,
    copy: Rendered,
    look_again: Callable[[timedelta], dict[str, int]],
) -> None:
    (first,) = embed(original())
    (second,) = embed(copy(2, allow_near_duplicate=True))
    (cleared,) = embed(copy(3, grey, allow_near_duplicate=True, cleared=True))
    assert {second.status, cleared.status} == {Status.APPROVED}
    bootstrap.catalog().update(first.id, lambda seen: seen.changed(status=Status.TAKEN_DOWN))
    assert look_again(DAY) == {"compared": 2, "told": 1, "withheld": 1}
    found = bootstrap.catalog().get(second.id)
    assert (found.status, codes(found)) == WAITS
    (before,) = second.near_duplicates
    assert found.near_duplicates == (replace(before, taken_down=True),)
    assert bootstrap.catalog().get(cleared.id).status is Status.APPROVED
