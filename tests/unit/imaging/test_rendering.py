"""What the public files look like. Pillow made the sources and reads the results; libvips is in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from lumenstock.imaging.decoder import Decoder
from tests.pictures import (
    display_p3,
    encode,
    exif_with_everything,
    jpeg,
    photo,
    quadrants,
)

Render = Callable[..., dict[str, Image.Image]]


def pixel(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a point given in shares of width and height."""
    found = image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(found, tuple)
    return found


def near(left: tuple[int, ...], right: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(left, right, strict=True))


def psnr_db(left: Image.Image, right: Image.Image) -> float:
    difference = np.asarray(left.convert("RGB"), dtype=float) - np.asarray(right.convert("RGB"), dtype=float)
    return float(10 * np.log10(255**2 / np.mean(difference**2)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_a_clean_file_is_the_picture_scaled_down(rendered: Render, kind: str) -> None:
    source = photo(1500, 1000, seed=4)
    small = rendered(encode(source, kind), "512", "300")
    assert {name: image.size for name, image in small.items()} == {"512": (512, 341), "300": (300, 200)}
    for image in small.values():
        assert psnr_db(image, source.resize(image.size, Image.Resampling.LANCZOS)) > 36


@pytest.mark.parametrize("width_px", [1536, 2048, 3000, 4096, 8192])
def test_decoding_a_jpeg_at_a_fraction_of_its_size_loses_nothing_one_can_see(
    rendered: Render, width_px: int
) -> None:
    source = photo(width_px, width_px // 4, seed=5)
    image = rendered(encode(source, "JPEG", quality=95), "512")["512"]
    assert psnr_db(image, source.resize(image.size, Image.Resampling.LANCZOS)) > 34


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_rotated_picture_comes_out_upright(rendered: Render, kind: str, orientation: int) -> None:
    stored = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
    }[orientation](quadrants(1200, 800))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = rendered(encode(stored, kind, exif=exif), "512")["512"]
    assert image.size == (512, 341)
    corners = [pixel(image, x, y) for x, y in ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))]
    wanted = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    assert all(near(found, colour) for found, colour in zip(corners, wanted, strict=True)), corners


def test_the_header_gives_the_size_as_shown(decoder: Decoder, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(1200, 800, exif=exif))
    header = decoder.examine(path).header
    assert header
    assert (header.width_px, header.height_px) == (800, 1200)


def test_display_p3_is_converted_to_srgb(rendered: Render) -> None:
    stored = Image.new("RGB", (800, 600), (230, 59, 41))  # a red that is (250, 30, 20) in sRGB
    image = rendered(encode(stored, "JPEG", quality=98, subsampling=0, icc_profile=display_p3()), "512")[
        "512"
    ]
    assert near(pixel(image, 0.5, 0.5), (250, 30, 20), 8), pixel(image, 0.5, 0.5)


def test_an_srgb_profile_changes_no_colour(rendered: Render) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    stored = Image.new("RGB", (800, 600), (200, 120, 40))
    image = rendered(encode(stored, "JPEG", quality=98, subsampling=0, icc_profile=profile), "512")["512"]
    assert near(pixel(image, 0.5, 0.5), (200, 120, 40), 4)


def test_a_random_profile_does_no_harm(rendered: Render) -> None:
    junk = np.random.default_rng(1).bytes(4000)
    stored = Image.new("RGB", (800, 600), (200, 120, 40))
    image = rendered(encode(stored, "JPEG", quality=98, icc_profile=junk), "512")["512"]
    assert near(pixel(image, 0.5, 0.5), (200, 120, 40))


@pytest.mark.parametrize(
    ("stored", "colour"),
    [
        (Image.new("CMYK", (600, 400), (0, 255, 255, 0)), (255, 0, 0)),
        (Image.new("CMYK", (600, 400), (0, 0, 0, 255)), (0, 0, 0)),
    ],
)
def test_cmyk_becomes_rgb(rendered: Render, stored: Image.Image, colour: tuple[int, ...]) -> None:
    image = rendered(encode(stored, "JPEG", quality=98), "512")["512"]
    assert image.mode == "RGB"
    assert near(pixel(image, 0.5, 0.5), colour, 60), pixel(image, 0.5, 0.5)  # inks are not light: about


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA"])
def test_every_kind_of_pixel_becomes_rgb(rendered: Render, mode: str) -> None:
    source = photo(900, 600, mode=mode)
    small = rendered(encode(source, "PNG"), "512", "preview")
    assert {image.mode for image in small.values()} == {"RGB"}
    if mode != "1":
        assert (
            psnr_db(small["512"], source.convert("RGB").resize(small["512"].size, Image.Resampling.LANCZOS))
            > 33
        )


