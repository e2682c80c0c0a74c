"""Pictures that look like earlier ones, from the file to the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from PIL import ImageOps

from lumenstock import bootstrap
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import IndexAnswer, IndexQuery
from tests.contract.search.documents import image_id
from tests.unit.ingest.copies import (
    FULL,
    REVIEWING,
    SHOWN,
    SOMEBODY_ELSE,
    Change,
    Rendered,
    codes,
    grey,
    turned,
)
from tests.unit.ingest.faulty import Meanwhile
from tools.train_demo import MODEL_FOLDER

pytestmark = pytest.mark.usefixtures("stores")


class Silent(EmbeddedIndex):
    """An index that takes writes and answers nobody."""

    def query(self, query: IndexQuery) -> IndexAnswer:  # noqa: ARG002 - the protocol
        raise SearchUnavailableError


@pytest.mark.parametrize(
    "change", [ImageOps.mirror, grey, turned, lambda picture: picture.resize((600, 450))]
)
def test_a_copy_of_one_s_own_waits_and_names_the_first_which_stays(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered, change: Change
) -> None:
    (first,) = embed(original())
    (second,) = embed(copy(change=change))
    assert (second.status, codes(second)) == (Status.PENDING_REVIEW, [ReasonCode.NEAR_DUPLICATE])
    assert [(other.id, other.own) for other in second.near_duplicates] == [(first.id, True)]
    assert first.id in second.reasons[0].text
    assert bootstrap.catalog().get(first.id) == first
    assert first.status is Status.APPROVED


def test_one_s_own_that_is_meant_is_approved_and_told_all_the_same(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered
) -> None:
    embed(original())
    (second,) = embed(copy(allow_near_duplicate=True))
    assert (second.status, second.reasons) == (Status.APPROVED, ())
    assert [other.id for other in second.near_duplicates] == [image_id(1)]


@pytest.mark.parametrize("allowed", [True, False])
def test_a_copy_of_somebody_else_s_waits_whatever_its_contributor_means(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered, *, allowed: bool
) -> None:
    embed(original())
    (second,) = embed(copy(**SOMEBODY_ELSE, allow_near_duplicate=allowed))
    assert second.status is Status.PENDING_REVIEW
    assert codes(second) == [ReasonCode.NEAR_DUPLICATE_OF_ANOTHER]
    assert [(other.id, other.own) for other in second.near_duplicates] == [(image_id(1), False)]
    assert image_id(1) not in second.reasons[0].text


def test_what_a_moderator_approved_is_not_withheld_again(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered
) -> None:
    embed(original())
    (second,) = embed(copy(**SOMEBODY_ELSE, cleared=True))
    assert second.status is Status.APPROVED


def test_other_pictures_are_no_duplicates(embed: Callable[..., list[Image]], original: Rendered) -> None:
    rows = embed(*(original(number, shows=number) for number in FULL))
    assert {row.status for row in rows} == {Status.APPROVED}
    assert [row.near_duplicates for row in rows] == [()] * len(FULL)
    assert all(row.likeness for row in rows)


def test_of_two_in_one_batch_the_later_names_the_earlier(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered
) -> None:
    second, first = embed(copy(), original())
    assert (first.near_duplicates, first.status) == ((), Status.APPROVED)
    assert [other.id for other in second.near_duplicates] == [first.id]


def test_a_copy_of_what_still_waits_for_review_is_found(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered
) -> None:
    (first,) = embed(original(), policy=REVIEWING)
    assert first.status is Status.PENDING_REVIEW
    (second,) = embed(copy(**SOMEBODY_ELSE))
    assert [other.id for other in second.near_duplicates] == [first.id]


def test_of_two_workers_in_the_same_moment_one_finds_the_other(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered
) -> None:
    first, second = original(), copy(**SOMEBODY_ELSE)
    slower = Meanwhile(MODEL_FOLDER)
    slower.happens = lambda: embed(second)
    embed(first, by=slower)
    rows = bootstrap.catalog().get_many([first.id, second.id])
    assert [other.id for other in rows[first.id].near_duplicates] == [second.id]
    assert rows[second.id].near_duplicates == ()


def test_a_worker_that_has_noted_and_not_yet_written_its_row_is_seen(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered
) -> None:
    first, second = original(), copy(**SOMEBODY_ELSE)
    embed(first)
    bootstrap.catalog().update(first.id, lambda row: row.changed(status=Status.PROCESSING, likeness=None))
    (found,) = embed(second)
    assert [other.id for other in found.near_duplicates] == [first.id]


@pytest.mark.parametrize(
    "end",
    [{"status": Status.REJECTED}, {"status": Status.DELETED, "likeness": None}],
    ids=["refused", "deleted"],
)
def test_a_copy_of_what_is_gone_is_none(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered, end: dict[str, Any]
) -> None:
    (first,) = embed(original())
    bootstrap.catalog().update(first.id, lambda row: row.changed(**end))
    (second,) = embed(copy())
    assert (second.near_duplicates, second.status) == ((), Status.APPROVED)


def test_the_first_stays_the_first_when_it_is_processed_anew(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered
) -> None:
    (first,) = embed(original())
    (second,) = embed(copy(allow_near_duplicate=True))
    bootstrap.catalog().update(first.id, lambda row: row.changed(status=Status.PROCESSING))
    (again,) = embed(first)
    assert (again.near_duplicates, again.likeness) == ((), first.likeness)
    assert bootstrap.catalog().get(second.id) == second


def test_where_the_index_does_not_answer_the_hashes_alone_find_it(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered, tmp_path: Path
) -> None:
    silent = Silent(tmp_path / "silent")
    embed(original(), into=silent)
    (second,) = embed(copy(), into=silent)
    assert [other.id for other in second.near_duplicates] == [image_id(1)]


def test_of_neighbours_that_look_different_no_row_is_read(
    embed: Callable[..., list[Image]], original: Rendered, copy: Rendered, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed(*(original(number, shows=number) for number in FULL if number != SHOWN))
    read, asked = bootstrap.catalog().get_many, list[list[str]]()

    def noting(ids: list[ImageId]) -> dict[ImageId, Image]:
        asked.append(list(ids))
        return read(ids)

    monkeypatch.setattr(bootstrap.catalog(), "get_many", noting)
    embed(original(10))
    embed(copy(11))
    assert asked == [[image_id(10)], [image_id(11)], [image_id(10)]]


@pytest.mark.parametrize("known", [True, False])
def test_the_index_alone_leads_to_a_copy_whether_or_not_it_knows_the_hash(
    embed: Callable[..., list[Image]],
    original: Rendered,
    copy: Rendered,
    index: EmbeddedIndex,
    monkeypatch: pytest.MonkeyPatch,
    *,
    known: bool,
) -> None:
    monkeypatch.setattr(bootstrap.hash_book(), "sharing_a_band", lambda *_, **__: [])
    (first,) = embed(original())
    (document,) = index.get([first.id]).values()
    assert document.likeness
    if not known:
        index.write([replace(document, likeness="")])
    (second,) = embed(copy())
    assert [other.id for other in second.near_duplicates] == [first.id]


def test_a_picture_that_shows_nothing_is_a_copy_of_none(
    embed: Callable[..., list[Image]], copy: Rendered
) -> None:
    white: Change = lambda picture: Picture.new("RGB", picture.size, "white")  # noqa: E731 - short
    rows = embed(copy(1, white), copy(2, white))
    assert [(row.status, row.likeness) for row in rows] == [(Status.APPROVED, None)] * 2
