"""Find mark: whom the invisible mark of a picture from anywhere names."""

from __future__ import annotations

from dataclasses import dataclass

from lumenstock.catalog.marks import MarkOwner, MarkRegistry, mark_id
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.invisible_mark import MarkKey
from lumenstock.imaging.mark_detection import MAX_LOOKED_AT_PX, detect
from lumenstock.ingest.checks import FileLimits
from lumenstock.ingest.stranger import read_stranger


@dataclass(frozen=True, slots=True)
class FoundMark:
    """What a picture was found to carry.

    Attributes:
        score: How well the pilot of the mark fits, in standard deviations of chance.
        owner: Whom the mark names; None where there is no mark, or one that nobody ever claimed, which is a
            misreading.
    """

    score: float
    owner: MarkOwner | None


def find_mark(
    registry: MarkRegistry, decoder: Decoder, key: MarkKey, picture: bytes, limits: FileLimits
) -> FoundMark:
    """Look for a mark in a file.

    Args:
        registry: Whom marks name.
        decoder: Opens the file, which may be hostile: it is a stranger's.
        key: The deployment's.
        picture: The file, in any format that uploads may have.
        limits: Of the stage.

    Raises:
        InvalidInputError: It is no picture that can be looked at; all reasons are named.
    """
    pixels = read_stranger(decoder, picture, limits, MAX_LOOKED_AT_PX)
    found = detect(pixels, key)
    owner = None if found.payload is None else registry.owner(mark_id(found.payload))
    return FoundMark(found.score, owner)
