"""Rows of words are remembered between questions, and what is remembered is never wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tantivy import Query

from lumenstock.adapters.embedded import nearest, remembered
from lumenstock.adapters.embedded.carried import packed, unpacked
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.embedded.snapshot import Snapshot
from lumenstock.adapters.embedded.words import stem_query
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import IndexQuery
from tests.contract.search.documents import asking, document, image_id, numbers, unit_vector


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path / "search")


def pictures(first: int, end: int) -> list[Document]:
    """Every one of a car, every third of a tree, with vectors."""
    return [
        document(n, title="car tree" if n % 3 == 0 else "car", vector=unit_vector(n))
        for n in range(first, end)
    ]


def rows(snapshot: Snapshot, stem: str) -> list[int]:
    mask = snapshot.mask(stem, lambda: stem_query(stem)) & snapshot.rows.alive
    return [int(image_id) for image_id in snapshot.rows.ids_of(np.flatnonzero(mask))]


@given(st.lists(st.booleans(), max_size=200))
def test_a_mask_is_the_same_after_packing(mask: list[bool]) -> None:
    assert unpacked(packed(np.array(mask, dtype=bool)), len(mask)).tolist() == mask


def test_what_came_since_is_added_to_what_is_remembered(index: EmbeddedIndex) -> None:
    index.write(pictures(0, 100))
    before = rows(index._fresh(), "tree")
    index.write(pictures(100, 250))
    assert before == list(range(0, 100, 3))
    assert rows(index._fresh(), "tree") == list(range(0, 250, 3))


def test_the_rows_of_a_remembered_word_are_not_looked_for_again(index: EmbeddedIndex) -> None:
    index.write(pictures(0, 10))
    first = index._fresh().mask("tree", lambda: stem_query("tree"))
    again = index._fresh().mask("tree", lambda: pytest.fail("asked again"))
    assert again.tolist() == first.tolist()


def test_a_changed_document_leaves_the_words_that_it_lost(index: EmbeddedIndex) -> None:
    index.write(pictures(0, 10))
    assert index.query(IndexQuery(text="tree")).total == 4
    index.write([document(3, title="car", version=2), Removal(image_id(6), 2)])
    assert index.query(IndexQuery(text="tree")).total == 2
    assert index.query(IndexQuery(text="car")).total == 9


def test_an_older_state_keeps_what_ended_since(index: EmbeddedIndex) -> None:
    index.write(pictures(0, 10))
    before = index._fresh()
    index.write([Removal(image_id(3), 2)])
    assert rows(index._fresh(), "tree") == [0, 6, 9]
    assert rows(before, "tree") == [0, 3, 6, 9]


def test_rows_are_asked_for_in_spans(index: EmbeddedIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_SPAN", 48)
    index.write(pictures(0, 250))
    assert rows(index._fresh(), "tree") == list(range(0, 250, 3))


@pytest.mark.parametrize("share", [0, 1])
def test_finds_are_the_same_one_by_one_and_all_at_once(
    index: EmbeddedIndex, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(remembered, "_FEW", share)
    index.write(pictures(0, 130))
    assert rows(index._fresh(), "tree") == list(range(0, 130, 3))
    index.write(pictures(130, 250))
    assert rows(index._fresh(), "tree") == list(range(0, 250, 3))


def test_what_was_asked_for_longest_ago_is_forgotten(
    index: EmbeddedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "_MOST_BYTES", 16)  # two words of up to 64 rows
    index.write(pictures(0, 10))
    snapshot = index._fresh()
    asked: list[str] = []

    def query_of(word: str) -> Query:
        asked.append(word)
        return stem_query(word)

    for word in ("car", "tree", "car", "sea", "car", "tree"):
        snapshot.mask(word, partial(query_of, word))
    assert asked == ["car", "tree", "sea", "tree"]


def test_vectors_are_compared_alike_beside_and_in_line(
    index: EmbeddedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.write(pictures(0, 50))
    in_line = index.query(IndexQuery(vector=asking(unit_vector(7)))).vector
    monkeypatch.setattr(nearest, "_WORTH_A_THREAD", 0)
    beside = index.query(IndexQuery(vector=asking(unit_vector(7)))).vector
    assert beside == in_line
    assert numbers(beside)[0] == 7


def test_rows_of_many_threads_agree(index: EmbeddedIndex) -> None:
    index.write(pictures(0, 100))
    with ThreadPoolExecutor(8) as threads:
        totals = set(threads.map(lambda _: index.query(IndexQuery(text="tree")).total, range(40)))
    assert totals == {34}
