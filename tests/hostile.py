"""Hostile files made by code: each is refused with a code of its own."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from tests.pictures import encode, flat_png, jpeg, photo, png_chunk, with_stated_size

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"--><!DOCTYPE html><html><script>alert(1)</script></html>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def zip_archive(size_bytes: int = 200) -> bytes:
    """A small archive with one entry."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("evil.js")  # dated 1980, so that the bytes are the same in every process
        archive.writestr(entry, b"alert(1);".ljust(size_bytes, b" "))
    return buffer.getvalue()


def with_comment(body: bytes, text: bytes) -> bytes:
    """A JPEG with a comment right behind its first marker."""
    return body[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + body[2:]


def text_bomb(kind: bytes = b"zTXt", size_bytes: int = 80_000_000) -> bytes:
    """A PNG of 64 × 64 px with a text that unpacks to 80 MB."""
    head = {b"zTXt": b"k\0\0", b"iCCP": b"k\0\0", b"iTXt": b"k\0\1\0\0\0"}[kind]
    return flat_png(64, 64, extra=png_chunk(kind, head + zlib.compress(bytes(size_bytes), 9)))


def endless_gif(frames: int = 100_000) -> bytes:
    """A GIF of one pixel that shows it again and again."""
    frame = b"\x2c" + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<2H3B", 1, 1, 0x80, 0, 0) + bytes(6) + frame * frames + b";"


def tiff(order: str, *directories: dict[int, int], following: int = 0) -> bytes:
    """Directories of one number a tag, one behind the other, each the next page of the one before.

    ``following`` is what the last one says of the next.
    """
    out, place = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8), 8
    for number, tags in enumerate(directories):
        place += 2 + 12 * len(tags) + 4
        last = number == len(directories) - 1
        out += struct.pack(order + "H", len(tags))
        out += b"".join(struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in tags.items())
        out += struct.pack(order + "I", following if last else place)
    return out


def nested_tiff(depth: int) -> bytes:
    """Directories each of which hangs below the one before, by SubIFDs."""
    one = 2 + 2 * 12 + 4
    levels = [{256: 64, 330: 8 + one * (level + 1)} for level in range(depth)]
    parts = [tiff("<", tags)[8:] for tags in levels]
    return b"II*\0" + struct.pack("<I", 8) + b"".join(parts) + tiff("<", {256: 64, 257: 64})[8:]


def cyclic_tiff() -> bytes:
    """A page whose next page is itself."""
    return tiff("<", {256: 64, 257: 64}, following=8)


HOSTILE: dict[str, tuple[bytes, str, str]] = {
    # name: file, announced as, code
    "pixel flood": (with_stated_size(jpeg(), 65_500, 65_500), "image/jpeg", "too_many_pixels"),
    "PNG zip bomb": (flat_png(5000, 4000), "image/png", "compression_bomb"),
    "PNG text bomb": (text_bomb(), "image/png", "compression_bomb"),
    "cyclic directories": (cyclic_tiff(), "image/tiff", "cyclic_directories"),
    "nested directories": (nested_tiff(9), "image/tiff", "nested_directories"),
    "GIF of 100,000 frames": (endless_gif(), "image/png", "animated"),
    "SVG as JPEG": (SVG, "image/jpeg", "svg"),
    "SVG in a JPEG": (with_comment(jpeg(), SVG), "image/jpeg", "svg"),
    "polyglot ZIP": (jpeg() + zip_archive(), "image/jpeg", "polyglot_zip"),
    "polyglot PDF": (with_comment(jpeg(), PDF), "image/jpeg", "polyglot_pdf"),
    "polyglot HTML": (with_comment(jpeg(), HTML), "image/jpeg", "polyglot_html"),
    "pages": (
        encode(photo(90, 60), "TIFF", save_all=True, append_images=[photo(90, 60, 2)]),
        "image/tiff",
        "several_pictures",
    ),
    "metadata": (
        flat_png(64, 64, extra=png_chunk(b"eXIf", bytes(17 << 20))),
        "image/png",
        "metadata_too_large",
    ),
}
