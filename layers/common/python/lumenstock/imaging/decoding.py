"""Header and pixels by libvips. Runs only in children of ``zygote``: its input is hostile."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from lumenstock.imaging.errors import DamagedPictureError, DecoderLimitError, PictureError
from lumenstock.imaging.marking import marked
from lumenstock.imaging.renditions import MARKED_FROM_PX, MAX_HEIGHT_PX, RENDITIONS, Encoding

_FORMATS = {
    "jpegload": "jpeg",
    "uhdrload": "jpeg",
    "pngload": "png",
    "tiffload": "tiff",
    "webpload": "webp",
    "heifload": "avif",
}
# libvips' writer and its settings, by bytes and CPU at equal ssimulacra2 on photos of 1024 px. JPEG: table 3
# and progressive, 8 to 11 % smaller for 8 ms more; trellis saves 5 % more for five times the CPU. WebP: at
# effort 2 (46 ms) the curve bends; 4 saves 8 % for twice the time. AVIF: effort 0 (58 ms) is still a quarter
# smaller than that WebP; effort 3 saves 11 % for eight times the time, effort 4 takes forty times.
_WRITERS: dict[Encoding, tuple[str, dict[str, Any]]] = {
    Encoding.JPEG: ("jpegsave_buffer", {"quant_table": 3, "optimize_coding": True, "interlace": True}),
    Encoding.WEBP: ("webpsave_buffer", {"effort": 2}),
    Encoding.AVIF: ("heifsave_buffer", {"compression": "av1", "effort": 0, "bitdepth": 8}),
}
_BAND_BYTES = {"uchar": 1, "char": 1, "ushort": 2, "short": 2, "double": 8, "complex": 8, "dpcomplex": 16}
_QUARTER_TURNS = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height

# libjpeg decodes at 1/2, 1/4 or 1/8 for a fraction of the work. (Factor, least left for the resize.) libvips
# always leaves 2, and so decodes a 4,000 px photo whole for 1,024 px; at 1/2 with 1.5 left that takes 25 %
# less CPU and stays 46 dB from the whole decode. 1.9 lets the same photo be 1/4 for 512 px.
_JPEG_SHRINKS = ((8, 1.9), (4, 1.9), (2, 1.5))

# Of libjpeg's warnings these mean lost pixels; others (a stray byte, an odd scan) are some cameras' habit.
_LOST_PIXELS = re.compile(r"premature end|bad huffman code|truncated", re.IGNORECASE)
_OUT_OF_MEMORY = re.compile(
    r"out of memory|insufficient memory|cannot allocate|bad dimensions", re.IGNORECASE
)


def probe(path: str) -> dict[str, Any]:
    """The fields of :class:`lumenstock.imaging.header.Header`.

    Raises:
        PictureError: No decoder reads the header.
    """
    try:
        image = pyvips.Image.new_from_file(path, access="sequential")
    except pyvips.Error as error:
        raise fault_of(error) from error
    turned = _field(image, "orientation", 1) in _QUARTER_TURNS
    width_px, height_px = (image.height, image.width) if turned else (image.width, image.height)
    return {
        "format": _FORMATS.get(image.get("vips-loader")),
        "width_px": width_px,
        "height_px": height_px,
        "pixel_bytes": image.bands * _BAND_BYTES.get(image.format, 4),
        "interlaced": bool(_field(image, "jpeg-multiscan", 0) or _field(image, "interlaced", 0)),
    }


def render(
    path: str, names: Sequence[str], folder: str, encodings: Sequence[str], packet: str, pattern: str
) -> list[dict[str, Any]]:
    """Write renditions to ``folder`` as ``{name}.{encoding}``, all from one decode.

    ``packet`` goes into files from 600 px up, as their XMP; no file gets anything else but pixels.
    ``pattern`` is that of the invisible mark in base64, as the parent sends it; it may be empty.

    Returns:
        The fields of :class:`lumenstock.imaging.decoder.Rendered`, widest first.

    Raises:
        PictureError: The file does not decode from its first line to its last.
    """
    waves = np.frombuffer(base64.b64decode(pattern), dtype=np.complex64) if pattern else None
    wanted = sorted((RENDITIONS[name] for name in names), key=lambda rendition: -rendition.width_px)
    try:
        image = _decoded(path, wanted[0].width_px)
        rendered = []
        for rendition in wanted:
            image = _narrowed(image, rendition.width_px)
            body = marked(image, waves) if rendition.marked else image
            stated = packet if body.width >= MARKED_FROM_PX else ""
            for encoding in map(Encoding, encodings):
                file = Path(folder, f"{rendition.name}.{encoding}")
                file.write_bytes(_encoded(body, encoding, rendition.quality(encoding), stated))
            rendered.append({"name": rendition.name, "width_px": body.width, "height_px": body.height})
    except pyvips.Error as error:
        raise fault_of(error) from error
    return rendered


def shrink(path: str, longest_px: int, target: str) -> list[int]:
    """Write a picture's pixels to ``target``: bytes of uint8[h, w, 3], sRGB, no side over ``longest_px``.

    A file that is cut short is decoded as far as it goes.

    Returns:
        Width and height in pixels.

    Raises:
        PictureError: Nothing of it decodes.
    """
    try:
        image = _scaled(path, longest_px, fail_on="none")
        image = image.thumbnail_image(longest_px, height=longest_px, size="down")
        Path(target).write_bytes(image.write_to_memory())
    except pyvips.Error as error:
        raise fault_of(error) from error
    return [image.width, image.height]


def _decoded(path: str, width_px: int) -> Any:  # noqa: ANN401 - pyvips has no types
    """The whole picture at about ``width_px`` wide or less: upright, 8-bit sRGB, on white, in memory.

    A decoder's warnings are heeded first. If only such came up as leave the pixels whole, errors alone count.
    """
    try:
        return _scaled(path, width_px, fail_on="warning")
    except pyvips.Error as error:
        if _LOST_PIXELS.search(error.detail) or _OUT_OF_MEMORY.search(error.detail):
            raise
    return _scaled(path, width_px, fail_on="error")


def _scaled(path: str, width_px: int, fail_on: str) -> Any:  # noqa: ANN401 - pyvips has no types
    header = pyvips.Image.new_from_file(path, access="sequential")
    options: dict[str, Any] = {"height": MAX_HEIGHT_PX, "size": "down"}
    if header.get_typeof("icc-profile-data"):
        # Without this a Display P3 photo comes out pale. With it but without a profile, libvips would
        # convert from sRGB to sRGB for 0.2 to 0.5 s.
        options["export_profile"] = "srgb"
    if _FORMATS.get(header.get("vips-loader")) == "jpeg":
        turned = _field(header, "orientation", 1) in _QUARTER_TURNS
        shown_px = header.height if turned else header.width
        shrink = next((factor for factor, left in _JPEG_SHRINKS if shown_px >= factor * left * width_px), 1)
        source = pyvips.Image.jpegload(path, shrink=shrink, access="sequential", fail_on=fail_on)
        image = source.thumbnail_image(width_px, **options)
    else:
        image = pyvips.Image.thumbnail(path, width_px, fail_on=fail_on, **options)
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=255)
    return image.cast("uchar").copy_memory()


def _narrowed(image: Any, width_px: int) -> Any:  # noqa: ANN401 - pyvips has no types
    if image.width <= width_px:
        return image
    return image.thumbnail_image(width_px, height=MAX_HEIGHT_PX, size="down").copy_memory()


def _encoded(image: Any, encoding: Encoding, quality: int, packet: str) -> bytes:  # noqa: ANN401 - pyvips has no types
    writer, settings = _WRITERS[encoding]
    if not packet:
        return bytes(getattr(image, writer)(Q=quality, keep="none", **settings))
    stated = image.copy()
    stated.set_type(pyvips.GValue.blob_type, "xmp-data", packet.encode())  # in the place of the source's own
    return bytes(getattr(stated, writer)(Q=quality, keep="xmp", **settings))


def _field(image: Any, name: str, default: Any) -> Any:  # noqa: ANN401 - a header field of any type
    return image.get(name) if image.get_typeof(name) else default


def fault_of(error: Any) -> PictureError:  # noqa: ANN401 - pyvips has no types
    """Which fault of the picture an error of libvips is; its text goes to the log, not to the contributor."""
    detail = " ".join(error.detail.split())[:200]
    return DecoderLimitError(detail) if _OUT_OF_MEMORY.search(detail) else DamagedPictureError(detail)
