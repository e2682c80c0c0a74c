"""What is to be made of one picture: decided by validate, carried through the machine, read by every task."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from lumenstock.catalog.image import Image
from lumenstock.catalog.kind import MADE_BY_A_MACHINE, digital_source
from lumenstock.catalog.marks import MarkId
from lumenstock.catalog.reasons import Reason
from lumenstock.imaging.formats import Format
from lumenstock.imaging.header import Header
from lumenstock.imaging.renditions import EagerSet, Encoding
from lumenstock.imaging.rights import Rights
from lumenstock.kernel.ids import ImageId, MediaKey

# Up to here one decode serves all clean files; above it two tasks share them, or a single one would near its
# time limit. The machine runs that many at once.
ONE_GROUP_PIXELS = 60_000_000
MAX_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Publishing:
    """How this stage makes public files.

    Attributes:
        eager: What is made of every picture at once.
        licence_url: Page that says how to get a licence; it stands in every marked file.
    """

    eager: EagerSet
    licence_url: str


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
        encodings: Every file is made in each of these.
        rights: What the marked files say of themselves.
        mark: Id that their invisible mark carries.
        kind: Whether the original is a picture, or camera raw that must be developed first.
        developed: S3 key of what was made of camera raw; every public file comes from it. None until then,
            and for a picture.
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
    encodings: tuple[Encoding, ...]
    rights: Rights
    mark: MarkId
    kind: Literal["picture", "raw"] = "picture"
    developed: str | None = None

    @property
    def decoded(self) -> tuple[str, str | None]:
        """Key and version of the object that public files are made from."""
        return (self.developed, None) if self.developed else (self.key, self.version_id)


def make_plan(
    image: Image, sniffed: Format, header: Header | None, sha256: str, publishing: Publishing, mark: MarkId
) -> Plan:
    """The plan for a file that passed every check. Without a header it waits for its development."""
    plan = Plan(
        key=image.source.key,
        version_id=image.source.version_id,
        rev=image.rev,
        media_key=image.media_key,
        sha256=sha256,
        format=sniffed,
        width_px=0,
        height_px=0,
        groups=(),
        marked=(),
        encodings=publishing.eager.encodings,
        rights=stated_rights(image, publishing.licence_url),
        mark=mark,
        kind="raw" if sniffed.raw else "picture",
    )
    return with_files(plan, header, header.width_px, header.pixels, publishing.eager) if header else plan


def with_files(plan: Plan, header: Header, decoded_px: int, decoded_pixels: int, eager: EagerSet) -> Plan:
    """The plan with the size of the original, and the files that can be made of what is decoded.

    Args:
        plan: The plan so far.
        header: Of the original.
        decoded_px: Width as shown of what is decoded.
        decoded_pixels: All its pixels.
        eager: The stage's choice.
    """
    clean = eager.clean(decoded_px)
    groups = MAX_GROUPS if decoded_pixels > ONE_GROUP_PIXELS else 1
    return replace(
        plan,
        width_px=header.width_px,
        height_px=header.height_px,
        groups=tuple(group for first in range(groups) if (group := clean[first::groups])),
        marked=eager.marked(decoded_px),
    )


def stated_rights(image: Image, licence_url: str) -> Rights:
    """What the marked files of an image say; from its row alone, never from the contributor's file."""
    return Rights(
        creator=image.contributor_name,
        notice=f"© {image.created_at:%Y} {image.contributor_name}",
        licence_url=licence_url,
        data_mining=image.data_mining,
        digital_source=digital_source(MADE_BY_A_MACHINE) if image.ai_generated else "",
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
