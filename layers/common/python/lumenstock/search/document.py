"""What the index holds of an image: whole documents with external versions, and stubs of removals."""

from __future__ import annotations

from dataclasses import dataclass

from lumenstock.kernel.ids import ImageId

EMBEDDING_DIM = 768


@dataclass(frozen=True, slots=True)
class Document:
    """One approved image as the index holds it.

    Attributes:
        version: Version of the catalogue row; an older write never replaces a newer one.
        tags: The contributor's words and the model's, without repeats.
        colors: Hex names of the palette's buckets, largest share first.
        created_at_s: Unix time in seconds.
        model: ``name@version`` of the vector; "" without one.
        vector_f16: Little-endian float16 × 768, unit length; b"" without one.
        miniature: 16 × 16 grey levels, by which copies and crops are told from what only shows the same
            (:mod:`lumenstock.imaging.miniature`); b"" where there is no vector.
        thumbnail: Path of the small picture below the media address; so is ``preview``.
        likeness: Hash of what it looks like, 64 hex digits; "" where the row has none. Nobody searches by it.
        image_type: Such as ``photo`` or ``illustration``. Of this and what follows, None is "not known".
        licence_type: What it is offered for: ``commercial`` or ``editorial``.
        people: How many people are in the picture.
        ai_generated: Whether a machine made it.
        popularity: How often it was licensed or kept, counted by whoever writes it; at least 0. Nothing that
            there is counts yet, nor does anything know the two below: they come with commerce.
        premium: Whether it is sold as premium.
        trending: How much it is asked for of late, in [0, 1].
    """

    id: ImageId
    version: int
    title: str
    description: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    orientation: str
    colors: tuple[str, ...]
    contributor_id: str
    contributor_name: str
    width_px: int
    height_px: int
    created_at_s: int
    thumbnail: str
    preview: str
    model: str = ""
    vector_f16: bytes = b""
    miniature: bytes = b""
    likeness: str = ""
    image_type: str | None = None
    licence_type: str | None = None
    people: int | None = None
    ai_generated: bool | None = None
    popularity: int | None = None
    premium: bool | None = None
    trending: float | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """Says that an image is gone from the index as of ``version``; kept, so that late writes stay out."""

    id: ImageId
    version: int
