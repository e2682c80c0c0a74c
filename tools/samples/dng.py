"""A camera raw file as a small camera would write it. Source: DNG 1.7.1, chapter 4; TIFF 6.0, section 2."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SRATIONAL = 1, 2, 3, 4, 5, 10
_CODES = {_BYTE: "B", _ASCII: "B", _SHORT: "H", _LONG: "I", _RATIONAL: "I", _SRATIONAL: "i"}
_PAIRS = frozenset({_RATIONAL, _SRATIONAL})
_WHITE = 4095  # a sensor of 12 bits
# From XYZ to a camera whose colours are those of sRGB. Source: IEC 61966-2-1.
_FROM_XYZ = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
_CFA, _YCBCR, _UNCOMPRESSED, _JPEG = 32803, 6, 1, 7

Field = tuple[int, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Preview:
    """The camera's own JPEG."""

    jpeg: bytes
    width_px: int
    height_px: int


def dng(
    pixels: NDArray[np.uint8],
    *,
    preview: Preview | None = None,
    orientation: int = 1,
    make: str = "Canary",
    is_dng: bool = True,
) -> bytes:
    """A raw file of a sensor with red, green, green and blue in turn, uncompressed.

    Args:
        pixels: uint8[h, w, 3], sRGB, h and w even: what the camera looks at.
        preview: None for a camera that writes none.
        orientation: EXIF orientation of the stored pixels.
        make: Name of the maker.
        is_dng: Without it the file is one that only its maker's name tells.
    """
    sensor = _mosaic(pixels)
    height_px, width_px = sensor.shape
    names = {"make": f"{make}\0".encode(), "model": f"{make} 1\0".encode()}
    fields: dict[int, Field] = {
        254: (_LONG, [0]),
        256: (_LONG, [width_px]),
        257: (_LONG, [height_px]),
        258: (_SHORT, [16]),
        259: (_SHORT, [_UNCOMPRESSED]),
        262: (_SHORT, [_CFA]),
        271: (_ASCII, names["make"]),
        272: (_ASCII, names["model"]),
        274: (_SHORT, [orientation]),
        277: (_SHORT, [1]),
        278: (_LONG, [height_px]),
        279: (_LONG, [sensor.nbytes]),
        33421: (_SHORT, [2, 2]),
        33422: (_BYTE, [0, 1, 1, 2]),
    }
    if is_dng:
        fields |= {
            50706: (_BYTE, [1, 4, 0, 0]),
            50707: (_BYTE, [1, 1, 0, 0]),
            50708: (_ASCII, names["model"]),
            50714: (_LONG, [0]),
            50717: (_LONG, [_WHITE]),
            50721: (_SRATIONAL, _ratios(*_FROM_XYZ)),
            50728: (_RATIONAL, _ratios(1, 1, 1)),
            50778: (_SHORT, [21]),  # D65
        }
    return _file(fields, sensor.tobytes(), preview)


def _mosaic(pixels: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """What the sensor sees: light, not sRGB, and one colour a place."""
    light = (pixels / 255.0) ** 2.2 * _WHITE
    sensor = np.empty(pixels.shape[:2], dtype="<u2")
    for row, column, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        sensor[row::2, column::2] = light[row::2, column::2, channel]
    return sensor


def _ratios(*values: float) -> list[int]:
    return [part for value in values for part in (round(value * 10_000), 10_000)]


def _file(fields: Mapping[int, Field], sensor: bytes, preview: Preview | None) -> bytes:
    """The first directory with the sensor's values, and below it the preview's."""
    head = b"II*\0" + struct.pack("<I", 8)
    main: dict[int, Field] = {**fields, 273: (_LONG, [0])}
    below: dict[int, Field] = {}
    if preview:
        main[330] = (_LONG, [0])
        below = {
            254: (_LONG, [1]),
            256: (_LONG, [preview.width_px]),
            257: (_LONG, [preview.height_px]),
            258: (_SHORT, [8, 8, 8]),
            259: (_SHORT, [_JPEG]),
            262: (_SHORT, [_YCBCR]),
            273: (_LONG, [0]),
            277: (_SHORT, [3]),
            278: (_LONG, [preview.height_px]),
            279: (_LONG, [len(preview.jpeg)]),
        }
    # Twice: the first time only for the lengths, which do not hang on the offsets.
    sub_at = len(head) + len(_directory(main, len(head)))
    data_at = sub_at + (len(_directory(below, sub_at)) if below else 0)
    main[273] = (_LONG, [data_at])
    if preview:
        main[330] = (_LONG, [sub_at])
        below[273] = (_LONG, [data_at + len(sensor)])
    directories = _directory(main, len(head)) + (_directory(below, sub_at) if below else b"")
    return head + directories + sensor + (preview.jpeg if preview else b"")


def _directory(fields: Mapping[int, Field], start: int) -> bytes:
    """One directory at ``start``, and behind it the values that do not fit into it."""
    entries, values = b"", b""
    values_at = start + 2 + 12 * len(fields) + 4
    for tag, (kind, numbers) in sorted(fields.items()):
        packed = struct.pack(f"<{len(numbers)}{_CODES[kind]}", *numbers)
        count = len(numbers) // (2 if kind in _PAIRS else 1)
        if len(packed) > 4:  # noqa: PLR2004 - what an entry holds
            place = struct.pack("<I", values_at + len(values))
            values += packed + bytes(len(packed) % 2)
        else:
            place = packed.ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, kind, count) + place
    return struct.pack("<H", len(fields)) + entries + struct.pack("<I", 0) + values
