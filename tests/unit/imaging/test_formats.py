from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.formats import HEAD_BYTES, Format, foreign_name, sniff
from tests.pictures import encode, photo


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_every_format_that_we_take_is_told_by_its_first_bytes(kind: str) -> None:
    head = encode(photo(40, 30), kind)[:HEAD_BYTES]
    assert sniff(head) == kind.lower()


def test_big_endian_and_big_tiff_are_told() -> None:
    assert [sniff(head) for head in (b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0")] == [
        Format.TIFF
    ] * 3


def box(major: bytes, *compatible: bytes) -> bytes:
    brands = major + b"\0\0\0\0" + b"".join(compatible)
    return (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (box(b"heic", b"mif1", b"heic"), "HEIC"),
        (box(b"mif1", b"heic"), "HEIC"),
        (box(b"mif1"), "HEIF"),
        (box(b"isom", b"mp41"), "video"),
        (box(b"crx ", b"isom"), "camera raw"),
        (b"II*\0\x10\0\0\0CR\x02\0", "camera raw"),
        (b"GIF89a", "GIF"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\x0a\x00", "JPEG XL"),
        (b'<?xml version="1.0"?><svg xmlns="">', "SVG"),
        (b"PK\x03\x04", "ZIP"),
    ],
)
def test_a_format_that_we_do_not_take_is_named(head: bytes, name: str) -> None:
    assert (sniff(head), foreign_name(head)) == (None, name)


def test_a_heif_container_with_av1_inside_is_avif() -> None:
    assert sniff(box(b"mif1", b"avif", b"miaf")) is Format.AVIF


def test_a_brand_behind_the_end_of_its_box_does_not_count() -> None:
    assert sniff(box(b"isom") + b"avif") is None


@pytest.mark.parametrize("head", [b"", b"\xff", b"\xff\xd8", b"RIFF\0\0\0\0WAVE", b"MZ\x90", b"<html>"])
def test_what_is_no_picture_has_no_format(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=HEAD_BYTES))
def test_no_bytes_break_the_sniffer(head: bytes) -> None:
    assert not (sniff(head) and foreign_name(head) in {"GIF", "PDF", "ZIP", "SVG"})


def test_media_types_are_those_of_the_registry() -> None:
    assert {kind.media_type for kind in Format} == {
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "image/avif",
    }
