"""Whom an invisible mark names: 48 bits in the picture stand for one image or one licence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from lumenstock.kernel.ids import ImageId

# 48 bits as 12 hex digits.
MarkId = NewType("MarkId", str)

_BYTES = 6
# Of 5 million images the newest one finds its first id taken once in 56 million; all of these never.
_ATTEMPTS = 4


class Marked(StrEnum):
    """What a mark can name."""

    IMAGE = "image"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True)
class MarkOwner:
    """One image (in its public files) or one licence (in the copy that was sold)."""

    kind: Marked
    id: str

    @classmethod
    def image(cls, image_id: ImageId) -> MarkOwner:
        """The owner of the mark in an image's public files."""
        return cls(Marked.IMAGE, image_id)

    @classmethod
    def licence(cls, licence_id: str) -> MarkOwner:
        """The owner of the mark in a licensed copy."""
        return cls(Marked.LICENCE, licence_id)


def mark_ids(owner: MarkOwner) -> Iterator[MarkId]:
    """The ids that an owner may get, in the order in which it tries them: always the same."""
    for attempt in range(_ATTEMPTS):
        digest = hashlib.sha256(f"{owner.kind}#{owner.id}#{attempt}".encode()).digest()
        yield MarkId(digest[:_BYTES].hex())


def mark_id(payload: int) -> MarkId:
    """The id that a decoded payload, in [0, 2^48), stands for."""
    return MarkId(payload.to_bytes(_BYTES, "big").hex())


def payload_of(mark: MarkId) -> int:
    """The inverse of :func:`mark_id`."""
    return int(mark, 16)


class MarkRegistry(Protocol):
    """Which mark names whom. A claim is for ever: pictures that carry the mark are out in the world."""

    def claim(self, owner: MarkOwner) -> MarkId:
        """The mark of ``owner``, claimed now if it was not yet. Doing it again gives the same.

        Raises:
            ConflictError: All ids that it may get belong to others.
        """
        ...

    def owner(self, mark: MarkId) -> MarkOwner | None:
        """Whom a mark names; None if nobody ever claimed it."""
        ...
