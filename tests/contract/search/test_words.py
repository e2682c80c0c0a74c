"""Which documents match which words."""

from __future__ import annotations

from typing import Any

import pytest

from lumenstock.search.ports import IndexQuery, SearchIndex
from tests.contract.search.documents import document, numbers


def found(index: SearchIndex, text: str) -> list[int]:
    return sorted(numbers(index.query(IndexQuery(text=text)).keyword))


@pytest.mark.parametrize("field", [{"title": "red car"}, {"tags": ("car",)}, {"description": "one car"}])
def test_a_word_is_found_in_each_field(index: SearchIndex, field: dict[str, Any]) -> None:
    index.write([document(1, **field), document(2, title="boat")])
    assert found(index, "car") == [1]


def test_case_makes_no_difference(index: SearchIndex) -> None:
    index.write([document(1, title="Red CAR")])
    assert found(index, "rEd cAr") == [1]


@pytest.mark.parametrize(("written", "asked"), [("café", "cafe"), ("cafe", "café"), ("Zürich", "zurich")])
def test_accents_make_no_difference(index: SearchIndex, written: str, asked: str) -> None:
    index.write([document(1, title=written)])
    assert found(index, asked) == [1]


@pytest.mark.parametrize(
    ("written", "asked"), [("car", "cars"), ("cars", "car"), ("running", "runs"), ("flies", "fly")]
)
def test_english_endings_make_no_difference(index: SearchIndex, written: str, asked: str) -> None:
    index.write([document(1, title=written)])
    assert found(index, asked) == [1]


def test_stop_words_of_the_query_are_not_required(index: SearchIndex) -> None:
    index.write([document(1, title="car night")])
    assert found(index, "a car in the night") == [1]


def test_stop_words_of_a_document_are_no_obstacle(index: SearchIndex) -> None:
    index.write([document(1, title="The car and the night")])
    assert found(index, "car night") == [1]


def test_stop_words_alone_find_nothing(index: SearchIndex) -> None:
    index.write([document(1, title="the car of the year")])
    assert found(index, "the of") == []


@pytest.mark.parametrize("text", ["?!", "—", "   ...   ", '""'])
def test_a_query_without_words_finds_nothing(index: SearchIndex, text: str) -> None:
    index.write([document(1, title="car")])
    assert found(index, text) == []


def test_punctuation_parts_words(index: SearchIndex) -> None:
    index.write([document(1, title="black-white/t-shirt")])
    assert found(index, "shirt") == [1]
    assert found(index, "black_white") == [1]


def test_numbers_are_words(index: SearchIndex) -> None:
    index.write([document(1, title="skyline 2024"), document(2, title="skyline 2025")])
    assert found(index, "2024") == [1]


def test_words_of_other_scripts_are_found(index: SearchIndex) -> None:
    index.write([document(1, title="東京 夜景"), document(2, title="Москва")])
    assert found(index, "夜景") == [1]
    assert found(index, "москва") == [2]


def test_of_two_words_both_are_required(index: SearchIndex) -> None:
    index.write([document(1, title="red car"), document(2, title="red boat"), document(3, title="blue car")])
    assert found(index, "red car") == [1]


def test_of_four_words_three_suffice(index: SearchIndex) -> None:
    index.write([document(1, title="red car night street"), document(2, title="red car night")])
    index.write([document(3, title="red car")])
    assert found(index, "red car night street") == [1, 2]


def test_a_repeated_word_counts_once(index: SearchIndex) -> None:
    index.write([document(1, title="red car"), document(2, title="red boat")])
    assert found(index, "red red reds car") == [1]


def test_required_words_may_lie_in_different_fields(index: SearchIndex) -> None:
    index.write([document(1, title="red", tags=("car",)), document(2, title="red", description="boat")])
    assert found(index, "red car") == [1]


def test_a_tag_of_several_words_is_found_by_each(index: SearchIndex) -> None:
    index.write([document(1, tags=("golden hour", "beach"))])
    assert found(index, "golden") == [1]
    assert found(index, "hour beach") == [1]


def test_an_unknown_word_finds_nothing(index: SearchIndex) -> None:
    index.write([document(1, title="car")])
    assert found(index, "zeppelin") == []


def test_part_of_a_word_is_not_the_word(index: SearchIndex) -> None:
    index.write([document(1, title="carpet")])
    assert found(index, "car") == []


@pytest.mark.parametrize(
    "text", ['title:"car"', "car*", "(car", "+car -car", "car^9", "car~", "[a TO z] car", "\\car", "car\x00"]
)
def test_query_syntax_is_only_text(index: SearchIndex, text: str) -> None:
    index.write([document(1, title="car title a to z 9")])
    assert found(index, text) == [1]


@pytest.mark.parametrize(
    "field",
    [{"categories": ("car",)}, {"contributor_name": "Car"}, {"contributor_id": "car"}, {"colors": ("car",)}],
)
def test_only_title_tags_and_description_are_searched(index: SearchIndex, field: dict[str, Any]) -> None:
    index.write([document(1, **field)])
    assert found(index, "car") == []


def test_an_empty_index_answers_nothing(index: SearchIndex) -> None:
    answer = index.query(IndexQuery(text="car"))
    assert (answer.keyword, answer.vector, answer.total, answer.relation) == ((), (), 0, "eq")
    assert index.query(IndexQuery()).total == 0