def test_sixteen_bits_become_eight(rendered: Render) -> None:
    grey = np.asarray(photo(900, 600, mode="L"))
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    image = rendered(encode(deep, "PNG"), "512")["512"]
    wanted = Image.fromarray(grey).resize(image.size, Image.Resampling.LANCZOS)
    assert psnr_db(image, wanted) > 34


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_what_is_transparent_lies_on_white(rendered: Render, kind: str) -> None:
    stored = Image.new("RGBA", (800, 600), (0, 0, 0, 0))
    stored.paste((200, 0, 0, 255), (0, 0, 400, 600))
    image = rendered(encode(stored, kind), "512")["512"]
    assert near(pixel(image, 0.75, 0.5), (255, 255, 255), 3)
    assert near(pixel(image, 0.25, 0.5), (200, 0, 0))


@pytest.mark.parametrize(("width_px", "height_px"), [(16, 16), (299, 200), (300, 300), (1023, 700)])
def test_nothing_is_enlarged(rendered: Render, width_px: int, height_px: int) -> None:
    for image in rendered(encode(photo(width_px, height_px), "PNG"), "512", "300", "preview").values():
        assert image.width <= width_px
        assert image.height <= height_px


def test_a_preview_has_the_width_of_its_source(rendered: Render) -> None:
    assert rendered(encode(photo(777, 500), "PNG"), "preview")["preview"].size == (777, 500)


@pytest.mark.parametrize(("width_px", "height_px"), [(300, 20_000), (20_000, 16)])
def test_towers_and_ribbons_are_fitted_in(rendered: Render, width_px: int, height_px: int) -> None:
    image = rendered(encode(Image.new("RGB", (width_px, height_px), "teal"), "PNG"), "300")["300"]
    assert 1 <= image.width <= 300
    assert 1 <= image.height <= 4096


def test_the_mark_shows_on_dark_light_and_grey(rendered: Render) -> None:
    for shade in (0, 128, 255):
        stored = encode(Image.new("RGB", (1400, 1000), (shade, shade, shade)), "PNG")
        marked = np.asarray(rendered(stored, "1024")["1024"].convert("L"), dtype=int)
        changed = np.abs(marked - shade) > 25
        assert 0.01 < changed.mean() < 0.3
        quarters = [half for rows in np.array_split(changed, 3) for half in np.array_split(rows, 3, axis=1)]
        assert all(part.any() for part in quarters), "the mark does not cover the whole picture"


def test_a_clean_file_carries_no_mark(rendered: Render) -> None:
    stored = encode(Image.new("RGB", (1400, 1000), (128, 128, 128)), "PNG")
    assert np.asarray(rendered(stored, "512")["512"].convert("L"), dtype=int).std() < 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_nothing_of_the_metadata_reaches_a_public_file(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    options = {"exif": exif_with_everything(), "icc_profile": display_p3()}
    if kind in {"JPEG", "WEBP", "AVIF"}:
        options["xmp"] = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Canary XMP</x:xmpmeta>'
    if kind == "JPEG":
        options["comment"] = b"Canary <script>"
    body = encode(photo(1300, 900), kind, **options)
    assert b"Canary" in body
    folder = tmp_path
    path = folder / "original"
    path.write_bytes(body)
    decoder.render(path, ["512", "300"], folder)
    decoder.render(path, ["1024"], folder)
    for name in ("512", "300", "1024"):
        public = (folder / f"{name}.webp").read_bytes()
        found = [
            mark for mark in (b"Exif", b"EXIF", b"XMP", b"ICCP", b"Canary", b"xmpmeta") if mark in public
        ]
        assert found == []
