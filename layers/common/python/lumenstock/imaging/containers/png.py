"""The chunks of a PNG. Source: https://www.w3.org/TR/png-3/#5Chunk-layout and #11Ancillary-chunks."""

from __future__ import annotations

import struct
import zlib

from lumenstock.imaging.containers.model import MAX_METADATA_BYTES, Container, Data

_SIGNATURE_BYTES = 8
_INTERNATIONAL = b"iTXt"
_COMPRESSED = frozenset({b"zTXt", b"iCCP", _INTERNATIONAL})
_METADATA = _COMPRESSED | {b"tEXt", b"eXIf"}


def walk_png(data: Data) -> Container:
    """From chunk to chunk up to IEND, with every checksum over pixels: libpng lets some broken ones pass."""
    position, failed, frames, metadata_bytes, inflated_bytes = _SIGNATURE_BYTES, False, 1, 0, 0
    while True:
        length, kind = struct.unpack_from(">I4s", data, position)
        body, body_end = position + 8, position + 8 + length
        (checksum,) = struct.unpack_from(">I", data, body_end)
        critical = not kind[0] & 0x20
        if critical and zlib.crc32(memoryview(data)[position + 4 : body_end]) != checksum:
            failed = True
        if kind == b"acTL":
            frames = struct.unpack_from(">I", data, body)[0]
        if kind in _METADATA:
            metadata_bytes += length
        if kind in _COMPRESSED and inflated_bytes <= MAX_METADATA_BYTES:
            inflated_bytes += _inflated_bytes(kind, bytes(data[body:body_end]))
        position = body_end + 4
        if kind == b"IEND":
            return Container(
                end=position,
                checksum_failed=failed,
                frames=frames,
                metadata_bytes=metadata_bytes,
                inflates=inflated_bytes > MAX_METADATA_BYTES,
            )


def _inflated_bytes(kind: bytes, body: bytes) -> int:
    """Length of a chunk's text once unpacked; it ends where there is more than any picture's metadata."""
    _, _, text = body.partition(b"\0")  # a keyword, then a byte for the method
    if kind == _INTERNATIONAL:  # a flag, the method, a language, the keyword in that language
        text = text[:1] + text[2:].split(b"\0", 2)[-1] if text[:1] == b"\1" else b""
    try:
        return len(zlib.decompressobj().decompress(text[1:], MAX_METADATA_BYTES + 1))
    except zlib.error:
        return len(text)  # broken: nothing grows
