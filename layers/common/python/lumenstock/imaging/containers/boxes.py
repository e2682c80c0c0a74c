"""The boxes of an ISO base media file: AVIF, Canon CR3. Source: ISO 14496-12, 4.2."""

from __future__ import annotations

import struct

from lumenstock.imaging.containers.model import Container, Data

_HEADER_BYTES = 8  # size and type
_LONG_HEADER_BYTES = 16


def walk_boxes(data: Data) -> Container:
    """From box to box as long as they look like boxes."""
    position, frames = 0, 2 if data[8:12] == b"avis" else 1
    while position < len(data):
        if len(data) - position < _HEADER_BYTES or not data[position + 4 : position + 8].isalnum():
            break
        size, header = struct.unpack_from(">I", data, position)[0], _HEADER_BYTES
        if size == 1:
            size, header = struct.unpack_from(">Q", data, position + 8)[0], _LONG_HEADER_BYTES
        if size == 0:  # up to the end of the file
            size = len(data) - position
        if size < header:
            return Container(frames=frames)
        if position + size > len(data):
            return Container(frames=frames, truncated=True)
        position += size
    return Container(end=position, frames=frames)
