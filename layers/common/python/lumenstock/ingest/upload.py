"""From the wish to upload to the row that waits for the file, and a second try for a file that failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lumenstock.catalog.data_mining import DataMining
from lumenstock.catalog.image import Image, Source, original_key
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.catalog.states import DEAD, Status
from lumenstock.catalog.store import CatalogStore
from lumenstock.catalog.tags import clean_tags
from lumenstock.imaging.formats import Format
from lumenstock.kernel.errors import AlreadyUploadedError, IllegalTransitionError, NotFoundError
from lumenstock.kernel.ids import ImageId, RandomBytes, UserId, new_media_key, new_ulid
from lumenstock.kernel.text import readable_line

_MAX_TITLE = 200

# Media types that the pipeline can read, each with the ending of its originals.
EXTENSIONS = {kind.media_type: kind.extension for kind in Format}


_ENDINGS = {ending: media_type for media_type, ending in EXTENSIONS.items()} | {
    "jpeg": "image/jpeg",
    "tiff": "image/tiff",
}


def media_type_of(filename: str) -> str | None:
    """The media type that a file's ending speaks of; None if it is none of ours."""
    return _ENDINGS.get(filename.rpartition(".")[2].lower())


def title_of(filename: str) -> str:
    """What a picture is called if nobody says: the name of its file without ending and underscores."""
    stem = filename.rpartition(".")[0] or filename
    return readable_line(stem.replace("_", " "), _MAX_TITLE) or "Untitled"


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who uploads."""

    id: UserId
    name: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the contributor says of a file before it comes.

    Attributes:
        content_type: A key of :data:`EXTENSIONS`.
        size_bytes: Exact length.
        tags: As typed.
        image_type: None where nothing is said; so is ``ai_generated``.
        allow_near_duplicate: Whether it is meant to be there beside what looks the same of the contributor's.
    """

    filename: str
    content_type: str
    size_bytes: int
    title: str
    description: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    data_mining: DataMining = DataMining.SEARCH_ONLY
    image_type: ImageType | None = None
    ai_generated: bool | None = None
    licence_type: LicenceType = LicenceType.COMMERCIAL
    allow_near_duplicate: bool = False


def announced_image(
    contributor: Contributor, announced: Announcement, *, now: datetime, random_bytes: RandomBytes
) -> Image:
    """The row of a picture whose file is still to come.

    The key of the original and the public address are drawn here, once and for all. If the file never comes,
    the sweeper ends the row.
    """
    image_id = ImageId(new_ulid(now, random_bytes))
    key = original_key(contributor.id, image_id, now, EXTENSIONS[announced.content_type])
    return image_at(key, image_id, contributor, announced, now=now, random_bytes=random_bytes)


def image_at(
    key: str,
    image_id: ImageId,
    contributor: Contributor,
    announced: Announcement,
    *,
    now: datetime,
    random_bytes: RandomBytes,
) -> Image:
    """The row of a picture whose original lies, or will lie, at ``key``."""
    return Image(
        id=image_id,
        contributor_id=contributor.id,
        contributor_name=contributor.name,
        status=Status.UPLOADING,
        version=1,
        title=announced.title,
        description=announced.description,
        tags=clean_tags(announced.tags),
        categories=tuple(dict.fromkeys(announced.categories)),
        media_key=new_media_key(random_bytes),
        rev=1,
        source=Source(
            key=key,
            filename=announced.filename,
            content_type=announced.content_type,
            size_bytes=announced.size_bytes,
        ),
        created_at=now,
        entered_at=now,
        data_mining=announced.data_mining,
        image_type=announced.image_type,
        ai_generated=announced.ai_generated,
        licence_type=announced.licence_type,
        allow_near_duplicate=announced.allow_near_duplicate,
    )


def refuse_known(catalog: CatalogStore, sha256: str, contributor_id: UserId) -> None:
    """Stop an upload of bytes that the contributor has in the catalogue already.

    Somebody else's are not told of: that would tell who has which file. They are found when the file is here.

    Raises:
        AlreadyUploadedError: A living image of this contributor has them.
    """
    owner = catalog.claimed_by(sha256)
    image = catalog.get_many([owner]).get(owner) if owner else None
    if image and image.contributor_id == contributor_id and image.status not in DEAD:
        raise AlreadyUploadedError(image.id)


def owned_image(catalog: CatalogStore, image_id: ImageId, contributor_id: UserId) -> Image:
    """An image of this contributor.

    Raises:
        NotFoundError: There is none. Somebody else's gets the same text as one that does not exist.
    """
    image = catalog.get(image_id)
    if image.contributor_id != contributor_id:
        message = f"There is no image {image_id}."
        raise NotFoundError(message)
    return image


def retry_processing(
    catalog: CatalogStore,
    resend: Callable[[Image], None],
    image_id: ImageId,
    contributor_id: UserId,
    *,
    now: datetime,
) -> Image:
    """Process a picture again that failed, without a new upload.

    The row first, then the message: the pipeline drops a message for a row that failed. If the process dies
    between the two, the row stands at ``processing`` with no message; the sweeper ends it, and it can be
    retried again.

    Raises:
        NotFoundError: The contributor has no such image.
        IllegalTransitionError: It has not failed.
    """
    owned_image(catalog, image_id, contributor_id)
    return reopen_processing(catalog, resend, image_id, now=now)


def reopen_processing(
    catalog: CatalogStore, resend: Callable[[Image], None], image_id: ImageId, *, now: datetime
) -> Image:
    """As :func:`retry_processing`, for whoever may do it with any image.

    Raises:
        NotFoundError: No such image.
        IllegalTransitionError: It has not failed.
    """

    def reopen(present: Image) -> Image:
        if present.status is not Status.PROCESSING_FAILED:
            message = f"Only processing that failed can be retried; this image is {present.status}."
            raise IllegalTransitionError(message, present.status)
        return present.moved(Status.PROCESSING, now, reasons=())

    image = catalog.update(image_id, reopen)
    resend(image)
    return image
