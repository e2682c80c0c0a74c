"""Walks through a file's container without decoding a pixel: where the picture ends, whether it is whole.

A decoder stops at the end of the picture and says nothing of what follows; these walkers do. They judge
nothing: a file that they cannot follow is left to the decoder.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from mmap import mmap

from lumenstock.imaging.formats import Format

Data = bytes | mmap


@dataclass(frozen=True, slots=True)
class Container:
    """What a walk found.

    Attributes:
        end: Offset just behind the picture; None where the format does not tell or the walk was lost.
        checksum_failed: A checksum over pixel data does not match.
        animated: There is more than one frame to show.
        raw_photo: It is a camera's raw file in TIFF's clothes, whose only plain picture is a thumbnail.
        more_pictures: Further pictures follow by design (Multi-Picture Format, Ultra HDR gain maps).
    """

    end: int | None = None
    checksum_failed: bool = False
    animated: bool = False
    raw_photo: bool = False
    more_pictures: bool = False


def walk(data: Data, kind: Format) -> Container:
    """Walk through the whole of ``data``, whose first bytes say ``kind``."""
    try:
        return _WALKERS[kind](data)
    except (struct.error, IndexError):
        return Container()  # ends in the middle of a length: cut short, which the decoder will say


_JPEG_FILL = 0xFF
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_JPEG_EOI, _JPEG_SOS, _JPEG_APP2 = 0xD9, 0xDA, 0xE2
# In entropy-coded data FF is followed by 00 (stuffing), D0..D7 (restart) or FF (fill); else it ends there.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _walk_jpeg(data: Data) -> Container:
    """Source: ITU-T T.81, annex B; CIPA DC-007 (Multi-Picture Format)."""
    position, more_pictures = 2, False
    while True:
        if data[position] != _JPEG_FILL:
            return Container(more_pictures=more_pictures)
        while data[position] == _JPEG_FILL:
            position += 1
        marker = data[position]
        position += 1
        if marker == _JPEG_EOI:
            return Container(end=position, more_pictures=more_pictures)
        if marker in _JPEG_ALONE:
            continue
        (length,) = struct.unpack_from(">H", data, position)
        more_pictures |= marker == _JPEG_APP2 and data[position + 2 : position + 6] == b"MPF\0"
        position += length
        if marker == _JPEG_SOS:
            found = _JPEG_MARKER.search(data, position)
            if found is None:
                return Container(more_pictures=more_pictures)
            position = found.start()


def _walk_png(data: Data) -> Container:
    """Source: https://www.w3.org/TR/png-3/#5Chunk-layout; libpng lets some broken checksums pass."""
    position, failed, animated = 8, False, False
    while True:
        length, kind = struct.unpack_from(">I4s", data, position)
        body_end = position + 8 + length
        (checksum,) = struct.unpack_from(">I", data, body_end)
        critical = not kind[0] & 0x20
        if critical and zlib.crc32(memoryview(data)[position + 4 : body_end]) != checksum:
            failed = True
        if kind == b"acTL":
            animated = struct.unpack_from(">I", data, position + 8)[0] > 1
        position = body_end + 4
        if kind == b"IEND":
            return Container(end=position, checksum_failed=failed, animated=animated)


def _walk_webp(data: Data) -> Container:
    """Source: https://developers.google.com/speed/webp/docs/riff_container."""
    (size,) = struct.unpack_from("<I", data, 4)
    animated = data[12:16] == b"VP8X" and bool(data[20] & 0x02)
    return Container(end=8 + size + size % 2, animated=animated)


_BOX_HEADER = 8  # size and type


def _walk_avif(data: Data) -> Container:
    """Source: ISO 14496-12, 4.2 (boxes)."""
    position, animated = 0, data[8:12] == b"avis"
    while position < len(data):
        if len(data) - position < _BOX_HEADER or not data[position + 4 : position + 8].isalnum():
            break
        size, header = struct.unpack_from(">I", data, position)[0], _BOX_HEADER
        if size == 1:
            size, header = struct.unpack_from(">Q", data, position + 8)[0], 16
        if size == 0:  # up to the end of the file
            size = len(data) - position
        if size < header or position + size > len(data):
            return Container(animated=animated)
        position += size
    return Container(end=position, animated=animated)


_TIFF_NEW_SUBFILE_TYPE, _TIFF_DNG_VERSION = 254, 50706
_REDUCED_RESOLUTION = 1


def _walk_tiff(data: Data) -> Container:
    """Source: TIFF 6.0, section 2; DNG 1.7 (DNGVersion; the raw picture is in a SubIFD)."""
    order = "<" if data[:2] == b"II" else ">"
    if struct.unpack_from(order + "H", data, 2)[0] != 42:  # noqa: PLR2004 - BigTIFF, which no camera writes
        return Container()
    (directory,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, directory)
    entries = (
        struct.unpack_from(order + "HHII", data, directory + 2 + 12 * number) for number in range(count)
    )
    values = {tag: value for tag, _, _, value in entries}
    reduced = values.get(_TIFF_NEW_SUBFILE_TYPE, 0) & _REDUCED_RESOLUTION
    return Container(raw_photo=_TIFF_DNG_VERSION in values or bool(reduced))


_WALKERS: dict[Format, Callable[[Data], Container]] = {
    Format.JPEG: _walk_jpeg,
    Format.PNG: _walk_png,
    Format.TIFF: _walk_tiff,
    Format.WEBP: _walk_webp,
    Format.AVIF: _walk_avif,
}
