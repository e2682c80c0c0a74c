"""From the catalogue to the index: the one function that says what the index holds of an image."""

from __future__ import annotations

from collections.abc import Iterable

from lumenstock.catalog.image import Image, Swatch, rendition_key
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import VectorItem
from lumenstock.search.colors import bucket_of
from lumenstock.search.document import Document, Removal

_WATERMARKED = ("1024", "preview")
_THUMBNAILS = ("512", "300", *_WATERMARKED)
COLOR_SHARE = 0.05  # below a twentieth of the picture a colour is not what people filter for


def project(image: Image, vector: VectorItem | None, model: str | None = None) -> Document | Removal:
    """What the index must hold of ``image``: a document while it is approved, else a removal.

    Args:
        image: Row of the catalogue.
        vector: Its vector by ``model``; ignored when it is of another one, so that vectors of two versions
            never meet.
        model: ``name@version`` of the index; None means the one that the row names.
    """
    if image.status is not Status.APPROVED:
        return Removal(image.id, image.version)
    known = vector is not None and vector.model == (model or image.model)
    return Document(
        id=image.id,
        version=image.version,
        title=image.title,
        description=image.description,
        tags=_distinct([*image.tags, *(tag.name for tag in image.ai_tags)]),
        categories=_distinct(fold(category) for category in image.categories),
        orientation=image.orientation,
        colors=bucketed(image.palette),
        contributor_id=image.contributor_id,
        contributor_name=image.contributor_name,
        width_px=image.width_px,
        height_px=image.height_px,
        created_at_s=int(image.created_at.timestamp()),
        thumbnail=thumbnail_path(image),
        preview=preview_path(image),
        model=vector.model if vector and known else "",
        vector_f16=vector.vector_f16 if vector and known else b"",
        miniature=vector.miniature if vector and known else b"",
        people=image.people,
        image_type=image.image_type,
        licence_type=image.licence_type,
        ai_generated=image.ai_generated,
        likeness=image.likeness.hash if image.likeness else "",
    )


def fold(name: str) -> str:
    """The spelling under which a category or a contributor's name is filtered: no case, single spaces."""
    return " ".join(name.casefold().split())


def bucketed(palette: Iterable[Swatch]) -> tuple[str, ...]:
    """The buckets that hold at least 5 % of the picture, by falling share, ties by name."""
    shares: dict[str, float] = {}
    for swatch in palette:
        bucket = bucket_of(swatch.hex)
        shares[bucket] = shares.get(bucket, 0.0) + swatch.share
    kept = (bucket for bucket, share in shares.items() if share >= COLOR_SHARE)
    return tuple(sorted(kept, key=lambda bucket: (-shares[bucket], bucket)))


def preview_path(image: Image) -> str:
    """Path, below the media address, of the watermarked preview: 1024 px, or a smaller source's own width."""
    return _file(image, _WATERMARKED)


def thumbnail_path(image: Image) -> str:
    """Path of the small picture: the largest clean file, else the watermarked one of a tiny source."""
    return _file(image, _THUMBNAILS)


def _file(image: Image, preferred: tuple[str, ...]) -> str:
    """Path of the first of ``preferred`` that exists; the last one when none is known."""
    name = next((name for name in preferred if name in image.renditions), preferred[-1])
    return rendition_key(image.media_key, image.rev, name)


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    """``words`` without repeats that differ in case only; the first spelling stays."""
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(fold(word), word)
    return tuple(first.values())
