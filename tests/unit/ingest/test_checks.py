from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.catalog.reasons import CATALOGUE, Reason, ReasonCode
from lumenstock.imaging.containers.model import Container
from lumenstock.imaging.formats import Format
from lumenstock.imaging.header import Examination, Header
from lumenstock.ingest import refusals
from lumenstock.ingest.checks import FileLimits, check_examination, check_header, check_size

LIMITS = FileLimits(max_bytes=200_000_000, max_pixels=150_000_000)
PHOTO = Header(Format.JPEG, width_px=4000, height_px=3000, pixel_bytes=3, interlaced=False)
PHOTO_BYTES = 3_000_000
WHOLE = Examination(
    format=Format.JPEG,
    foreign=None,
    container=Container(end=PHOTO_BYTES),
    contents=(),
    trailing_bytes=0,
    trailing_picture=False,
    header=PHOTO,
    fault=None,
)


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


def found_codes(found: Examination, declared: str = "image/jpeg") -> list[str]:
    return codes(check_examination(found, declared, PHOTO_BYTES, LIMITS))


@pytest.mark.parametrize(("declared", "found"), [("image/jpeg", []), ("image/png", ["type_mismatch"])])
def test_the_announced_type_must_be_the_true_one(declared: str, found: list[str]) -> None:
    assert found_codes(WHOLE, declared) == found


@pytest.mark.parametrize(
    ("foreign", "contents", "found"),
    [
        ("HEIC", (), ["heic"]),
        ("SVG", ("svg",), ["svg"]),
        ("GIF", (), ["unsupported_format"]),
        ("PDF", ("pdf",), ["unsupported_format"]),
        (None, ("html",), ["not_an_image"]),
    ],
)
def test_what_is_none_of_ours_is_refused_by_its_name(
    foreign: str | None, contents: tuple[str, ...], found: list[str]
) -> None:
    foreign_file = replace(
        WHOLE, format=None, foreign=foreign, contents=contents, container=Container(), header=None
    )
    assert found_codes(foreign_file) == found


def test_heic_is_refused_with_the_way_out() -> None:
    text = refusals.heic().text
    assert all(word in text for word in ("JPEG", "Most Compatible", "Preview"))


@pytest.mark.parametrize(
    ("kind", "declared", "found"),
    [
        (Format.DNG, "image/x-adobe-dng", []),
        (Format.NEF, "image/tiff", ["type_mismatch"]),
        (Format.TIFF, "image/tiff", ["unsupported_format"]),
    ],
)
def test_camera_raw_is_taken_only_of_cameras_that_we_know(
    kind: Format, declared: str, found: list[str]
) -> None:
    raw = replace(WHOLE, format=kind, container=Container(raw_photo=True), header=None)
    assert found_codes(raw, declared) == found


@pytest.mark.parametrize(
    ("fault", "container", "found"),
    [
        ("damaged", Container(), ["unreadable_header"]),
        ("damaged", Container(truncated=True), ["truncated"]),
        ("decoder_limit", Container(frames=9), ["animated", "decoder_limit"]),
    ],
)
def test_a_header_that_no_decoder_reads_needs_no_second_reason(
    fault: str, container: Container, found: list[str]
) -> None:
    assert found_codes(replace(WHOLE, header=None, fault=fault, container=container)) == found


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
        (Format.TIFF, 20_001, []),
        (Format.TIFF, 19_999, ["suspicious_compression"]),
        (Format.PNG, 120_000, []),
        (Format.PNG, 119_999, ["compression_bomb"]),
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
    ("container", "found"),
    [
        (Container(), []),
        (Container(truncated=True), ["truncated"]),
        (Container(checksum_failed=True, frames=2), ["checksum_mismatch", "animated"]),
        (Container(pictures=2), ["several_pictures"]),
        (Container(cyclic=True, nested=True), ["cyclic_directories", "nested_directories"]),
        (Container(inflates=True), ["compression_bomb"]),
        (Container(metadata_bytes=16 << 20), []),
        (Container(metadata_bytes=(16 << 20) + 1), ["metadata_too_large"]),
    ],
)
def test_containers_are_judged(container: Container, found: list[str]) -> None:
    assert found_codes(replace(WHOLE, container=container)) == found


@pytest.mark.parametrize(
    ("trailing_bytes", "more_pictures", "trailing_picture", "found"),
    [
        (65_536, False, False, []),
        (65_537, False, False, ["trailing_data"]),
        (10**7, True, True, []),
        (10**7, True, False, ["trailing_data"]),
        (10**7, False, True, ["trailing_data"]),
    ],
)
def test_what_follows_the_picture_may_be_a_note_or_a_picture_by_design(
    trailing_bytes: int,
    more_pictures: bool,  # noqa: FBT001 - a parameter
    trailing_picture: bool,  # noqa: FBT001 - a parameter
    found: list[str],
) -> None:
    followed = replace(
        WHOLE,
        container=Container(more_pictures=more_pictures),
        trailing_bytes=trailing_bytes,
        trailing_picture=trailing_picture,
    )
    assert found_codes(followed) == found


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        (("zip",), ["polyglot_zip"]),
        (("pdf",), ["polyglot_pdf"]),
        (("html",), ["polyglot_html"]),
        (("svg",), ["svg"]),
        (("zip", "html"), ["polyglot_zip", "polyglot_html"]),
    ],
)
def test_a_file_that_is_two_things_is_refused_by_the_name_of_the_other(
    contents: tuple[str, ...], found: list[str]
) -> None:
    assert found_codes(replace(WHOLE, contents=contents, trailing_bytes=10**6)) == found


def test_every_code_is_explained_and_says_what_to_do() -> None:
    assert list(CATALOGUE) == list(ReasonCode)
    for code, known in CATALOGUE.items():
        assert known.means.endswith("."), code
        assert known.remedy.endswith((".", "](formats.md).")), code


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
