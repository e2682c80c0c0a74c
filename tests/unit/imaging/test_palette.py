from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.palette import COLOURS, dominant_colours, to_lab


def _blocks(*parts: tuple[tuple[int, int, int], int]) -> np.ndarray:
    """Columns of plain colour: (colour, width)."""
    return np.concatenate([np.full((50, width, 3), colour, np.uint8) for colour, width in parts], axis=1)


def test_plain_colours_come_back_exactly_with_their_shares_largest_first() -> None:
    found = dominant_colours(_blocks(((255, 165, 0), 20), ((0, 0, 128), 70), ((255, 255, 255), 10)))
    assert [colour.hex for colour in found] == ["#000080", "#FFA500", "#FFFFFF"]
    assert [colour.share for colour in found] == pytest.approx([0.7, 0.2, 0.1], abs=0.01)


def test_shades_that_the_eye_hardly_tells_apart_are_one_colour() -> None:
    (found,) = dominant_colours(_blocks(((100, 120, 140), 50), ((101, 121, 141), 50)))
    assert found.share == 1


def test_a_colour_of_which_there_is_little_is_still_found() -> None:
    found = dominant_colours(_blocks(((30, 30, 30), 96), ((220, 30, 30), 4)))
    assert [colour.hex for colour in found] == ["#1E1E1E", "#DC1E1E"]


@given(st.integers(1, 80), st.integers(1, 80), st.integers(0, 2**32 - 1))
def test_shares_sum_to_one_and_the_same_pixels_give_the_same_answer(
    height_px: int, width_px: int, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 255, (height_px, width_px, 3), np.uint8)
    found = dominant_colours(pixels)
    assert 1 <= len(found) <= COLOURS
    assert sum(colour.share for colour in found) == pytest.approx(1, abs=0.001)
    assert [colour.share for colour in found] == sorted((colour.share for colour in found), reverse=True)
    assert dominant_colours(pixels.copy()) == found


def test_lab_agrees_with_published_values() -> None:
    # Source: http://www.brucelindbloom.com (sRGB, D65).
    known = {
        (255, 255, 255): (100, 0, 0),
        (255, 0, 0): (53.24, 80.09, 67.2),
        (0, 0, 255): (32.3, 79.19, -107.86),
    }
    made = to_lab(np.array(list(known), np.float64))
    assert made == pytest.approx(np.array(list(known.values())), abs=0.05)
