"""Camera raw by LibRaw in a child: which picture is taken, which way it is up, and what a hostile file does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from lumenstock.imaging.decoder import RAW_PROGRAM, Decoder
from lumenstock.imaging.errors import DamagedPictureError, PictureError
from lumenstock.imaging.formats import Format
from tests.pictures import encode, exif_with_everything
from tools.samples.dng import Preview, dng
from tools.samples.variants import quarters

MAX_PIXELS = 150_000_000
RED, GREEN, BLUE, WHITE = "red", "green", "blue", "white"


@pytest.fixture(scope="module")
def raw_decoder() -> Iterator[Decoder]:
    decoder = Decoder({}, program=RAW_PROGRAM)
    yield decoder
    decoder.close()


def preview(width_px: int, height_px: int, **options: object) -> Preview:
    return Preview(encode(quarters(width_px, height_px), "JPEG", quality=92, **options), width_px, height_px)


@cache
def pixels(width_px: int, height_px: int) -> NDArray[np.uint8]:
    return np.asarray(quarters(width_px, height_px))


def developed(decoder: Decoder, folder: Path, body: bytes) -> tuple[Image.Image, bool]:
    """The picture as shown, and whether it is the camera's own."""
    path, target = folder / "original", folder / "developed.jpg"
    path.write_bytes(body)
    _, made = decoder.develop(path, target, MAX_PIXELS)
    assert made
    with Image.open(target) as stored:
        picture = ImageOps.exif_transpose(stored).convert("RGB")
    assert picture.size == (made.width_px, made.height_px)
    return picture, made.preview


def corners(picture: Image.Image) -> list[str]:
    """Colours clockwise from the top left."""
    width, height = picture.size
    places = ((1, 1), (3, 1), (3, 3), (1, 3))
    return [_name(picture.getpixel((x * width // 4, y * height // 4))) for x, y in places]  # type: ignore[arg-type]


def _name(colour: tuple[int, int, int]) -> str:
    return WHITE if min(colour) > 200 else (RED, GREEN, BLUE)[colour.index(max(colour))]


@pytest.mark.parametrize(
    ("orientation", "shown"),
    [
        (1, [RED, GREEN, WHITE, BLUE]),
        (3, [WHITE, BLUE, RED, GREEN]),
        (6, [BLUE, RED, GREEN, WHITE]),
        (8, [GREEN, WHITE, BLUE, RED]),
    ],
)
@pytest.mark.parametrize("with_preview", [True, False])
def test_the_picture_is_upright(
    raw_decoder: Decoder,
    tmp_path: Path,
    orientation: int,
    shown: list[str],
    with_preview: bool,  # noqa: FBT001 - a parameter
) -> None:
    own = preview(600, 400) if with_preview else None
    picture, is_preview = developed(
        raw_decoder, tmp_path, dng(pixels(600, 400), preview=own, orientation=orientation)
    )
    assert (corners(picture), is_preview) == (shown, with_preview)


@pytest.mark.parametrize(
    ("sensor_px", "preview_px", "taken"),
    [(4000, 1600, True), (4000, 1598, False), (2000, 1000, True), (2000, 998, False)],
)
def test_the_cameras_own_picture_is_taken_if_it_is_wide_enough(
    raw_decoder: Decoder,
    tmp_path: Path,
    sensor_px: int,
    preview_px: int,
    taken: bool,  # noqa: FBT001 - a parameter
) -> None:
    body = dng(pixels(sensor_px, 40), preview=preview(preview_px, 40))
    picture, is_preview = developed(raw_decoder, tmp_path, body)
    assert (is_preview, picture.width) == (taken, preview_px if taken else sensor_px // 2)


def test_nothing_of_the_previews_exif_is_kept_but_which_way_is_up(
    raw_decoder: Decoder, tmp_path: Path
) -> None:
    exif = exif_with_everything()
    exif[0x0112] = 3  # of the preview alone; the file says 6
    body = dng(pixels(600, 400), preview=preview(600, 400, exif=exif), orientation=6)
    picture, _ = developed(raw_decoder, tmp_path, body)
    assert corners(picture) == [BLUE, RED, GREEN, WHITE]
    with Image.open(tmp_path / "developed.jpg") as stored:
        assert dict(stored.getexif()) == {0x0112: 6}
    assert b"Canary" not in (tmp_path / "developed.jpg").read_bytes()


def test_a_raw_file_of_more_pixels_than_allowed_is_not_developed(
    raw_decoder: Decoder, tmp_path: Path
) -> None:
    path, target = tmp_path / "original", tmp_path / "developed.jpg"
    path.write_bytes(dng(pixels(600, 400)))
    header, made = raw_decoder.develop(path, target, 600 * 400 - 1)
    assert (header.width_px, header.height_px, made, target.exists()) == (600, 400, None, False)


@pytest.mark.parametrize("body", [b"", b"II*\0", b"FUJIFILMCCD-RAW ", bytes(5000)])
def test_what_is_no_raw_file_is_damaged(raw_decoder: Decoder, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "original"
    path.write_bytes(body)
    with pytest.raises(DamagedPictureError):
        raw_decoder.develop(path, tmp_path / "x.jpg", MAX_PIXELS)


def test_sensor_values_that_are_missing_are_noticed(raw_decoder: Decoder, tmp_path: Path) -> None:
    body = dng(pixels(600, 400))
    path = tmp_path / "original"
    path.write_bytes(body[: len(body) // 2])
    assert raw_decoder.examine(path).container.truncated
    with pytest.raises(PictureError):
        raw_decoder.develop(path, tmp_path / "x.jpg", MAX_PIXELS)


@pytest.mark.parametrize(
    ("make", "is_dng", "kind"),
    [
        ("Canary", True, Format.DNG),
        ("NIKON CORPORATION", False, Format.NEF),
        ("SONY", False, Format.ARW),
        ("PENTAX", False, Format.TIFF),
    ],
)
def test_the_directories_tell_which_camera_raw_a_tiff_is(
    raw_decoder: Decoder,
    tmp_path: Path,
    make: str,
    is_dng: bool,  # noqa: FBT001 - a parameter
    kind: Format,
) -> None:
    path = tmp_path / "original"
    path.write_bytes(dng(pixels(64, 64), make=make, is_dng=is_dng))
    found = raw_decoder.examine(path)
    assert (found.format, found.container.raw_photo) == (kind, True)


def test_a_preview_that_is_no_jpeg_is_not_taken(raw_decoder: Decoder, tmp_path: Path) -> None:
    body = dng(pixels(600, 400), preview=Preview(io.BytesIO(bytes(5000)).getvalue(), 600, 400))
    _, is_preview = developed(raw_decoder, tmp_path, body)
    assert not is_preview
