"""What is to be made of one picture: decided by validate, carried through the machine, read by every task."""

from __future__ import annotations

from dataclasses import dataclass

from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import Reason
from lumenstock.imaging.formats import Format
from lumenstock.imaging.header import Header
from lumenstock.imaging.renditions import clean_names, marked_names
from lumenstock.kernel.ids import ImageId, MediaKey

# Up to here one decode serves all clean widths; above it each width is a group and so a task of its own,
# or a single one would near its time limit. The machine runs two groups at once: one a clean width.
ONE_GROUP_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Which version of the original becomes which public files.

    Attributes:
        key: S3 key of the original.
        version_id: Its S3 version: every task reads this one; None in a bucket without versions.
        rev: Revision of the derivatives.
        sha256: Hex digest of the original.
        width_px: Width as shown, after EXIF rotation. So is ``height_px``.
        groups: Names of the clean files, those together that share one decode.
        marked: Names of the marked files.
    """

    key: str
    version_id: str | None
    rev: int
    media_key: MediaKey
    sha256: str
    format: Format
    width_px: int
    height_px: int
    groups: tuple[tuple[str, ...], ...]
    marked: tuple[str, ...]


def make_plan(image: Image, sniffed: Format, header: Header, sha256: str) -> Plan:
    """The plan for a file that passed every check."""
    clean = clean_names(header.width_px)
    apart = header.pixels > ONE_GROUP_PIXELS
    return Plan(
        key=image.source.key,
        version_id=image.source.version_id,
        rev=image.rev,
        media_key=image.media_key,
        sha256=sha256,
        format=sniffed,
        width_px=header.width_px,
        height_px=header.height_px,
        groups=tuple((name,) for name in clean) if apart else ((clean,) if clean else ()),
        marked=marked_names(header.width_px),
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """Validate's answer.

    Attributes:
        ok: Whether the picture is taken. If not, ``reasons`` holds them all; without any there is nothing to
            do: the event came late, twice or for a row that is past it.
        rev: Revision that was looked at; 0 where there is nothing to do.
        plan: What to make; None unless ``ok``.
    """

    ok: bool
    image_id: ImageId
    rev: int = 0
    plan: Plan | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """The answer of one task that made public files.

    Attributes:
        ok: Whether the picture decoded to its end. If not, ``reasons`` says why.
        renditions: Names of the files that were written.
    """

    ok: bool
    renditions: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
