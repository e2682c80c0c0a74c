"""The segments of a JPEG. Source: ITU-T T.81, annex B; CIPA DC-007 (Multi-Picture Format)."""

from __future__ import annotations

import re
import struct

from lumenstock.imaging.containers.model import Container, Data

_FILL = 0xFF
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_EOI, _SOS, _APP1, _APP2, _COM = 0xD9, 0xDA, 0xE1, 0xE2, 0xFE
_METADATA = frozenset({*range(0xE0, 0xF0), _COM})
# In entropy-coded data FF is followed by 00 (stuffing), D0..D7 (restart) or FF (fill); else it ends there.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def walk_jpeg(data: Data) -> Container:
    """From segment to segment up to the first end of image."""
    position, more_pictures, metadata_bytes = 2, False, 0
    while True:
        if data[position] != _FILL:
            return Container(more_pictures=more_pictures, metadata_bytes=metadata_bytes)
        while data[position] == _FILL:
            position += 1
        marker = data[position]
        position += 1
        if marker == _EOI:
            return Container(end=position, more_pictures=more_pictures, metadata_bytes=metadata_bytes)
        if marker in _ALONE:
            continue
        (length,) = struct.unpack_from(">H", data, position)
        more_pictures |= marker == _APP2 and data[position + 2 : position + 6] == b"MPF\0"
        metadata_bytes += length if marker in _METADATA else 0
        position += length
        if marker == _SOS:
            found = _MARKER.search(data, position)
            if found is None:
                return Container(truncated=True, metadata_bytes=metadata_bytes)
            position = found.start()


def exif_left_out(jpeg: bytes) -> bytes:
    """A JPEG without its start of image and without the EXIF in its header."""
    position, kept = 2, []
    while jpeg[position : position + 1] == b"\xff" and jpeg[position + 1] not in {_SOS, _EOI}:
        following = position + 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
        is_exif = jpeg[position + 1] == _APP1 and jpeg[position + 4 : position + 8] == b"Exif"
        if not is_exif:
            kept.append(jpeg[position:following])
        position = following
    return b"".join(kept) + jpeg[position:]
