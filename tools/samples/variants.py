"""One small file of every variant of every format that we take, and what each has been tried with.

``docs/formats.md`` is generated from :data:`VARIANTS`; tests bring every sample through the decoders.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyvips
from PIL import Image

from lumenstock.imaging.formats import Format
from tools.samples.dng import Preview, dng


class Evidence(StrEnum):
    """What a variant has been decoded from, in a test of this repository."""

    REAL = "a real camera's file"
    GENERATED = "a generated file"
    NOTHING = "not verified"


@dataclass(frozen=True, slots=True)
class Variant:
    """One kind of file within a format.

    Attributes:
        name: For a person.
        evidence: The best that it has been decoded from.
        make: A sample of :func:`quarters`, in (width, height) pixels; None where nothing here can write one.
        writer: What wrote the sample; it is not what decodes it, where there is a choice.
    """

    format: Format
    name: str
    evidence: Evidence
    make: Callable[[int, int], bytes] | None = None
    writer: str = ""


def quarters(width_px: int, height_px: int) -> Image.Image:
    """Red, green, white and blue quarters, clockwise from the top left: shows colours, and what is up."""
    image = Image.new("RGB", (width_px, height_px), "white")
    half_w, half_h = width_px // 2, height_px // 2
    image.paste((220, 30, 30), (0, 0, half_w, half_h))
    image.paste((30, 200, 30), (half_w, 0, width_px, half_h))
    image.paste((30, 30, 220), (0, half_h, half_w, height_px))
    return image


def pillow(kind: str, mode: str = "RGB", **options: Any) -> Callable[[int, int], bytes]:  # noqa: ANN401 - Pillow's
    """A writer by Pillow."""

    def make(width_px: int, height_px: int) -> bytes:
        buffer = io.BytesIO()
        quarters(width_px, height_px).convert(mode).save(buffer, kind, **options)
        return buffer.getvalue()

    return make


def vips(suffix: str, *, bits: int = 8, alpha: bool = False, **options: Any) -> Callable[[int, int], bytes]:  # noqa: ANN401
    """A writer by libvips, for what Pillow does not write."""

    def make(width_px: int, height_px: int) -> bytes:
        image = pyvips.Image.new_from_array(np.asarray(quarters(width_px, height_px)), interpretation="srgb")
        if alpha:
            image = image.bandjoin(255)
        if bits == 16:  # noqa: PLR2004 - the other depth
            image = image.colourspace("rgb16")
        return bytes(image.write_to_buffer(suffix, **options))

    return make


def multi_picture(width_px: int, height_px: int) -> bytes:
    """A JPEG with another one behind it."""
    buffer = io.BytesIO()
    second = quarters(width_px // 2, height_px // 2)
    quarters(width_px, height_px).save(buffer, "MPO", save_all=True, append_images=[second], quality=90)
    return buffer.getvalue()


def ultra_hdr(width_px: int, height_px: int) -> bytes:
    """A JPEG with a gain map behind it."""
    image = pyvips.Image.new_from_array(np.asarray(quarters(width_px, height_px)), interpretation="srgb")
    return bytes(image.colourspace("scrgb").uhdrsave_buffer(Q=90))


def raw_with_preview(width_px: int, height_px: int) -> bytes:
    """A DNG with the camera's own JPEG."""
    preview = Preview(pillow("JPEG", quality=90)(width_px, height_px), width_px, height_px)
    return dng(np.asarray(quarters(width_px, height_px)), preview=preview)


def raw_alone(width_px: int, height_px: int) -> bytes:
    """A DNG without one."""
    return dng(np.asarray(quarters(width_px, height_px)))


_G = Evidence.GENERATED
_P, _V, _OURS = "Pillow", "libvips", "`tools/samples/dng.py`"

VARIANTS: tuple[Variant, ...] = (
    Variant(Format.JPEG, "baseline", Evidence.REAL, pillow("JPEG", quality=90), _P),
    Variant(Format.JPEG, "several pictures in one (MPF)", Evidence.REAL, multi_picture, _P),
    Variant(Format.JPEG, "progressive", _G, pillow("JPEG", quality=90, progressive=True), _P),
    Variant(Format.JPEG, "grey", _G, pillow("JPEG", "L"), _P),
    Variant(Format.JPEG, "CMYK", _G, pillow("JPEG", "CMYK", quality=90), _P),
    Variant(Format.JPEG, "Ultra HDR (its standard picture is shown)", _G, ultra_hdr, _V),
    Variant(Format.PNG, "8 bit", _G, pillow("PNG"), _P),
    Variant(Format.PNG, "16 bit", _G, vips(".png", bits=16), _V),
    Variant(Format.PNG, "with transparency (shown on white)", _G, pillow("PNG", "RGBA"), _P),
    Variant(Format.PNG, "palette", _G, pillow("PNG", "P"), _P),
    Variant(Format.PNG, "interlaced", _G, vips(".png", interlace=True), _V),
    Variant(Format.TIFF, "strips, uncompressed", _G, pillow("TIFF"), _P),
    Variant(Format.TIFF, "strips, LZW", _G, pillow("TIFF", compression="tiff_lzw"), _P),
    Variant(Format.TIFF, "strips, Deflate", _G, pillow("TIFF", compression="tiff_deflate"), _P),
    Variant(Format.TIFF, "JPEG inside", _G, pillow("TIFF", compression="jpeg"), _P),
    Variant(Format.TIFF, "tiles, LZW", _G, vips(".tif", tile=True, compression="lzw"), _V),
    Variant(Format.TIFF, "16 bit", _G, vips(".tif", bits=16), _V),
    Variant(Format.TIFF, "16 bit, tiles, LZW", _G, vips(".tif", bits=16, tile=True, compression="lzw"), _V),
    Variant(Format.TIFF, "CMYK", _G, pillow("TIFF", "CMYK"), _P),
    Variant(Format.TIFF, "BigTIFF", _G, vips(".tif", bigtiff=True), _V),
    Variant(Format.WEBP, "lossy", _G, pillow("WEBP", quality=90), _P),
    Variant(Format.WEBP, "lossless, with transparency", _G, pillow("WEBP", "RGBA", lossless=True), _P),
    Variant(Format.AVIF, "8 bit", _G, pillow("AVIF", quality=90), _P),
    Variant(Format.AVIF, "with transparency", _G, pillow("AVIF", "RGBA", quality=90), _P),
    Variant(Format.AVIF, "12 bit", _G, vips(".avif", bits=16, compression="av1", bitdepth=12, Q=90), _V),
    Variant(Format.DNG, "uncompressed, with a preview", _G, raw_with_preview, _OURS),
    Variant(Format.DNG, "uncompressed, without a preview", _G, raw_alone, _OURS),
    Variant(Format.DNG, "compressed (lossless JPEG, Deflate, JPEG XL)", Evidence.NOTHING),
    *(
        Variant(kind, "", Evidence.NOTHING)
        for kind in (Format.CR2, Format.CR3, Format.NEF, Format.ARW, Format.RAF, Format.ORF, Format.RW2)
    ),
)
