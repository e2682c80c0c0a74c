"""Which words of a question are the same word."""

from __future__ import annotations

import pytest

from lumenstock.adapters.opensearch.words import NOTHING, stems_of, words_clause, written_words_of


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("red red reds car", ["red", "car"]),
        ("A car in the NIGHT", ["car", "night"]),
        ("black-white/t_shirt", ["black", "white", "t", "shirt"]),
        ("Zürich cafés", ["zurich", "cafe"]),
        ("東京 夜景", ["東京", "夜景"]),
        ("the of", []),
        ("?! …", []),
    ],
)
def test_words_are_counted_by_their_stems(text: str, stems: list[str]) -> None:
    assert stems_of(text) == stems


def test_a_word_is_asked_for_as_it_was_written_first() -> None:
    (clause,) = words_clause("Running runs")["bool"]["should"]
    assert clause["multi_match"]["query"] == "Running"


def test_what_is_written_is_folded_and_keeps_its_order() -> None:
    assert written_words_of("The Café—au_Lait 2024") == ["the", "cafe", "au", "lait", "2024"]


def test_of_five_words_three_are_required() -> None:
    assert words_clause("one two three four five")["bool"]["minimum_should_match"] == 3


def test_stop_words_alone_ask_for_nothing_that_there_is() -> None:
    assert words_clause("the of") == NOTHING
