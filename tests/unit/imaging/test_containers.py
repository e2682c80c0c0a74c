from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.containers.model import MAX_METADATA_BYTES, Container
from lumenstock.imaging.containers.polyglots import foreign_contents
from lumenstock.imaging.containers.tiff import MAX_DEPTH
from lumenstock.imaging.containers.walk import walk
from lumenstock.imaging.formats import Format
from tests.hostile import (
    HTML,
    PDF,
    SVG,
    cyclic_tiff,
    endless_gif,
    nested_tiff,
    text_bomb,
    tiff,
    with_comment,
    zip_archive,
)
from tests.pictures import encode, flat_png, photo, png_chunk, with_flipped_byte


@cache
def sample(name: str) -> bytes:
    picture = photo(90, 60)
    if name == "progressive":
        return encode(picture, "JPEG", progressive=True)
    if name == "restart":
        return encode(picture, "JPEG", restart_marker_rows=1)
    return encode(picture, name)


JPEGS = ["JPEG", "progressive", "restart"]
ENDED = [
    *((Format.JPEG, name) for name in JPEGS),
    (Format.PNG, "PNG"),
    (Format.WEBP, "WEBP"),
    (Format.AVIF, "AVIF"),
]


@pytest.mark.parametrize(("kind", "name"), ENDED)
def test_the_picture_ends_where_the_file_does(kind: Format, name: str) -> None:
    body = sample(name)
    assert walk(body, kind).end == len(body)


@pytest.mark.parametrize(("kind", "name"), ENDED)
def test_what_follows_the_picture_is_not_part_of_it(kind: Format, name: str) -> None:
    body = sample(name)
    assert walk(body + b"PK\x03\x04" + bytes(1000), kind).end == len(body)


def test_a_jpeg_thumbnail_in_the_header_does_not_end_the_picture() -> None:
    thumbnail, body = sample("JPEG"), sample("JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    with_thumbnail = body[:2] + segment + body[2:]
    assert walk(with_thumbnail, Format.JPEG).end == len(with_thumbnail)


@pytest.mark.parametrize("name", JPEGS)
def test_a_jpeg_without_its_end_is_cut_short(name: str) -> None:
    found = walk(sample(name)[:-2], Format.JPEG)
    assert (found.end, found.truncated) == (None, True)


@pytest.mark.parametrize(("kind", "name"), [*ENDED, (Format.TIFF, "TIFF")])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.98])
def test_a_file_that_ends_early_is_told_from_a_whole_one(kind: Format, name: str, share: float) -> None:
    body = sample(name)
    assert (walk(body[: int(len(body) * share)], kind).truncated, walk(body, kind).truncated) == (True, False)


def test_a_multi_picture_jpeg_says_so() -> None:
    body = encode(photo(90, 60), "MPO", save_all=True, append_images=[photo(90, 60, 2)])
    found = walk(body, Format.JPEG)
    assert found.more_pictures
    assert found.end is not None
    assert body[found.end :].lstrip(b"\0").startswith(b"\xff\xd8")


@pytest.mark.parametrize("offset", [17, 29, -20])
def test_a_broken_checksum_over_pixels_or_size_is_found(offset: int) -> None:
    body = sample("PNG")
    assert not walk(body, Format.PNG).checksum_failed
    assert walk(with_flipped_byte(body, offset % len(body)), Format.PNG).checksum_failed


def test_a_broken_checksum_over_a_comment_is_nothing() -> None:
    comment = png_chunk(b"tEXt", b"Title\0x")
    assert not walk(flat_png(40, 40, extra=comment[:-1] + b"\0"), Format.PNG).checksum_failed


@pytest.mark.parametrize(
    ("kind", "name"), [(Format.PNG, "PNG"), (Format.WEBP, "WEBP"), (Format.AVIF, "AVIF")]
)
def test_an_animation_is_told_from_a_still(kind: Format, name: str) -> None:
    moving = encode(photo(90, 60), name, save_all=True, append_images=[photo(90, 60, 2)])
    assert (walk(moving, kind).frames > 1, walk(sample(name), kind).frames) == (True, 1)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("tags", "raw"),
    [({256: 90, 50706: 0x01040000}, True), ({254: 1, 256: 160}, True), ({254: 0, 256: 90}, False)],
)
def test_a_camera_raw_file_in_a_tiff_is_told(order: str, tags: dict[int, int], *, raw: bool) -> None:
    assert walk(tiff(order, tags), Format.TIFF).raw_photo is raw


def test_a_plain_tiff_is_no_raw_photo_and_ends_where_its_last_value_does() -> None:
    for body in (sample("TIFF"), encode(photo(90, 60), "TIFF", compression="tiff_lzw")):
        found = walk(body + bytes(1000), Format.TIFF)
        assert (found.raw_photo, len(body) - 1 <= (found.end or 0) <= len(body)) == (False, True)


def test_pages_of_about_the_same_size_count_and_previews_do_not() -> None:
    page, preview, small = {256: 900, 257: 600}, {254: 1, 256: 900, 257: 600}, {256: 400, 257: 300}
    mask = {254: 4, 256: 900, 257: 600}
    assert walk(tiff("<", page, page, page), Format.TIFF).pictures == 3
    assert walk(tiff(">", page, preview, small, mask), Format.TIFF).pictures == 1


