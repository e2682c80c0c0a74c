"""An image of the catalogue: the row ``IMG#id`` / ``A`` as a value, and its pure rules.

A change is a function from an :class:`Image` to its successor; the store writes the successor only
if nobody else wrote in between (``version``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from lumenstock.catalog.data_mining import DataMining
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.catalog.likeness import Likeness, NearDuplicate
from lumenstock.catalog.reasons import Reason
from lumenstock.catalog.states import Status, require_transition
from lumenstock.kernel.ids import ImageId, MediaKey, UserId


class Orientation(StrEnum):
    """Shape of a picture as it is shown (after EXIF rotation)."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"

    @classmethod
    def of(cls, width_px: int, height_px: int) -> Orientation:
        """The orientation of a picture of this size."""
        if width_px == height_px:
            return cls.SQUARE
        return cls.LANDSCAPE if width_px > height_px else cls.PORTRAIT


@dataclass(frozen=True, slots=True)
class Source:
    """The untouched file as the contributor sent it.

    Attributes:
        key: S3 key in the originals bucket.
        filename: The client's name for it, for display only.
        content_type: Declared media type; signed into the upload URL.
        size_bytes: Declared length; signed into the upload URL.
        version_id: S3 version that was validated; every later read names it.
        etag: S3 ETag of that version, unquoted.
        sha256: Lower-case hex digest of the bytes.
        format: What the magic bytes say: such as ``jpeg`` or ``dng``.
    """

    key: str
    filename: str
    content_type: str
    size_bytes: int
    version_id: str | None = None
    etag: str | None = None
    sha256: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that a model found in the picture. ``confidence`` is in [0, 1]."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Swatch:
    """One dominant colour. ``share`` of the picture is in [0, 1]."""

    hex: str
    share: float


@dataclass(frozen=True, slots=True)
class Image:
    """One image.

    Attributes:
        version: Grows by one with every write; 1 when created.
        tags: The contributor's own words.
        categories: Chosen by the contributor, else by the model.
        media_key: Public address of its files; shown only once approved.
        rev: Revision of the derivatives; grows when the picture is processed anew.
        width_px: Width as shown, after EXIF rotation; 0 until validated. So is ``height_px``.
        renditions: Names of the files that exist, of the closed set (``300``, ``preview``, …).
        ai_tags: The model's words, best first.
        palette: Dominant colours, largest first.
        nsfw: In [0, 1]; None when no model in use can tell.
        people: How many there are to see; None when no model in use can count them, or it is not sure.
        model: ``name@version`` of the model that embedded it; None until then.
        reasons: All reasons for a refusal or failure, or why a person must look, at once.
        entered_at: When it came into its present status.
        awaited_until: Until when the file may still come; None where a single URL's life says so.
        data_mining: What the contributor says of it to machines that learn.
        image_type: As the contributor or the file says; None where neither does.
        ai_generated: Whether a machine made it, as they say; None where neither does.
        licence_type: What it is offered for: everything is, unless the contributor keeps it to editorial use.
        held: Why a person must look at it before it is shown, whatever the model finds.
        cleared: Whether a moderator approved it: then processing it anew needs no second look.
        exposed: Whether this ``media_key`` was ever public.
        backfill: Id of the last backfill that made a revision of it; None if none ever did.
        likeness: What it looks like; None until it was embedded, of one that shows next to nothing, and once
            it is deleted, unless it was taken down.
        copy_of: Image of exactly this file that a moderator took down before.
        near_duplicates: Earlier pictures that look the same: first what was taken down, then what is other
            contributors'.
        allow_near_duplicate: Whether its contributor means to have it beside what looks the same of theirs.
    """

    id: ImageId
    contributor_id: UserId
    contributor_name: str
    status: Status
    version: int
    title: str
    description: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    media_key: MediaKey
    rev: int
    source: Source
    created_at: datetime
    entered_at: datetime
    width_px: int = 0
    height_px: int = 0
    renditions: tuple[str, ...] = ()
    ai_tags: tuple[Tag, ...] = ()
    palette: tuple[Swatch, ...] = ()
    nsfw: float | None = None
    people: int | None = None
    model: str | None = None
    reasons: tuple[Reason, ...] = ()
    awaited_until: datetime | None = None
    data_mining: DataMining = DataMining.SEARCH_ONLY
    image_type: ImageType | None = None
    ai_generated: bool | None = None
    licence_type: LicenceType = LicenceType.COMMERCIAL
    held: tuple[Reason, ...] = ()
    cleared: bool = False
    exposed: bool = False
    backfill: str | None = None
    likeness: Likeness | None = None
    copy_of: ImageId | None = None
    near_duplicates: tuple[NearDuplicate, ...] = ()
    allow_near_duplicate: bool = False

    @property
    def orientation(self) -> Orientation:
        """Shape of the picture as it is shown."""
        return Orientation.of(self.width_px, self.height_px)

    @property
    def is_banned(self) -> bool:
        """Whether a moderator took it down and none restored it; of what its contributor deleted then, too.

        Of all that is deleted, only a picture that was down keeps what it looks like.
        """
        deleted_while_down = self.status is Status.DELETED and self.likeness is not None
        return self.status is Status.TAKEN_DOWN or deleted_while_down

    def changed(self, **fields: Any) -> Image:  # noqa: ANN401 - the dataclass's own fields
        """The successor of this row with other values and the next version."""
        return replace(self, version=self.version + 1, **fields)

    def moved(self, target: Status, now: datetime, **fields: Any) -> Image:  # noqa: ANN401 - as above
        """The successor in status ``target``.

        Raises:
            IllegalTransitionError: The table of states does not allow it.
        """
        require_transition(self.status, target)
        if target is Status.APPROVED:
            fields["exposed"] = True
        return self.changed(status=target, entered_at=now, **fields)

    def withdrawn(self, target: Status, now: datetime, media_key: MediaKey, **fields: Any) -> Image:  # noqa: ANN401 - as above
        """The successor in status ``target`` at another address, where it has no files.

        Whoever has the old address finds nothing there, once what lies there is deleted.

        Raises:
            IllegalTransitionError: The table of states does not allow it.
        """
        fields |= {"media_key": media_key, "rev": self.rev + 1, "renditions": (), "exposed": False}
        return self.moved(target, now, **fields)


def rendition_key(media_key: MediaKey, rev: int, name: str, encoding: str = "webp") -> str:
    """S3 key, and public path, of one derivative: ``{media_key}/{rev}/{name}.{encoding}``."""
    return f"{media_key}/{rev}/{name}.{encoding}"


def original_key(contributor_id: UserId, image_id: ImageId, created_at: datetime, extension: str) -> str:
    """S3 key of an original: ``originals/{contributor}/{yyyy}/{mm}/{dd}/{image_id}.{ext}``."""
    return f"originals/{contributor_id}/{created_at:%Y/%m/%d}/{image_id}.{extension}"


def developed_key(image_id: ImageId, rev: int) -> str:
    """S3 key, beside the originals, of the picture made of camera raw: ``developed/{image_id}/{rev}.jpg``."""
    return f"developed/{image_id}/{rev}.jpg"


def image_id_of(key: str) -> ImageId | None:
    """The image that the original at ``key`` belongs to; None if ``key`` is not of that scheme."""
    parts = key.split("/")
    if len(parts) != 6 or parts[0] != "originals" or "." not in parts[5]:  # noqa: PLR2004 - the scheme above
        return None
    return ImageId(parts[5].split(".", 1)[0])
