from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.accounts.password import MAX_LENGTH, MIN_LENGTH, weakness

GOOD = "Sunset-over-7"


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("SUNSET-OVER-7", "a lower-case letter"),
        ("sunset-over-7", "an upper-case letter"),
        ("Sunset-over-x", "a digit"),
        ("SunsetOver777", "a symbol"),
    ],
)
def test_a_missing_kind_of_character_is_named(password: str, lacks: str) -> None:
    assert weakness(password) == f"A password needs {lacks}."


@pytest.mark.parametrize("password", [" " + GOOD, GOOD + " ", "Sunset\tover-7", "Sunset\x00over-7"])
def test_control_characters_and_outer_spaces_are_refused(password: str) -> None:
    assert "control characters" in str(weakness(password))


@pytest.mark.parametrize("length", [MIN_LENGTH, MAX_LENGTH])
def test_length_limits_are_inclusive(length: int) -> None:
    assert weakness("aA1!" + "x" * (length - 4)) is None


@pytest.mark.parametrize("length", [MIN_LENGTH - 1, MAX_LENGTH + 1])
def test_a_length_outside_the_limits_is_refused(length: int) -> None:
    assert "characters" in str(weakness("aA1!" + "x" * (length - 4)))


def test_only_ascii_counts_as_at_cognito() -> None:
    assert weakness("ünsét-ÖVÉR-٧") == "A password needs a digit."


@given(st.text(max_size=300))
def test_what_passes_has_all_four_kinds(password: str) -> None:
    if weakness(password) is None:
        assert any(map(str.isdigit, password))
        assert password != password.lower()
        assert password != password.upper()
        assert not password.isalnum()