def test_directories_in_a_circle_are_found_and_walked_once() -> None:
    assert walk(cyclic_tiff(), Format.TIFF).cyclic
    far = tiff("<", {256: 1}, {256: 2}, {256: 3}, following=8)
    assert walk(far, Format.TIFF).cyclic
    below = tiff("<", {256: 1, 330: 8})
    assert walk(below, Format.TIFF).cyclic
    assert not walk(sample("TIFF"), Format.TIFF).cyclic


def test_directories_deeper_than_any_camera_writes_are_found() -> None:
    assert not walk(nested_tiff(MAX_DEPTH - 1), Format.TIFF).nested
    assert walk(nested_tiff(MAX_DEPTH), Format.TIFF).nested


def test_more_directories_than_any_camera_writes_are_found() -> None:
    assert not walk(tiff("<", *[{256: 1}] * 1000), Format.TIFF).nested
    assert walk(tiff("<", *[{256: 1}] * 1001), Format.TIFF).nested


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_text_that_unpacks_to_many_times_its_size_is_found(kind: bytes) -> None:
    assert walk(text_bomb(kind, MAX_METADATA_BYTES + 1), Format.PNG).inflates
    assert not walk(text_bomb(kind, MAX_METADATA_BYTES), Format.PNG).inflates


def test_many_small_texts_count_together() -> None:
    import zlib

    half = png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(MAX_METADATA_BYTES // 2 + 1)))
    assert [walk(flat_png(8, 8, extra=half * count), Format.PNG).inflates for count in (1, 2)] == [
        False,
        True,
    ]


def test_text_that_is_not_compressed_at_all_is_not_counted_as_a_bomb() -> None:
    assert not walk(flat_png(8, 8, extra=png_chunk(b"zTXt", b"k\0\0plain")), Format.PNG).inflates


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (with_comment(sample("JPEG"), bytes(5000)), Format.JPEG),
        (flat_png(8, 8, extra=png_chunk(b"tEXt", bytes(5000))), Format.PNG),
        (encode(photo(90, 60), "WEBP", icc_profile=bytes(5000)), Format.WEBP),
        (encode(photo(90, 60), "TIFF", icc_profile=bytes(5000)), Format.TIFF),
    ],
    ids=["jpeg", "png", "webp", "tiff"],
)
def test_what_lies_beside_the_pixels_is_added_up(body: bytes, kind: Format) -> None:
    assert 5000 <= walk(body, kind).metadata_bytes < 5100


def test_the_frames_of_a_gif_are_counted_up_to_a_thousand() -> None:
    from lumenstock.imaging.containers.gif import walk_gif

    assert [walk_gif(endless_gif(frames)).frames for frames in (1, 7, 100_000)] == [1, 7, 1000]
    still = encode(photo(90, 60), "GIF")
    assert walk_gif(still).frames == 1


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (sample("JPEG") + zip_archive(), ("zip",)),
        (sample("JPEG") + zip_archive() + bytes(100), ("zip",)),
        (sample("JPEG") + PDF, ("pdf",)),
        (with_comment(sample("JPEG"), PDF), ("pdf",)),
        (with_comment(sample("JPEG"), HTML), ("html",)),
        (sample("JPEG") + HTML.upper(), ("html",)),
        (with_comment(sample("JPEG"), b"<?php system($_GET[0]);?>"), ("html",)),
        (with_comment(sample("JPEG"), b"<SVG width='9'>"), ("svg",)),
        (sample("JPEG") + SVG, ("html", "svg")),
        (sample("JPEG") + b"PK\5\6" + bytes(18), ()),  # the directory of an archive of nothing
        (with_comment(sample("JPEG"), b"a < b, <b>bold</b>, PDF-1.7, %PDF, PK\3\4"), ()),
        (sample("JPEG"), ()),
    ],
)
def test_what_else_a_file_is_is_found(body: bytes, found: tuple[str, ...]) -> None:
    assert foreign_contents(body, walk(body, Format.JPEG).end) == found


def test_a_raf_without_its_sensor_values_is_cut_short() -> None:
    body = b"FUJIFILMCCD-RAW ".ljust(84, b"\0") + struct.pack(">6I", 108, 10, 118, 10, 128, 100)
    assert walk(body.ljust(228, b"\0"), Format.RAF) == Container(raw_photo=True)
    assert walk(body.ljust(227, b"\0"), Format.RAF).truncated


@given(
    st.sampled_from([*ENDED, (Format.TIFF, "TIFF")]), st.floats(0, 1), st.binary(max_size=30), st.floats(0, 1)
)
def test_no_damage_breaks_a_walker(
    kind_and_name: tuple[Format, str], cut: float, noise: bytes, where: float
) -> None:
    kind, name = kind_and_name
    body = sample(name)[: 16 + int(cut * len(sample(name)))]
    at = 12 + int(where * max(0, len(body) - 12))
    damaged = body[:at] + noise + body[at + len(noise) :]
    end = walk(damaged, kind).end
    assert end is None or end > 0


def test_a_file_on_disk_is_walked_as_its_bytes_are(tmp_path: Path) -> None:
    import mmap

    path = tmp_path / "a.jpg"
    path.write_bytes(sample("JPEG"))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        assert walk(data, Format.JPEG) == walk(sample("JPEG"), Format.JPEG)
