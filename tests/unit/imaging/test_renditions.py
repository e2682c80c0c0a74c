from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.renditions import EAGER, MARKED_FROM_PX, RENDITIONS, Encoding

LEAN = EAGER["lean"]


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
    assert (LEAN.clean(width_px), LEAN.marked(width_px)) == (clean, marked)


@given(st.integers(16, 30_000), st.sampled_from(sorted(EAGER)))
def test_every_picture_has_a_marked_file_and_no_clean_one_above_512(width_px: int, renditions: str) -> None:
    eager = EAGER[renditions]
    assert eager.marked(width_px)
    assert all(RENDITIONS[name].marked for name in eager.marked(width_px))
    assert all(
        not RENDITIONS[name].marked and RENDITIONS[name].width_px <= min(512, width_px)
        for name in eager.clean(width_px)
    )


def test_full_is_the_closed_set_and_lean_a_part_of_it_that_the_pipeline_can_read() -> None:
    full = EAGER["full"]
    assert (set(full.names), set(full.encodings)) == (set(RENDITIONS), set(Encoding))
    assert set(LEAN.names) < set(full.names)
    assert all(Encoding.WEBP in eager.encodings for eager in EAGER.values())


def test_the_closed_set_is_the_one_that_was_designed() -> None:
    clean = {name for name, rendition in RENDITIONS.items() if not rendition.marked}
    assert clean == {"150", "256", "300", "450", "512"}
    assert set(RENDITIONS) - clean == {"600", "1000", "1024", "1200", "1600", "preview"}
    assert MARKED_FROM_PX == 600
    assert {encoding.media_type for encoding in Encoding} == {"image/avif", "image/webp", "image/jpeg"}
