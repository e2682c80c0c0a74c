"""What a picture looks like, as its row keeps it, and which other pictures look the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lumenstock.kernel.ids import ImageId


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a picture looks like.

    Attributes:
        hash: 64 hex digits of :class:`lumenstock.imaging.picture_hash.PictureHash`.
        since: When it was first compared: of two that look the same, the earlier one is the original.
    """

    hash: str
    since: datetime


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An earlier picture that looks the same.

    Attributes:
        id: Of the earlier one.
        own: Whether it is of the same contributor.
        distance: Bits of 256 in which the hashes differ.
        taken_down: Whether a moderator had taken it down when the two were compared.
    """

    id: ImageId
    own: bool
    distance: int
    taken_down: bool = False
