"""The chunks of a WebP. Source: https://developers.google.com/speed/webp/docs/riff_container."""

from __future__ import annotations

import struct

from lumenstock.imaging.containers.model import Container, Data

_METADATA = frozenset({b"EXIF", b"XMP ", b"ICCP"})
_ANIMATION_FLAG = 0x02


def walk_webp(data: Data) -> Container:
    """From chunk to chunk up to the length that the file states."""
    (size,) = struct.unpack_from("<I", data, 4)
    end = 8 + size + size % 2
    if end > len(data):
        return Container(truncated=True)
    position, metadata_bytes, frames = 12, 0, 0
    while position + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, position)
        metadata_bytes += length if kind in _METADATA else 0
        frames += kind == b"ANMF"
        position += 8 + length + length % 2
    animated = data[12:16] == b"VP8X" and bool(data[20] & _ANIMATION_FLAG)
    return Container(end=end, frames=max(frames, 2) if animated else 1, metadata_bytes=metadata_bytes)
