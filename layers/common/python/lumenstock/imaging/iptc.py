"""IPTC-IIM: numbered records in a Photoshop block. Runs only in children of ``zygote``: its input is hostile.

Source: IPTC-NAA Information Interchange Model 4.2; Adobe Photoshop File Formats, "Image Resource Blocks".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

TITLE, KEYWORD, DATE, TIME, CREATOR, HEADLINE, COPYRIGHT, CAPTION = 5, 25, 55, 60, 80, 105, 116, 120

_PHOTOSHOP = b"Photoshop 3.0\0"
_RESOURCE, _IPTC_RESOURCE = b"8BIM", 0x0404
_MARKER = 0x1C
_ENVELOPE, _APPLICATION, _CHARACTER_SET = 1, 2, 90
_UTF_8 = b"\x1b%G"
_LONG = 0x8000
_MAX_RECORDS = 1000

Records = Mapping[int, tuple[str, ...]]


def read_iptc(block: bytes) -> Records:
    """The texts of the application record by number, in the order of the file; empty where it is not one."""
    codec, found = "", dict[int, list[bytes]]()
    try:
        for number, (record, dataset, value) in enumerate(_records(_iim(block))):
            if number >= _MAX_RECORDS:
                break
            if (record, dataset) == (_ENVELOPE, _CHARACTER_SET) and value == _UTF_8:
                codec = "utf-8"
            if record == _APPLICATION:
                found.setdefault(dataset, []).append(value)
    except (struct.error, IndexError):
        pass  # cut short: what stands before counts
    return {
        dataset: tuple(_text(value, codec) for value in values) for dataset, values in sorted(found.items())
    }


def _iim(block: bytes) -> bytes:
    """The records alone: a JPEG wraps them into Photoshop's resources, a TIFF does not."""
    if not block.startswith(_PHOTOSHOP):
        return block
    position = len(_PHOTOSHOP)
    while block[position : position + 4] == _RESOURCE:
        kind, name_length = struct.unpack_from(">HB", block, position + 4)
        start = position + 6 + (1 + name_length + 1) // 2 * 2  # a Pascal string, padded to an even length
        (size,) = struct.unpack_from(">I", block, start)
        if kind == _IPTC_RESOURCE:
            return block[start + 4 : start + 4 + size]
        position = start + 4 + size + size % 2
    return b""


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Record, dataset and value of each entry."""
    position = 0
    while position < len(data) and data[position] == _MARKER:
        record, dataset, size = struct.unpack_from(">BBH", data, position + 1)
        position += 5
        if size & _LONG:  # the length of the length: nothing that we want is that long
            return
        yield record, dataset, data[position : position + size]
        position += size


def _text(value: bytes, codec: str) -> str:
    """As the envelope says; without a word of it most writers mean UTF-8, and the oldest Latin-1."""
    if codec:
        return value.decode(codec, errors="replace")
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
