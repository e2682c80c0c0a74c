"""Files that are almost right: a small sample of a format with a few things broken in it."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lumenstock.imaging.formats import Format
from tools.samples.variants import VARIANTS

FORMATS = (Format.JPEG, Format.PNG, Format.TIFF, Format.WEBP, Format.AVIF, Format.DNG)
_SAMPLE_PX = (176, 132)  # small, so that the container is a good part of the file
# Lengths, counts and sizes that parsers trip over: nothing, one, the ends of signed and unsigned numbers.
_NUMBERS = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken file. ``number`` and the run's seed make it again."""

    number: int
    format: Format
    variant: str
    body: bytes


def mutants(seed: int, count: int, first: int = 0) -> Iterator[Mutant]:
    """``count`` files, the formats in turn; each is made from the seed and its own number alone."""
    for number in range(first, first + count):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - repeatable, not secret
        kind = FORMATS[number % len(FORMATS)]
        samples = _samples(kind)
        variant, body = chance.choice(samples)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            body = _broken(body, chance, chance.choice(samples)[1])
        if body.startswith(_PNG) and chance.random() < 0.7:  # noqa: PLR2004 - else few get past the checksums
            body = _with_checksums(body)
        yield Mutant(number, kind, variant, body)


@cache
def _samples(kind: Format) -> tuple[tuple[str, bytes], ...]:
    made = (variant for variant in VARIANTS if variant.format is kind and variant.make)
    return tuple((variant.name, variant.make(*_SAMPLE_PX)) for variant in made if variant.make)


def _broken(body: bytes, chance: random.Random, other: bytes) -> bytes:
    """``body`` with one thing broken; half of all hits go to the first 512 bytes, where the structure is."""
    if not body:
        return body
    end = min(512, len(body)) if chance.random() < 0.5 else len(body)  # noqa: PLR2004 - half
    at = chance.randrange(end)
    length = min(chance.choice((1, 2, 4, 16, 256, 4096)), len(body) - at)
    start = chance.randrange(len(other))
    little_or_big, number = chance.choice("<>"), chance.choice(_NUMBERS)
    replaced, put = chance.choice(
        (
            (1, bytes([body[at] ^ 1 << chance.randrange(8)])),
            (length, chance.randbytes(length)),
            (4, struct.pack(little_or_big + "I", number)),
            (2, struct.pack(little_or_big + "H", number & 0xFFFF)),
            (length, b""),
            (length, body[at : at + length] * chance.choice((2, 3, 50))),
            (len(body) - at, b""),
            (length, other[start : start + length]),
            (0, chance.randbytes(length)),
        )
    )
    return body[:at] + put + body[at + replaced :]


def _with_checksums(body: bytes) -> bytes:
    """A PNG with its checksums right again, as far as its chunks can be followed."""
    position, out = len(_PNG), [_PNG]
    while position + 12 <= len(body):
        (length,) = struct.unpack_from(">I", body, position)
        chunk = body[position + 4 : position + 8 + length]
        out += [body[position : position + 4], chunk, struct.pack(">I", zlib.crc32(chunk))]
        position += 12 + length
    return b"".join(out)
