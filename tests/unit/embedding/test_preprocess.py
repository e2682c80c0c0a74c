from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lumenstock.embedding.model import Resampling
from lumenstock.embedding.preprocess import squared


@given(st.integers(3, 90), st.integers(3, 90), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_the_result_is_square_and_keeps_within_the_range_of_the_source(
    height_px: int, width_px: int, size_px: int, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(40, 200, (height_px, width_px, 3), np.uint8)
    made = squared(pixels, size_px, Resampling.AREA)
    assert made.shape == (size_px, size_px, 3)
    assert made.dtype == np.uint8
    assert pixels.min() <= made.min()
    assert made.max() <= pixels.max()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_every_pixel_is_the_mean_of_the_area_it_covers(side_px: int, size_px: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 255, (side_px, side_px, 3), np.uint8)
    finer = pixels.repeat(size_px, axis=0).repeat(size_px, axis=1).astype(np.float64)
    means = finer.reshape(size_px, side_px, size_px, side_px, 3).mean((1, 3))
    assert np.abs(squared(pixels, size_px, Resampling.AREA) - means).max() <= 0.5 + 1e-6


def test_pixels_at_the_sides_of_a_wide_picture_do_not_count() -> None:
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 200
    assert (squared(pixels, 5, Resampling.AREA) == 200).all()


@given(st.integers(1, 120), st.integers(1, 120), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_bicubic_is_what_pillow_does_to_the_columns_then_to_the_rows(
    height_px: int, width_px: int, size_px: int, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), np.uint8)
    short = min(height_px, width_px)
    tall, wide = height_px * size_px // short, width_px * size_px // short
    narrowed = Image.fromarray(pixels).resize((wide, height_px), Image.Resampling.BICUBIC)
    whole = np.asarray(narrowed.resize((wide, tall), Image.Resampling.BICUBIC))
    top, left = (tall - size_px) // 2, (wide - size_px) // 2
    middle = whole[top : top + size_px, left : left + size_px]
    assert (squared(pixels, size_px, Resampling.BICUBIC) == middle).all()
