"""Writes carry versions: a late one changes nothing, a removal stays removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Removal
from lumenstock.search.ports import Change, IndexQuery, SearchIndex
from tests.contract.search.documents import document, image_id, numbers, unit_vector


def titles(index: SearchIndex, *ids: int) -> list[str]:
    return [item.title for item in index.get([image_id(n) for n in ids]).values()]


def found(index: SearchIndex, text: str) -> list[int]:
    return numbers(index.query(IndexQuery(text=text)).keyword)


def test_a_document_comes_back_as_written(index: SearchIndex) -> None:
    written = document(
        1,
        title="Sunset “over” 東京",
        description="two\nlines",
        tags=("golden hour", "sea"),
        categories=("nature", "travel"),
        colors=("#FFA500",),
        version=7,
        vector=unit_vector(1),
    )
    index.write([written])
    assert index.get([written.id]) == {written.id: written}


def test_get_keeps_the_order_and_leaves_out_the_unknown(index: SearchIndex) -> None:
    index.write([document(n) for n in (1, 2, 3)])
    wanted = [image_id(3), image_id(9), image_id(1)]
    assert numbers(index.get(wanted)) == [3, 1]
    assert index.get([]) == {}


def test_a_newer_version_replaces_the_older(index: SearchIndex) -> None:
    index.write([document(1, title="old", version=1)])
    index.write([document(1, title="new", version=2)])
    assert titles(index, 1) == ["new"]
    assert (found(index, "new"), found(index, "old")) == ([1], [])


def test_an_older_version_never_replaces_the_newer(index: SearchIndex) -> None:
    index.write([document(1, title="new", version=5)])
    index.write([document(1, title="old", version=4)])
    assert titles(index, 1) == ["new"]
    assert (found(index, "new"), found(index, "old")) == ([1], [])


def test_the_same_version_replaces(index: SearchIndex) -> None:
    index.write([document(1, title="one", version=5)])
    index.write([document(1, title="two", version=5)])
    assert (found(index, "two"), found(index, "one")) == ([1], [])


def test_the_same_write_twice_is_once(index: SearchIndex) -> None:
    for _ in range(2):
        index.write([document(1, title="car", vector=unit_vector(1))])
    assert index.query(IndexQuery()).total == 1


def test_within_one_write_the_later_entry_counts(index: SearchIndex) -> None:
    index.write([document(1, title="one"), document(1, title="two"), document(1, title="late", version=0)])
    assert titles(index, 1) == ["two"]
    assert index.query(IndexQuery()).total == 1


def test_writing_nothing_changes_nothing(index: SearchIndex) -> None:
    index.write([document(1)])
    index.write([])
    assert index.query(IndexQuery()).total == 1


def test_a_removal_hides_the_document(index: SearchIndex) -> None:
    index.write([document(1, title="car"), document(2, title="car")])
    index.write([Removal(image_id(1), 2)])
    assert found(index, "car") == [2]
    assert index.get([image_id(1)]) == {}
    assert index.query(IndexQuery()).total == 1


def test_a_removal_keeps_a_late_document_out(index: SearchIndex) -> None:
    index.write([document(1, title="car", version=3), Removal(image_id(1), 4)])
    index.write([document(1, title="car", version=3)])
    assert found(index, "car") == []


def test_a_removal_of_the_unknown_keeps_a_late_document_out(index: SearchIndex) -> None:
    index.write([Removal(image_id(1), 4)])
    index.write([document(1, title="car", version=3)])
    assert found(index, "car") == []


def test_a_late_removal_removes_nothing(index: SearchIndex) -> None:
    index.write([document(1, title="car", version=5)])
    index.write([Removal(image_id(1), 4)])
    assert found(index, "car") == [1]


def test_a_newer_document_comes_back_after_a_removal(index: SearchIndex) -> None:
    index.write([document(1, title="car"), Removal(image_id(1), 2), document(1, title="car", version=3)])
    assert found(index, "car") == [1]


def test_any_order_of_writes_ends_in_the_same_state(index: SearchIndex) -> None:
    writes: list[Change] = [
        document(1, title="one", version=1),
        Removal(image_id(1), 2),
        document(1, title="three", version=3),
    ]
    for first, second, third in ((2, 1, 0), (1, 0, 2), (0, 2, 1)):
        index.rebuild(())
        for at in (first, second, third):
            index.write([writes[at]])
        assert titles(index, 1) == ["three"]
        assert found(index, "three") == [1]


def test_many_writes_of_one_document_leave_one(index: SearchIndex) -> None:
    for version in range(1, 40):
        index.write([document(1, title=f"car take{version}", version=version, vector=unit_vector(version))])
    answer = index.query(IndexQuery(text="car"))
    assert (numbers(answer.keyword), answer.total) == ([1], 1)
    assert found(index, "take39") == [1]
    assert found(index, "take38") == []


def test_an_id_that_the_index_cannot_hold_is_refused(index: SearchIndex) -> None:
    too_long = replace(document(1), id=ImageId("x" * 600))
    with pytest.raises(ValueError, match="longer"):
        index.write([too_long])
