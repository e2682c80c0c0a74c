"""A rebuild makes the given changes the whole content, while the index goes on answering and taking writes."""

from __future__ import annotations

from collections.abc import Iterator

from lumenstock.search.document import Removal
from lumenstock.search.ports import Change, IndexQuery, SearchIndex
from tests.contract.search.conftest import Opener
from tests.contract.search.documents import asking, document, image_id, numbers, unit_vector


def everything(index: SearchIndex) -> list[int]:
    return sorted(numbers(index.query(IndexQuery()).keyword))


def test_the_content_is_what_was_given(index: SearchIndex) -> None:
    index.write([document(n) for n in range(5)])
    assert index.rebuild([document(n, version=1) for n in range(3, 8)]) == 5
    assert everything(index) == [3, 4, 5, 6, 7]
    assert numbers(index.get([image_id(n) for n in range(9)])) == [3, 4, 5, 6, 7]


def test_words_vectors_and_facets_are_rebuilt(index: SearchIndex) -> None:
    index.write([document(1, title="old", categories=("old",), vector=unit_vector(1))])
    index.rebuild([document(2, title="new", categories=("new",), vector=unit_vector(2))])
    answer = index.query(IndexQuery(text="new", vector=asking(unit_vector(1))))
    assert (numbers(answer.keyword), numbers(answer.vector), answer.total) == ([2], [2], 1)
    assert [entry.value for entry in answer.facets.categories] == ["new"]


def test_nothing_empties_the_index(index: SearchIndex) -> None:
    index.write([document(n, vector=unit_vector(n)) for n in range(5)])
    assert index.rebuild(()) == 0
    assert index.query(IndexQuery(vector=asking(unit_vector(1)))).total == 0
    assert everything(index) == []


def test_what_is_given_replaces_a_higher_version(index: SearchIndex) -> None:
    index.write([document(1, title="drifted", version=9)])
    index.rebuild([document(1, title="true", version=4)])
    index.write([document(1, title="next", version=5)])
    assert index.get([image_id(1)])[image_id(1)].title == "next"


def test_old_stubs_keep_nothing_out_afterwards(index: SearchIndex) -> None:
    index.write([Removal(image_id(1), 9)])
    index.rebuild(())
    index.write([document(1, version=1)])
    assert everything(index) == [1]


def test_given_stubs_keep_late_writes_out(index: SearchIndex) -> None:
    index.rebuild([Removal(image_id(1), 9), document(2)])
    index.write([document(1, version=8)])
    assert everything(index) == [2]


def test_a_write_during_the_rebuild_stays(index: SearchIndex, open_index: Opener) -> None:
    other = open_index()

    def changes() -> Iterator[Change]:
        yield document(1, title="scanned", version=1)
        other.write([document(1, title="live", version=2), document(50), Removal(image_id(2), 3)])
        yield document(2, version=2)

    index.write([document(1, version=1), document(2, version=2), document(60)])
    index.rebuild(changes())
    assert everything(index) == [1, 50]
    assert index.get([image_id(1)])[image_id(1)].title == "live"


def test_queries_are_answered_during_the_rebuild(index: SearchIndex, open_index: Opener) -> None:
    other = open_index()
    seen: list[int] = []

    def changes() -> Iterator[Change]:
        for n in range(20):
            seen.append(other.query(IndexQuery(text="car")).total)
            yield document(n, title="car")

    index.write([document(n, title="car") for n in range(10)])
    index.rebuild(changes())
    assert min(seen) >= 10
    assert other.query(IndexQuery(text="car")).total == 20


def test_a_rebuild_can_be_repeated(index: SearchIndex) -> None:
    for _ in range(3):
        assert index.rebuild([document(n) for n in range(4)]) == 4
    assert everything(index) == [0, 1, 2, 3]


def test_a_rebuild_that_dies_can_be_repeated(index: SearchIndex) -> None:
    class ScanError(Exception):
        pass

    def dying() -> Iterator[Change]:
        yield document(1, title="new")
        raise ScanError

    index.write([document(n, title="old") for n in (1, 2)])
    try:
        index.rebuild(dying())
    except ScanError:
        assert everything(index) == [1, 2]
    index.rebuild([document(1, title="new")])
    assert everything(index) == [1]
