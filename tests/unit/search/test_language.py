from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.search.language import Wish, read, unframed


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("red car", Wish("red car")),
        ('"red car" night', Wish("night", phrases=("red car",))),
        ('car -rust -"hot dog"', Wish("car", excluded=("rust", "hot dog"))),
        ("photo* of cats", Wish("of cats", prefixes=("photo",))),
        ('"a" "b c"', Wish(phrases=("a", "b c"))),
        ("-red", Wish(excluded=("red",))),
        ("-t-shirt", Wish(excluded=("t shirt",))),
    ],
)
def test_the_language_is_read(text: str, wish: Wish) -> None:
    assert read(text) == wish


@pytest.mark.parametrize(
    "text", ["black-white", "t-shirt", "*", "a*", "-", "--", "c++", "5*3", "ca*r", "- red"]
)
def test_what_only_looks_like_it_is_words(text: str) -> None:
    assert read(text) == Wish(text)


@pytest.mark.parametrize("opening", ["a photo of ", "Photos of ", "the picture of ", "pics of ", "view of "])
def test_that_it_is_a_picture_goes_without_saying(opening: str) -> None:
    assert unframed(f"{opening}a red car") == "a red car"


@pytest.mark.parametrize("text", ["photo of", "photo of ", "photo album", "a wall of photos of cats", ""])
def test_what_speaks_of_pictures_otherwise_stays(text: str) -> None:
    assert unframed(text) == text


def test_a_quote_that_is_never_closed_is_no_quote() -> None:
    assert read('"red car') == Wish("red car")


def test_a_phrase_of_signs_asks_for_nothing() -> None:
    assert read('"?!" car') == Wish("car")


def test_the_meaning_has_the_phrases_and_not_what_is_excluded() -> None:
    assert read('night "red car" -rust photo*').meaning == "night red car"


@given(st.text(max_size=40))
def test_nothing_is_an_error(text: str) -> None:
    wish = read(text)
    assert all(part.strip() for part in (*wish.phrases, *wish.prefixes, *wish.excluded))
