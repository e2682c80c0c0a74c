"""Pictures and hostile files made by code: no test needs a file from outside."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}

_PNG = b"\x89PNG\r\n\x1a\n"


def photo(
    width_px: int, height_px: int, seed: int = 0, mode: str = "RGB", fields: tuple[int, int] = (6, 8)
) -> Image.Image:
    """Something like a photo: soft colours with fine grain. The same seed gives the same pixels.

    Of ``fields`` there are so many from top to bottom and from left to right. A picture of as few as by default
    mostly shows too little to be looked for among others; one of 12 by 16 never does.
    """
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(30, 225, (*fields, 3)).astype(np.uint8)
    soft = Image.fromarray(coarse).resize((width_px, height_px), Image.Resampling.BICUBIC)
    grain = rng.normal(0, 6, (height_px, width_px, 1))
    pixels = np.clip(np.asarray(soft, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


def soft(width_px: int, height_px: int, dice: random.Random) -> Image.Image:
    """Colours that flow into each other, like in no other picture; cheap at any size."""
    coarse = np.frombuffer(dice.randbytes(6 * 8 * 3), np.uint8).reshape(6, 8, 3)
    return Image.fromarray(coarse).resize((width_px, height_px), Image.Resampling.BICUBIC)


def quadrants(width_px: int, height_px: int) -> Image.Image:
    """Red, green, blue and white quarters, clockwise from the top left: shows which way is up."""
    image = Image.new("RGB", (width_px, height_px), "white")
    half_w, half_h = width_px // 2, height_px // 2
    image.paste((255, 0, 0), (0, 0, half_w, half_h))
    image.paste((0, 255, 0), (half_w, 0, width_px, half_h))
    image.paste((0, 0, 255), (half_w, half_h, width_px, height_px))
    return image


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """``image`` as a file of the format ``kind``, by Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(width_px: int = 1200, height_px: int = 800, seed: int = 0, **options: Any) -> bytes:
    """An ordinary photo as JPEG."""
    return encode(photo(width_px, height_px, seed), "JPEG", **{"quality": 90, **options})


def with_stated_size(data: bytes, width_px: int, height_px: int) -> bytes:
    """A baseline JPEG whose header states another size than its data has."""
    start = data.index(b"\xff\xc0")
    return data[: start + 5] + struct.pack(">HH", height_px, width_px) + data[start + 9 :]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def noise_png(width_px: int, height_px: int, seed: int) -> bytes:
    """Pixels by chance, stored without compression: a file of 3 bytes a pixel."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    rows = np.zeros((height_px, 1 + 3 * width_px), dtype=np.uint8)  # each begins with its filter: none
    rows[:, 1:] = np.random.default_rng(seed).integers(0, 256, (height_px, 3 * width_px), dtype=np.uint8)
    body = zlib.compress(rows.tobytes(), level=0)
    return _PNG + b"".join((png_chunk(b"IHDR", header), png_chunk(b"IDAT", body), png_chunk(b"IEND", b"")))


def flat_png(width_px: int, height_px: int, *, interlaced: bool = False, extra: bytes = b"") -> bytes:
    """A black RGB picture of any size in a file of a thousandth of it; ``extra`` chunks follow the header."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, int(interlaced))
    compressor = zlib.compressobj(9)
    passes = _adam7(width_px, height_px) if interlaced else [(width_px, height_px)]
    rows = b"".join(
        compressor.compress(b"\0" * (1 + 3 * columns)) for columns, lines in passes for _ in range(lines)
    )
    body = rows + compressor.flush()
    return _PNG + b"".join(
        (png_chunk(b"IHDR", header), extra, png_chunk(b"IDAT", body), png_chunk(b"IEND", b""))
    )


def _adam7(width_px: int, height_px: int) -> list[tuple[int, int]]:
    """Sizes of the seven passes, empty ones left out. Source: https://www.w3.org/TR/png-3/#8Interlace."""
    starts_and_steps = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    sizes = ((-(-(width_px - x) // dx), -(-(height_px - y) // dy)) for x, y, dx, dy in starts_and_steps)
    return [(columns, lines) for columns, lines in sizes if columns > 0 and lines > 0]


def with_flipped_byte(data: bytes, offset: int) -> bytes:
    """``data`` with one byte inverted."""
    return data[:offset] + bytes([data[offset] ^ 0xFF]) + data[offset + 1 :]


def exif_with_everything() -> Image.Exif:
    """Camera, place, time and a comment: what no public file may hold."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = "Canary Cameras", "Canary 1", "CanarySoft"
    exif[0x013B], exif[0x8298] = "Canary Artist", "Canary Copyright"
    details = exif.get_ifd(0x8769)
    details[0x829A], details[0x829D], details[0x8827] = IFDRational(1, 250), IFDRational(28, 10), 400
    details[0x9003], details[0x9011] = "2024:05:06 07:08:09", "+02:00"
    details[0x920A], details[0xA405], details[0xA434] = IFDRational(50), 75, "Canary 50mm F2.8"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "S", (33.0, 51.0, 31.5)
    place[3], place[4] = "E", (151.0, 12.0, 36.0)
    place[5], place[6] = b"\0", 58.0
    return exif


def xmp_packet(properties: str, attributes: str = "") -> bytes:
    """An XMP packet with these properties, as elements and as attributes."""
    names = {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
        "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
        "cc": "http://creativecommons.org/ns#",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "aux": "http://ns.adobe.com/exif/1.0/aux/",
    }
    spaces = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in names.items())
    body = f"<rdf:Description rdf:about='' {attributes}>{properties}</rdf:Description>"
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {spaces}>{body}</rdf:RDF></x:xmpmeta>'.encode()


def iptc_records(*records: tuple[int, bytes]) -> bytes:
    """IPTC-IIM: texts of the application record by number."""
    return b"".join(struct.pack(">BBBH", 0x1C, 2, number, len(text)) + text for number, text in records)


def photoshop_block(records: bytes) -> bytes:
    """IPTC records as a JPEG holds them, behind another resource with a name."""
    other = b"8BIM" + struct.pack(">H", 0x03ED) + b"\x04name\0" + struct.pack(">I", 3) + b"abc\0"
    resource = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(records)) + records + b"\0" * (len(records) % 2)
    return b"Photoshop 3.0\0" + other + resource


def with_iptc(data: bytes, records: bytes) -> bytes:
    """A JPEG with IPTC records behind its first marker."""
    block = photoshop_block(records)
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(block) + 2) + block + data[2:]


def display_p3() -> bytes:
    """An ICC profile of Display P3. Source: ICC.1:2001-04; primaries of SMPTE EG 432-1, adapted to D50."""
    white = (0.9642, 1.0, 0.8249)
    columns = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
    steps = np.linspace(0, 1, 1024)
    light = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)  # the curve of sRGB
    curve = b"curv\0\0\0\0" + struct.pack(">I", 1024) + np.round(light * 65535).astype(">u2").tobytes()
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 11) + b"Display P3\0" + bytes(8 + 3 + 67),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": _xyz(white),
        **{name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, bodies, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        table += name + struct.pack(">II", offset + len(bodies), len(body))
        bodies += body + bytes(-len(body) % 4)
    header = struct.pack(">I4sI4s4s4s", offset + len(bodies), bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _xyz(white)[8:]
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + bodies


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))
