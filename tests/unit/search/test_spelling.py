from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.search.spelling import distance, edits_allowed, meant

words = st.text(alphabet="abc", max_size=6)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("car", "car", 0),
        ("car", "cart", 1),
        ("car", "cat", 1),
        ("car", "cra", 1),
        ("ca", "abc", 3),
        ("", "ab", 2),
    ],
)
def test_edits_are_counted(one: str, other: str, edits: int) -> None:
    assert distance(one, other, 5) == edits


def test_counting_stops_beyond_the_most() -> None:
    assert distance("abcdef", "uvwxyz", 2) == 3
    assert distance("a", "abcdefgh", 2) == 3


@given(words, words)
def test_both_ways_are_equally_long(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)


@given(words, st.integers(0, 5), st.sampled_from("abc"))
def test_one_letter_more_is_one_edit(word: str, at: int, letter: str) -> None:
    assert distance(word, word[:at] + letter + word[at:], 3) == 1


def test_the_longer_a_word_the_more_slips_it_may_have() -> None:
    assert [edits_allowed("x" * letters) for letters in (3, 4, 5, 6, 20)] == [0, 1, 1, 2, 2]


def test_a_word_that_nobody_holds_is_not_meant() -> None:
    assert meant("beax", {"bead": 0, "beam": 1}) == "beam"
