"""Text in places where no tool of metadata looks: none of it reaches a public file."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.renditions import Encoding
from tests.pictures import display_p3, encode, exif_with_everything, jpeg, photo, png_chunk

CANARY = b"Canary0123456789"
PACKET = "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
# Microsoft's tags and new profiles have UTF-16.
SPELLINGS = [CANARY, *("Canary".encode(code) for code in ("ascii", "utf-16-be", "utf-16-le"))]


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG segment."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def box(kind: bytes, body: bytes) -> bytes:
    """A box of an ISO base media file."""
    return struct.pack(">I", len(body) + 8) + kind + body


def talking_profile() -> bytes:
    """Display P3 under another name."""
    return display_p3().replace(b"Display", b"CanaryX")


def jpeg_with_all_segments() -> bytes:
    """Every APP segment, known ones cut out of their standards, two comments, and a tail."""
    plain = jpeg(1100, 800, icc_profile=talking_profile(), exif=exif_with_everything())
    known = (
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + bytes(8) + CANARY),
        segment(0xE2, b"MPF\0" + CANARY),
        segment(0xE2, b"FPXR\0\0" + CANARY),
        segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x18jumb" + CANARY),
        segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0" + struct.pack(">I", len(CANARY)) + CANARY),
        segment(0xFE, CANARY),
        segment(0xFE, b"second " + CANARY),
    )
    unknown = (segment(0xE0 + number, b"Maker\0" + CANARY) for number in range(1, 16))
    return plain[:2] + b"".join((*known, *unknown)) + plain[2:] + CANARY


def png_with_all_chunks() -> bytes:
    """Text of each kind, before and after the pixels, and private chunks."""
    plain = encode(photo(1100, 800), "PNG", icc_profile=talking_profile())
    before = (
        png_chunk(b"tEXt", b"Title\0" + CANARY),
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(CANARY)),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x>" + CANARY + b"</x>"),
        png_chunk(b"sPLT", CANARY + b"\0\x08" + bytes(6)),
        png_chunk(b"eXIf", exif_with_everything().tobytes().removeprefix(b"Exif\0\0")),
        png_chunk(b"caNy", CANARY),
    )
    after = png_chunk(b"tEXt", b"Late\0" + CANARY) + png_chunk(b"caNy", CANARY)
    header_ends = 33
    return plain[:header_ends] + b"".join(before) + plain[header_ends:-12] + after + plain[-12:]


def webp_with_unknown_chunk() -> bytes:
    """A chunk of nobody's behind EXIF, XMP and profile."""
    plain = encode(
        photo(1100, 800), "WEBP", exif=exif_with_everything(), xmp=CANARY, icc_profile=talking_profile()
    )
    longer = plain + b"CANY" + struct.pack("<I", len(CANARY)) + CANARY
    return longer[:4] + struct.pack("<I", len(longer) - 8) + longer[8:]


def avif_with_boxes() -> bytes:
    """Items for EXIF and XMP, a profile, and three boxes behind them."""
    plain = encode(
        photo(1100, 800), "AVIF", exif=exif_with_everything(), xmp=CANARY, icc_profile=talking_profile()
    )
    return plain + box(b"free", CANARY) + box(b"uuid", bytes(16) + CANARY) + box(b"udta", CANARY)


def tiff_with_tags() -> bytes:
    """Descriptions, names of document and page, a private tag, and XMP."""
    tags: dict[int, object] = dict.fromkeys((269, 270, 285, 305, 315, 33432, 65000), CANARY.decode())
    tags[700] = CANARY
    return encode(photo(1100, 800), "TIFF", tiffinfo=tags, icc_profile=talking_profile())


FILES = {
    "jpeg": jpeg_with_all_segments,
    "png": png_with_all_chunks,
    "webp": webp_with_unknown_chunk,
    "avif": avif_with_boxes,
    "tiff": tiff_with_tags,
}


@pytest.mark.parametrize("kind", FILES)
def test_text_hidden_in_a_container_reaches_no_public_file(
    decoder: Decoder, tmp_path: Path, kind: str
) -> None:
    source = tmp_path / kind
    source.write_bytes(FILES[kind]())
    assert source.read_bytes().count(CANARY) >= 2, "the source has it"
    decoder.render(source, ["1024", "512"], tmp_path, list(Encoding), PACKET)
    public = [tmp_path / f"{name}.{encoding}" for name in ("1024", "512") for encoding in Encoding]
    leaks = [file.name for file in public for text in SPELLINGS if text in file.read_bytes()]
    assert leaks == []
