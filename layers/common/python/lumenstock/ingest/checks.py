"""What may be uploaded: rules over a file's size, container and header. Each finds all that is wrong at once.

Source: the limits come from hostile files against libvips (CPU and memory each); they are noted beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

from lumenstock.catalog.reasons import Reason
from lumenstock.imaging.containers import Container
from lumenstock.imaging.formats import Format
from lumenstock.imaging.header import MAX_SIDE_PX, Header
from lumenstock.ingest import refusals

MIN_SIDE_PX = 16
# Decoders that hold the whole picture take 8 bytes a pixel at worst: 480 MB of the child's 1.5 GB.
MAX_WHOLE_PIXELS = 60_000_000
MAX_DECODED_BYTES = 2 << 30
# Photos have 3 to 30 pixels a byte; a flat JPEG may reach 170, a lying header goes on without end. Only where
# decoding costs more than a fraction of a second; formats with real compression of flat areas get more.
MAX_PIXELS_PER_BYTE = {Format.JPEG: 200}
MAX_PIXELS_PER_BYTE_ELSE = 1000
DENSITY_FROM_PIXELS = 16_000_000
# Behind the end some cameras leave padding or a little note.
MAX_TRAILING_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What this stage takes."""

    max_bytes: int
    max_pixels: int


def check_size(size_bytes: int, limits: FileLimits) -> list[Reason]:
    """What is wrong with the length, which is known before a byte is read."""
    if size_bytes == 0:
        return [refusals.empty_file()]
    if size_bytes > limits.max_bytes:
        return [refusals.too_large(size_bytes, limits.max_bytes)]
    return []


def check_type(found: Format, declared: str) -> list[Reason]:
    """Whether the magic bytes tell of the media type that was announced."""
    return [] if found.media_type == declared else [refusals.type_mismatch(declared, found.media_type)]


def check_container(container: Container, trailing: bytes, trailing_bytes: int) -> list[Reason]:
    """What is wrong with the container; ``trailing_bytes`` follow it, ``trailing`` is how they begin."""
    reasons = []
    if container.raw_photo:
        reasons.append(refusals.unsupported_format("Camera raw"))
    if container.animated:
        reasons.append(refusals.animated())
    if container.checksum_failed:
        reasons.append(refusals.damaged())
    more_pictures = container.more_pictures and trailing.lstrip(b"\0").startswith(b"\xff\xd8")
    if trailing_bytes > MAX_TRAILING_BYTES and not more_pictures:
        reasons.append(refusals.trailing_data(trailing_bytes))
    return reasons


def check_header(header: Header, sniffed: Format, size_bytes: int, limits: FileLimits) -> list[Reason]:
    """What is wrong with a header that could be read."""
    reasons = []
    if header.format is not sniffed:
        reasons.append(refusals.type_mismatch(sniffed.media_type, header.format or "something else"))
    width, height = header.width_px, header.height_px
    if min(width, height) < MIN_SIDE_PX:
        reasons.append(refusals.too_small(width, height, MIN_SIDE_PX))
    max_pixels = min(limits.max_pixels, MAX_WHOLE_PIXELS) if header.decodes_whole else limits.max_pixels
    decoded_bytes = header.pixels * header.pixel_bytes
    if max(width, height) > MAX_SIDE_PX or header.pixels > max_pixels or decoded_bytes > MAX_DECODED_BYTES:
        reasons.append(refusals.too_many_pixels(width, height, max_pixels, MAX_SIDE_PX))
    density = header.pixels / max(size_bytes, 1)
    if header.pixels > DENSITY_FROM_PIXELS and density > MAX_PIXELS_PER_BYTE.get(
        sniffed, MAX_PIXELS_PER_BYTE_ELSE
    ):
        reasons.append(refusals.suspicious_compression())
    return reasons
