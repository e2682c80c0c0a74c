"""Which words of a title are told as the ones that were looked for."""

from __future__ import annotations

import re

import pytest

from lumenstock.search.matching import matched_words
from lumenstock.search.ports import IndexQuery
from tests.contract.search.documents import document


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def matched(title: str, query: IndexQuery) -> frozenset[str]:
    one = document(1, title=title)
    return matched_words(query, [one], words, words)[one.id]


@pytest.mark.parametrize("title", ["red car", "red car in a narrow street", "in a narrow street a red car"])
def test_a_phrase_is_met_wherever_it_stands(title: str) -> None:
    assert matched(title, IndexQuery(phrases=("red car",))) == {"red", "car"}


@pytest.mark.parametrize("title", ["car red", "red sports car", "red"])
def test_the_words_of_a_phrase_apart_are_not_met(title: str) -> None:
    assert matched(title, IndexQuery(phrases=("red car",))) == set()


def test_a_beginning_of_a_word_meets_all_words_that_begin_so() -> None:
    assert matched("cars and carts", IndexQuery(prefixes=("car",))) == {"cars", "carts"}


@pytest.mark.parametrize("prefix", ["-", "two words"])
def test_what_is_no_single_word_begins_none(prefix: str) -> None:
    assert matched("two words", IndexQuery(prefixes=(prefix,))) == set()
