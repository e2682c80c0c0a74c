from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.containers import walk
from lumenstock.imaging.formats import Format
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
def test_a_jpeg_without_its_end_has_none(name: str) -> None:
    assert walk(sample(name)[:-2], Format.JPEG).end is None


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
    assert (walk(moving, kind).animated, walk(sample(name), kind).animated) == (True, False)


def tiff(order: str, tags: dict[int, int]) -> bytes:
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    return head + b"".join(struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in tags.items())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("tags", "raw"),
    [({256: 90, 50706: 0x01040000}, True), ({254: 1, 256: 160}, True), ({254: 0, 256: 90}, False)],
)
def test_a_camera_raw_file_in_a_tiff_is_told(order: str, tags: dict[int, int], *, raw: bool) -> None:
    assert walk(tiff(order, tags), Format.TIFF).raw_photo is raw


def test_a_plain_tiff_is_no_raw_photo_and_its_end_is_unknown() -> None:
    found = walk(sample("TIFF"), Format.TIFF)
    assert (found.raw_photo, found.end) == (False, None)


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
