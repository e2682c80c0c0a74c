from __future__ import annotations

from lumenstock.search.relevance import FIELD_WEIGHTS, STOP_WORDS, words_required


def test_up_to_two_words_all_are_required_then_three_quarters() -> None:
    assert [words_required(n) for n in range(1, 10)] == [1, 2, 2, 3, 3, 4, 5, 6, 6]


def test_title_weighs_ten_tags_five_description_one() -> None:
    assert FIELD_WEIGHTS == {"title": 10, "tags": 5, "description": 1}


def test_the_stop_words_are_lucenes_33() -> None:
    assert len(STOP_WORDS) == len(set(STOP_WORDS)) == 33
