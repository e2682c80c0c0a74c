"""The blocks of a GIF, which we do not take: only to say whether it moves. Source: CompuServe GIF89a."""

from __future__ import annotations

from lumenstock.imaging.containers.model import Container, Data

MAX_COUNTED = 1000
_HEADER_BYTES, _DESCRIPTOR_BYTES = 13, 10
_IMAGE, _EXTENSION = 0x2C, 0x21
_TABLE_FLAG, _TABLE_SIZE = 0x80, 0x07


def walk_gif(data: Data) -> Container:
    """Count frames up to :data:`MAX_COUNTED`."""
    position = _HEADER_BYTES + _table_bytes(data[10])
    frames = 0
    while frames < MAX_COUNTED and position < len(data):
        kind = data[position]
        if kind == _IMAGE:
            frames += 1
            position += _DESCRIPTOR_BYTES + _table_bytes(data[position + 9]) + 1  # and the size of LZW codes
        elif kind == _EXTENSION:
            position += 2
        else:
            break
        while length := data[position]:
            position += 1 + length
        position += 1
    return Container(frames=max(frames, 1))


def _table_bytes(flags: int) -> int:
    """Length of a colour table."""
    return 3 << ((flags & _TABLE_SIZE) + 1) if flags & _TABLE_FLAG else 0
