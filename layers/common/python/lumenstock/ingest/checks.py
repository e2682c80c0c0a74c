"""What may be uploaded: rules over a file's size, container and header. Each finds all that is wrong at once.

Source: the limits come from hostile files against libvips (CPU and memory each); they are noted beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.imaging.containers.model import MAX_METADATA_BYTES, Container
from lumenstock.imaging.formats import Format, foreign_name, may_be, sniff
from lumenstock.imaging.header import MAX_SIDE_PX, Examination, Header
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
# Deflate ends at 1,032 to 1, which only one colour reaches; drawings come to 20 to 200, photos to 3.
MAX_INFLATION = 500
# Behind the end some cameras leave padding or a little note.
MAX_TRAILING_BYTES = 64 << 10

_OWN_WORDS = {"HEIC": refusals.heic, "SVG": refusals.svg}
_CONTENTS: dict[str, Callable[[], Reason]] = {
    "zip": partial(refusals.known, ReasonCode.POLYGLOT_ZIP),
    "pdf": partial(refusals.known, ReasonCode.POLYGLOT_PDF),
    "html": partial(refusals.known, ReasonCode.POLYGLOT_HTML),
    "svg": refusals.svg,
}


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What this stage takes."""

    max_bytes: int
    max_pixels: int


def check_size(size_bytes: int, limits: FileLimits) -> list[Reason]:
    """What is wrong with the length, which is known before a byte is read."""
    if size_bytes == 0:
        return [refusals.known(ReasonCode.EMPTY_FILE)]
    if size_bytes > limits.max_bytes:
        return [refusals.too_large(size_bytes, limits.max_bytes)]
    return []


def check_head(head: bytes, declared: str) -> list[Reason]:
    """What the first bytes alone tell of a file that was announced as ``declared``."""
    found = sniff(head)
    if found is None:
        return [_foreign(foreign_name(head))]
    return [] if may_be(head, declared) else [refusals.type_mismatch(declared, found.media_type)]


def check_examination(found: Examination, declared: str, size_bytes: int, limits: FileLimits) -> list[Reason]:
    """Everything that is wrong with a file of at least one byte that was announced as ``declared``."""
    reasons = _check_format(found, declared)
    reasons += check_container(found.container)
    reasons += _check_contents(found)
    if found.format and found.header:
        reasons += check_header(found.header, found.format, size_bytes, limits)
    elif found.fault == ReasonCode.DECODER_LIMIT:
        reasons.append(refusals.decoder_limit())
    elif found.fault and not reasons:  # an animation, say, needs no second reason
        reasons.append(refusals.known(ReasonCode.UNREADABLE_HEADER))
    return reasons


def check_look(found: Examination, size_bytes: int, limits: FileLimits) -> list[Reason]:
    """What is wrong with a file that nobody announced and that is only looked at: it may be cut short."""
    if found.format is None:
        return [_foreign(found.foreign)]
    if found.header is None:
        return [refusals.known(ReasonCode.UNREADABLE_HEADER)]
    return check_header(found.header, found.format, size_bytes, limits)


def _check_format(found: Examination, declared: str) -> list[Reason]:
    """Whether it is one of ours, and the one that was announced."""
    if found.format is None:
        return [_foreign(found.foreign)]
    if found.container.raw_photo and not found.format.raw:
        return [refusals.unsupported_format("Raw files of this camera")]
    if found.format.media_type != declared:
        return [refusals.type_mismatch(declared, found.format.media_type)]
    return []


def _foreign(name: str | None) -> Reason:
    """Of a file that is none of ours, by the name of what it is."""
    if name is None:
        return refusals.not_an_image()
    return _OWN_WORDS[name]() if name in _OWN_WORDS else refusals.unsupported_format(name)


def check_container(container: Container) -> list[Reason]:
    """What is wrong with the container itself."""
    plain = {
        ReasonCode.TRUNCATED: container.truncated,
        ReasonCode.CHECKSUM_MISMATCH: container.checksum_failed,
        ReasonCode.COMPRESSION_BOMB: container.inflates,
        ReasonCode.CYCLIC_DIRECTORIES: container.cyclic,
        ReasonCode.NESTED_DIRECTORIES: container.nested,
    }
    reasons = [refusals.known(code) for code, holds in plain.items() if holds]
    if container.metadata_bytes > MAX_METADATA_BYTES:
        reasons.append(refusals.metadata_too_large(container.metadata_bytes, MAX_METADATA_BYTES))
    if container.frames > 1:
        reasons.append(refusals.animated(container.frames))
    if container.pictures > 1:
        reasons.append(refusals.several_pictures(container.pictures))
    return reasons


def _check_contents(found: Examination) -> list[Reason]:
    """What else the file is. Of a file that is no picture at all its own format has been said."""
    reasons = []
    if found.format is not None:
        reasons += [reason() for name, reason in _CONTENTS.items() if name in found.contents]
    more_pictures = found.container.more_pictures and found.trailing_picture
    if found.trailing_bytes > MAX_TRAILING_BYTES and not more_pictures and not reasons:
        reasons.append(refusals.trailing_data(found.trailing_bytes))
    return reasons


def check_header(header: Header, kind: Format, size_bytes: int, limits: FileLimits) -> list[Reason]:
    """What is wrong with a header that could be read, in a file whose container is of ``kind``."""
    reasons = []
    if header.format is not kind:
        reasons.append(refusals.type_mismatch(kind.media_type, header.format or "something else"))
    width, height = header.width_px, header.height_px
    if min(width, height) < MIN_SIDE_PX:
        reasons.append(refusals.too_small(width, height, MIN_SIDE_PX))
    max_pixels = min(limits.max_pixels, MAX_WHOLE_PIXELS) if header.decodes_whole else limits.max_pixels
    decoded_bytes = header.pixels * header.pixel_bytes
    if max(width, height) > MAX_SIDE_PX or header.pixels > max_pixels or decoded_bytes > MAX_DECODED_BYTES:
        reasons.append(refusals.too_many_pixels(width, height, max_pixels, MAX_SIDE_PX))
    if header.pixels > DENSITY_FROM_PIXELS:
        reasons += _check_density(header, kind, max(size_bytes, 1))
    return reasons


def _check_density(header: Header, kind: Format, size_bytes: int) -> list[Reason]:
    if kind is Format.PNG and header.pixels * header.pixel_bytes > MAX_INFLATION * size_bytes:
        return [refusals.known(ReasonCode.COMPRESSION_BOMB)]
    if header.pixels > MAX_PIXELS_PER_BYTE.get(kind, MAX_PIXELS_PER_BYTE_ELSE) * size_bytes:
        return [refusals.known(ReasonCode.SUSPICIOUS_COMPRESSION)]
    return []
