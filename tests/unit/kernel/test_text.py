from __future__ import annotations

import re
import unicodedata
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from lumenstock.kernel.text import (
    LINE_PATTERN,
    SAID_PATTERN,
    TEXT_PATTERN,
    readable_line,
    tidy_line,
    tidy_text,
)

LINE: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(pattern=LINE_PATTERN)])
TEXT: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(pattern=TEXT_PATTERN)])
SAID: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(pattern=SAID_PATTERN)])


def passes(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("text", ["Harbour at dawn", "日本の港", "👩‍👩‍👧 at the sea", "é", "a"])
def test_what_people_write_passes(text: str) -> None:
    for adapter in (LINE, TEXT, SAID):
        assert passes(adapter, text)


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\x1b[2J", "a\x7f", "a\x85b", "a\u2028b", "evil\u202egpj.exe", "\u2066a"]
)
def test_control_characters_and_turned_writing_are_refused(text: str) -> None:
    for adapter in (LINE, TEXT, SAID):
        assert not passes(adapter, text)


@pytest.mark.parametrize("text", ["", " ", "\u3000", "one\ntwo"])
def test_a_line_is_one_line_with_something_on_it_and_a_text_need_not_be(text: str) -> None:
    assert not passes(LINE, text)
    assert passes(TEXT, text)


def test_who_says_something_says_more_than_spaces_on_any_number_of_lines() -> None:
    for text in ("", " ", "\n\n", " \n\u3000 \xa0"):
        assert not passes(SAID, text)
    for text in ("a", " \n a\n", "one\n\ntwo"):
        assert passes(SAID, text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_python_and_pydantic_read_the_patterns_alike(text: str) -> None:
    """A JSON Schema validator is Python or JavaScript, pydantic is Rust."""
    for pattern, adapter in ((LINE_PATTERN, LINE), (TEXT_PATTERN, TEXT), (SAID_PATTERN, SAID)):
        assert bool(re.fullmatch(pattern, text)) == passes(adapter, text)


@given(st.text(st.characters(), max_size=60), st.integers(1, 40))
def test_text_of_unknown_origin_becomes_a_line_that_is_allowed(text: str, length: int) -> None:
    line = readable_line(text, length)
    assert len(line) <= length
    assert not line or passes(LINE, line)


@given(st.text(max_size=60))
def test_tidying_is_composed_and_done_once(text: str) -> None:
    for tidy in (tidy_line, tidy_text):
        tidied = tidy(text)
        assert tidy(tidied) == tidied
        assert unicodedata.is_normalized("NFC", tidied)


def test_tidying_keeps_the_lines_of_a_text_and_joins_those_of_a_line() -> None:
    assert tidy_text("\n one  \ntwo \n\n") == "one\ntwo"
    assert tidy_line("  one \t two ") == "one two"
