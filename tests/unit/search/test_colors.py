from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.search.colors import BUCKETS, COLOR_PATTERN, bucket_named, bucket_of, to_lab

# Bruce Lindbloom's calculator, sRGB, D65, to two decimals.
REFERENCE = {
    "#FFFFFF": (100.0, 0.0, 0.0),
    "#000000": (0.0, 0.0, 0.0),
    "#FF0000": (53.24, 80.09, 67.20),
    "#00FF00": (87.73, -86.18, 83.18),
    "#0000FF": (32.30, 79.19, -107.86),
    "#808080": (53.59, 0.0, 0.0),
    "#050505": (1.37, 0.0, 0.0),
}


@pytest.mark.parametrize("color", REFERENCE)
def test_lab_agrees_with_the_reference(color: str) -> None:
    assert to_lab(color) == pytest.approx(REFERENCE[color], abs=0.02)


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_holds_its_own_color(bucket: str) -> None:
    assert bucket_of(bucket) == bucket


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#FF0000", "red"),
        ("#0A0A0C", "black"),
        ("#F8F8FA", "white"),
        ("#2E8B40", "green"),
        ("#1D5FD0", "blue"),
        ("#FFB000", "orange"),
        ("#7A4A20", "brown"),
        ("#90D0F0", "sky blue"),
        ("#7F7F7F", "grey"),
    ],
)
def test_near_colors_share_a_bucket(color: str, name: str) -> None:
    assert BUCKETS[bucket_of(color)] == name


@given(st.integers(0, 0xFFFFFF))
def test_every_color_has_a_bucket(value: int) -> None:
    assert bucket_of(f"#{value:06X}") in BUCKETS


@pytest.mark.parametrize("text", ["#FFA500", "ffa500", "FFA500", "orange", "#ffa502"])
def test_a_person_may_write_hex_or_a_name(text: str) -> None:
    assert bucket_named(text) == "#FFA500"


@given(st.from_regex(COLOR_PATTERN, fullmatch=True))
def test_whatever_fits_the_pattern_has_a_meaning(text: str) -> None:
    assert bucket_named(text) in BUCKETS


@pytest.mark.parametrize(
    "text", ["", "#FFF", "orangeish", "Orange", "#GGGGGG", "FFA5000", "#", "１２３４５６"]
)
def test_what_is_no_color_means_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        bucket_named(text)


def test_names_are_distinct() -> None:
    assert len(set(BUCKETS.values())) == len(BUCKETS)
