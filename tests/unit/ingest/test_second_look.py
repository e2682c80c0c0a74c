"""What is found a day or a week later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from tests.unit.ingest.copies import DAY, SOMEBODY_ELSE, WEEK, Rendered, codes, grey

pytestmark = pytest.mark.usefixtures("stores")


def unnoticed(row: Image) -> None:
    """Approve a copy as if nobody had seen what it is."""
    bootstrap.catalog().update(
        row.id, lambda seen: seen.changed(status=Status.APPROVED, near_duplicates=(), reasons=())
    )


@pytest.mark.parametrize("after", [DAY, WEEK])
def test_the_second_look_withholds_a_copy_of_somebody_else_s_once(
    embed: Callable[..., list[Image]],
    original: Rendered,
    copy: Rendered,
    look_again: Callable[[timedelta], dict[str, int]],
    after: timedelta,
) -> None:
    (first,) = embed(original())
    (second,) = embed(copy(**SOMEBODY_ELSE))
    unnoticed(second)
    assert look_again(after) == {"compared": 2, "told": 0, "withheld": 1}
    found = bootstrap.catalog().get(second.id)
    assert (found.status, codes(found)) == (Status.PENDING_REVIEW, [ReasonCode.NEAR_DUPLICATE_OF_ANOTHER])
    assert bootstrap.catalog().get(first.id) == first
    assert look_again(after) == {"compared": 1, "told": 0, "withheld": 0}
    assert bootstrap.catalog().get(second.id) == found


def test_the_second_look_only_tells_of_one_s_own_and_of_what_a_moderator_approved(
    embed: Callable[..., list[Image]],
    original: Rendered,
    copy: Rendered,
    look_again: Callable[[timedelta], dict[str, int]],
) -> None:
    embed(original())
    rows = [*embed(copy(2)), *embed(copy(3, grey, **SOMEBODY_ELSE, cleared=True))]
    for row in rows:
        unnoticed(row)
    assert look_again(DAY) == {"compared": 3, "told": 2, "withheld": 0}
    found = [bootstrap.catalog().get(row.id) for row in rows]
    assert [row.status for row in found] == [Status.APPROVED] * 2
    assert all(row.near_duplicates for row in found)


def test_the_second_look_passes_over_what_nothing_is_known_of(
    embed: Callable[..., list[Image]], original: Rendered, look_again: Callable[[timedelta], dict[str, int]]
) -> None:
    (row,) = embed(original())
    bootstrap.catalog().update(row.id, lambda seen: seen.changed(likeness=None))
    assert look_again(DAY) == {"compared": 0, "told": 0, "withheld": 0}


def test_the_second_look_leaves_other_hours_alone(
    embed: Callable[..., list[Image]], original: Rendered, look_again: Callable[[timedelta], dict[str, int]]
) -> None:
    embed(original())
    assert look_again(timedelta(days=2)) == {"compared": 0, "told": 0, "withheld": 0}
