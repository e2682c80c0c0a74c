from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.renditions import RENDITIONS, clean_names, marked_names


@pytest.mark.parametrize(
    ("width_px", "clean", "marked"),
    [
        (16, (), ("preview",)),
        (299, (), ("preview",)),
        (300, ("300",), ("preview",)),
        (511, ("300",), ("preview",)),
        (512, ("512", "300"), ("preview",)),
        (1023, ("512", "300"), ("preview",)),
        (1024, ("512", "300"), ("1024",)),
        (30_000, ("512", "300"), ("1024",)),
    ],
)
def test_a_source_gets_the_files_that_its_width_allows(
    width_px: int, clean: tuple[str, ...], marked: tuple[str, ...]
) -> None:
    assert (clean_names(width_px), marked_names(width_px)) == (clean, marked)


@given(st.integers(16, 30_000))
def test_every_picture_has_exactly_one_marked_file_and_no_clean_one_above_512(width_px: int) -> None:
    assert len(marked_names(width_px)) == 1
    assert all(RENDITIONS[name].marked for name in marked_names(width_px))
    assert all(
        not RENDITIONS[name].marked and RENDITIONS[name].width_px <= min(512, width_px)
        for name in clean_names(width_px)
    )
