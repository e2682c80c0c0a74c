"""Camera raw by LibRaw. Runs only in children of ``raw_zygote``: its input is hostile."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pyvips
import rawpy

from lumenstock.imaging.containers.jpeg import exif_left_out
from lumenstock.imaging.decoding import fault_of
from lumenstock.imaging.errors import DamagedPictureError, DecoderLimitError, PictureError

# The camera's preview costs 0.15 s of CPU from 24 megapixels to a file of 1600 px; half size 0.58, a whole
# development 1.9. Half of 24 megapixels is 3000 px wide, so nothing public ever needs the whole.
PREVIEW_FROM_PX = 1600
_QUALITY = 95  # of what is made once more into smaller files

# LibRaw's flip as EXIF orientation. Source: LibRaw, libraw_image_sizes_t.
_ORIENTATION_OF_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}
_QUARTER_TURNS = frozenset({5, 6})
_SAMPLE_BYTES = 4  # the sensor's value, and its share of the half-size picture


def develop(path: str, target: str, max_pixels: int) -> dict[str, Any]:
    """Write a JPEG to ``target``: the camera's own preview if it is wide enough, else the raw at half size.

    The preview's bytes stay what they are, but for its EXIF: only the orientation is kept, as LibRaw knows it
    for the whole file (a preview has none, or one that does not hold here).

    Returns:
        ``header``, the fields of :class:`lumenstock.imaging.header.Header` for the whole development;
        ``developed``, those of :class:`lumenstock.imaging.decoder.Developed`, or None above ``max_pixels``.

    Raises:
        PictureError: LibRaw does not read or develop it.
    """
    try:
        with rawpy.imread(path) as raw:
            header = _header(raw.sizes)
            within = raw.sizes.width * raw.sizes.height <= max_pixels
            return {"header": header, "developed": _developed(raw, target) if within else None}
    except rawpy.LibRawError as error:
        raise _raw_fault_of(error) from error
    except pyvips.Error as error:
        raise fault_of(error) from error


def _header(sizes: Any) -> dict[str, Any]:  # noqa: ANN401 - rawpy has no types
    turned = sizes.flip in _QUARTER_TURNS
    width_px, height_px = (sizes.height, sizes.width) if turned else (sizes.width, sizes.height)
    return {
        "format": None,
        "width_px": width_px,
        "height_px": height_px,
        "pixel_bytes": _SAMPLE_BYTES,
        "interlaced": False,
    }


def _developed(raw: Any, target: str) -> dict[str, Any]:  # noqa: ANN401 - rawpy has no types
    half_px = max(raw.sizes.width, raw.sizes.height) // 2
    preview = _preview(raw)
    size = _size(preview) if preview else (0, 0)
    if preview and max(size) >= min(PREVIEW_FROM_PX, half_px):
        flip = raw.sizes.flip
        Path(target).write_bytes(_oriented(preview, _ORIENTATION_OF_FLIP.get(flip, 1)))
        width_px, height_px = size[::-1] if flip in _QUARTER_TURNS else size
        return {"width_px": width_px, "height_px": height_px, "preview": True}
    pixels = raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8)
    height_px, width_px = pixels.shape[:2]
    picture = pyvips.Image.new_from_memory(pixels.data, width_px, height_px, 3, "uchar")
    picture.copy(interpretation="srgb").jpegsave(target, Q=_QUALITY, keep="none")
    return {"width_px": width_px, "height_px": height_px, "preview": False}


def _preview(raw: Any) -> bytes | None:  # noqa: ANN401 - rawpy has no types
    """The camera's JPEG; None if there is none, or one in another format."""
    try:
        thumbnail = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    return bytes(thumbnail.data) if thumbnail.format is rawpy.ThumbFormat.JPEG else None


def _size(preview: bytes) -> tuple[int, int]:
    """Width and height as stored; (0, 0) if it is no JPEG after all."""
    try:
        image = pyvips.Image.jpegload_buffer(preview, access="sequential")
    except pyvips.Error:
        return 0, 0
    return image.width, image.height


def _oriented(preview: bytes, orientation: int) -> bytes:
    """The JPEG with nothing in its EXIF but an orientation."""
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 274, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return preview[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + exif_left_out(preview)


def _raw_fault_of(error: Exception) -> PictureError:
    """Which fault of the picture an error of LibRaw is."""
    detail = f"{type(error).__name__}: {error}"[:200]
    out_of_memory = isinstance(error, rawpy.LibRawUnsufficientMemoryError | rawpy.LibRawTooBigError)
    return DecoderLimitError(detail) if out_of_memory else DamagedPictureError(detail)
