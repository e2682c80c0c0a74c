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
        (box(b"mif1"), "HEIC"),
        (box(b"isom", b"mp41"), "video"),
        (b"FOVb\0\0\3\0", "Sigma X3F"),
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


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"II*\0\x10\0\0\0CR\x02\0", Format.CR2),
        (box(b"crx ", b"isom"), Format.CR3),
        (b"FUJIFILMCCD-RAW 0201", Format.RAF),
        (b"IIRO\x08\0\0\0", Format.ORF),
        (b"IIRS\x08\0\0\0", Format.ORF),
        (b"MMOR\0\0\0\x08", Format.ORF),
        (b"IIU\0\x18\0\0\0", Format.RW2),
    ],
)
def test_camera_raw_is_told_by_its_first_bytes(head: bytes, kind: Format) -> None:
    assert sniff(head) is kind
    assert kind.raw


def test_every_format_has_a_media_type_and_a_name_of_its_own() -> None:
    assert len({kind.media_type for kind in Format}) == len({kind.label for kind in Format}) == len(Format)
    assert {kind.media_type for kind in Format if not kind.raw} == {
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "image/avif",
    }
