from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lumenstock.embedding.preprocess import squared


@given(st.integers(3, 90), st.integers(3, 90), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_the_result_is_square_and_keeps_within_the_range_of_the_source(
    height_px: int, width_px: int, size_px: int, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(40, 200, (height_px, width_px, 3), np.uint8)
    made = squared(pixels, size_px)
    assert made.shape == (size_px, size_px, 3)
    assert made.dtype == np.uint8
    assert pixels.min() <= made.min()
    assert made.max() <= pixels.max()


@given(st.integers(8, 200), st.integers(8, 200), st.integers(0, 2**32 - 1))
def test_it_agrees_with_pillow_s_box_filter_by_which_the_training_pictures_were_shrunk(
    height_px: int, width_px: int, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 255, (height_px, width_px, 3), np.uint8)
    size_px = min(height_px, width_px) // 2
    side_px = min(height_px, width_px)
    top, left = (height_px - side_px) // 2, (width_px - side_px) // 2
    box = (left, top, left + side_px, top + side_px)
    wanted = Image.fromarray(pixels).resize((size_px, size_px), Image.Resampling.BOX, box=box)
    # Pillow takes a pixel at the rim wholly or not at all, we take its fraction.
    assert np.abs(squared(pixels, size_px).astype(int).mean() - np.asarray(wanted).astype(int).mean()) < 3


def test_pixels_at_the_sides_of_a_wide_picture_do_not_count() -> None:
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 200
    assert (squared(pixels, 5) == 200).all()


@pytest.mark.parametrize("size_px", [1, 2, 4])
def test_a_pixel_is_the_mean_of_what_it_covers(size_px: int) -> None:
    pixels = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3) * 5
    block = 4 // size_px
    means = pixels.reshape(size_px, block, size_px, block, 3).mean((1, 3))
    assert (squared(pixels, size_px) == np.floor(means + 0.5)).all()
