"""Parts of a file: how a file is cut, and whether what arrived is the whole of it, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lumenstock.kernel.errors import ChunkSizeChangedError, FieldError, UploadIncompleteError

# 5 MiB, the last part excepted. Source: Amazon S3 user guide, "Amazon S3 multipart upload limits".
MIN_PART_BYTES = 5 << 20
MAX_PARTS = 10_000
# Up to here one PUT is less work; a line that breaks at its end loses 13 s at 10 Mbit/s.
SINGLE_PUT_BYTES = 16 << 20
# An answer names this many parts at most; who lost more needs no list.
_MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One part that the bucket holds. ``number`` counts from 1; ``etag`` is unquoted."""

    number: int
    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class PartPlan:
    """How a file of ``size_bytes`` is cut: parts of ``part_bytes``, the last one of what is left."""

    size_bytes: int
    part_bytes: int

    @property
    def count(self) -> int:
        """Number of parts, at least 1."""
        return -(-self.size_bytes // self.part_bytes)

    def length(self, number: int) -> int:
        """Length in bytes of part ``number``, in 1 to :attr:`count`."""
        return min(self.part_bytes, self.size_bytes - (number - 1) * self.part_bytes)


def plan_parts(size_bytes: int) -> PartPlan:
    """The plan for a file of at least one byte.

    Small parts lose little when a line breaks; they grow, by whole MiB, only where 10,000 are not enough.
    """
    mib = 1 << 20
    needed = -(-size_bytes // MAX_PARTS)
    return PartPlan(size_bytes, max(MIN_PART_BYTES, -(-needed // mib) * mib))


def check_planned(parts: Sequence[Part], plan: PartPlan) -> None:
    """Check parts that we planned and whose lengths we signed; ``parts`` in the order of their numbers.

    Raises:
        UploadIncompleteError: A part is missing, surplus, or of another length; ``errors`` names each.
    """
    held = {part.number: part.size_bytes for part in parts}
    numbers = range(1, plan.count + 1)
    wrong = [_missing(number) for number in numbers if number not in held]
    wrong += [
        _wrong_size(number, held[number], plan.length(number))
        for number in numbers
        if held.get(number, plan.length(number)) != plan.length(number)
    ]
    wrong += [
        FieldError(f"/parts/{number}", "surplus", f"There is no part {number} in the plan.")
        for number in sorted(held.keys() - set(numbers))
    ]
    if wrong:
        message = f"{len(wrong)} of {plan.count} parts are missing or wrong. Send them, then complete again."
        raise UploadIncompleteError(message, errors=tuple(wrong[:_MAX_NAMED]))


def check_chunks(parts: Sequence[Part], size_bytes: int) -> None:
    """Check parts whose length the client chose; ``parts`` in the order of their numbers.

    All but the last must be of one length, and together they must make up the file. A client that resumes
    with another chunk size takes part n of the old cut for part n of the new one, reports success, and a
    piece of the file is missing: seen with Uppy 6.3.1, 22,020,096 bytes stored as 17,825,792.

    Raises:
        ChunkSizeChangedError: The lengths are those of two different cuts.
        UploadIncompleteError: A part is missing, or the parts are shorter than S3 takes.
    """
    held = {part.number for part in parts}
    gaps = [number for number in range(1, max(held, default=1) + 1) if number not in held]
    if gaps:
        message = f"{len(gaps)} parts have not arrived. Send them, then complete again."
        raise UploadIncompleteError(message, errors=tuple(map(_missing, gaps[:_MAX_NAMED])))
    chunk, total = parts[0].size_bytes, sum(part.size_bytes for part in parts)
    other = next((part for part in parts[1:-1] if part.size_bytes != chunk), None)
    if len(parts) > 1 and parts[-1].size_bytes > chunk:
        other = other or parts[-1]
    if other is not None:
        cause = f"Part 1 has {chunk:,} bytes, part {other.number} has {other.size_bytes:,}"
        raise ChunkSizeChangedError(_resumed(cause))
    if total != size_bytes:
        cause = f"The {len(parts)} parts of {chunk:,} bytes make up {total:,} of {size_bytes:,} bytes"
        raise ChunkSizeChangedError(_resumed(cause))
    if len(parts) > 1 and chunk < MIN_PART_BYTES:
        message = f"Parts have {chunk:,} bytes; all but the last need at least {MIN_PART_BYTES:,}."
        raise UploadIncompleteError(message)


def _resumed(cause: str) -> str:
    return (
        f"{cause}: the upload was resumed with another chunk size, so pieces of the file are missing. Abort "
        "this upload and send the file again with one chunk size."
    )


def _missing(number: int) -> FieldError:
    return FieldError(f"/parts/{number}", "missing", f"Part {number} has not arrived.")


def _wrong_size(number: int, found_bytes: int, wanted_bytes: int) -> FieldError:
    text = f"Part {number} has {found_bytes:,} bytes instead of {wanted_bytes:,}."
    return FieldError(f"/parts/{number}", "wrong_size", text)
