from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.catalog.reasons import Reason
from lumenstock.imaging.containers import Container
from lumenstock.imaging.formats import Format
from lumenstock.imaging.header import Header
from lumenstock.ingest.checks import FileLimits, check_container, check_header, check_size, check_type

LIMITS = FileLimits(max_bytes=200_000_000, max_pixels=150_000_000)
PHOTO = Header(Format.JPEG, width_px=4000, height_px=3000, pixel_bytes=3, interlaced=False)
PHOTO_BYTES = 3_000_000


def codes(reasons: list[Reason]) -> list[str]:
    return [reason.code.value for reason in reasons]


def header_codes(header: Header, size_bytes: int = PHOTO_BYTES, limits: FileLimits = LIMITS) -> list[str]:
    return codes(check_header(header, header.format or Format.JPEG, size_bytes, limits))


@pytest.mark.parametrize(
    ("size_bytes", "found"),
    [(0, ["empty_file"]), (1, []), (200_000_000, []), (200_000_001, ["too_large"])],
)
def test_size_is_checked_before_a_byte_is_read(size_bytes: int, found: list[str]) -> None:
    assert codes(check_size(size_bytes, LIMITS)) == found


@pytest.mark.parametrize(("declared", "found"), [("image/png", []), ("image/jpeg", ["type_mismatch"])])
def test_the_announced_type_must_be_the_true_one(declared: str, found: list[str]) -> None:
    assert codes(check_type(Format.PNG, declared)) == found


def test_an_ordinary_photo_passes() -> None:
    assert header_codes(PHOTO) == []


@pytest.mark.parametrize(
    ("width_px", "height_px", "found"),
    [
        (16, 16, []),
        (15, 4000, ["too_small"]),
        (4000, 15, ["too_small"]),
        (30_000, 4000, []),
        (30_001, 4000, ["too_many_pixels"]),
        (15_000, 10_000, []),
        (15_000, 10_001, ["too_many_pixels"]),
        (30_001, 15, ["too_small", "too_many_pixels"]),
    ],
)
def test_sides_and_pixels_have_limits(width_px: int, height_px: int, found: list[str]) -> None:
    assert header_codes(replace(PHOTO, width_px=width_px, height_px=height_px), 10**8) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (replace(PHOTO, width_px=9000, height_px=6667, interlaced=True), ["too_many_pixels"]),
        (replace(PHOTO, width_px=9000, height_px=6666, interlaced=True), []),
        (replace(PHOTO, width_px=9000, height_px=6667), []),
        (replace(PHOTO, format=Format.AVIF, width_px=9000, height_px=6667), ["too_many_pixels"]),
        (replace(PHOTO, format=Format.WEBP, width_px=9000, height_px=6667), ["too_many_pixels"]),
        (
            replace(PHOTO, format=Format.TIFF, width_px=14_000, height_px=10_000, pixel_bytes=16),
            ["too_many_pixels"],
        ),
    ],
)
def test_what_must_be_held_in_memory_whole_has_a_lower_limit(header: Header, found: list[str]) -> None:
    assert header_codes(header, 10**8) == found


def test_a_stage_may_lower_the_limit_below_that() -> None:
    small = FileLimits(max_bytes=10**8, max_pixels=1_000_000)
    assert header_codes(replace(PHOTO, interlaced=True), limits=small) == ["too_many_pixels"]


@pytest.mark.parametrize(
    ("kind", "size_bytes", "found"),
    [
        (Format.JPEG, 100_000, []),
        (Format.JPEG, 99_999, ["suspicious_compression"]),
        (Format.PNG, 20_001, []),
        (Format.PNG, 19_999, ["suspicious_compression"]),
    ],
)
def test_too_few_bytes_for_so_many_pixels_are_suspicious(
    kind: Format, size_bytes: int, found: list[str]
) -> None:
    assert header_codes(replace(PHOTO, format=kind, width_px=5000, height_px=4000), size_bytes) == found


def test_a_small_flat_picture_is_not_suspicious() -> None:
    assert header_codes(replace(PHOTO, width_px=4000, height_px=4000), 10_000) == []


def test_a_decoder_that_sees_another_format_is_believed() -> None:
    assert codes(check_header(replace(PHOTO, format=None), Format.JPEG, PHOTO_BYTES, LIMITS)) == [
        "type_mismatch"
    ]


@pytest.mark.parametrize(
    ("container", "trailing", "trailing_bytes", "found"),
    [
        (Container(), b"", 0, []),
        (Container(end=9), b"PK", 65_536, []),
        (Container(end=9), b"PK", 65_537, ["trailing_data"]),
        (Container(end=9, more_pictures=True), b"\0\0\xff\xd8\xff", 10**7, []),
        (Container(end=9, more_pictures=True), b"MZ", 10**7, ["trailing_data"]),
        (Container(end=9), b"\xff\xd8\xff", 10**7, ["trailing_data"]),
        (Container(checksum_failed=True, animated=True), b"", 0, ["animated", "damaged"]),
        (Container(raw_photo=True), b"", 0, ["unsupported_format"]),
    ],
)
def test_containers_are_judged(
    container: Container, trailing: bytes, trailing_bytes: int, found: list[str]
) -> None:
    assert sorted(codes(check_container(container, trailing, trailing_bytes))) == found


@given(
    st.builds(
        Header,
        st.sampled_from([*Format, None]),
        st.integers(1, 10**5),
        st.integers(1, 10**5),
        st.integers(1, 32),
        st.booleans(),
    ),
    st.integers(1, LIMITS.max_bytes),
)
def test_every_refusal_tells_what_to_do_and_comes_once(header: Header, size_bytes: int) -> None:
    found = check_header(header, Format.JPEG, size_bytes, LIMITS)
    assert len(set(codes(found))) == len(found)
    assert all(reason.needs_new_upload and reason.text.endswith(".") for reason in found)


@given(st.integers(1, 30_000), st.integers(1, 30_000), st.sampled_from(list(Format)), st.booleans())
def test_what_passes_can_be_decoded_within_the_limits(
    width_px: int,
    height_px: int,
    kind: Format,
    interlaced: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    header = Header(kind, width_px, height_px, 8, interlaced)
    if not header_codes(header, 10**8):
        assert header.pixels <= (60_000_000 if header.decodes_whole else 150_000_000)
