"""What an embedded picture is said to show: words, categories, colours."""

from __future__ import annotations

from dataclasses import dataclass

from lumenstock.catalog.image import Image, Swatch, Tag
from lumenstock.embedding.model import Embedder, Pixels, Vectors
from lumenstock.imaging.palette import dominant_colours
from lumenstock.imaging.renditions import RENDITIONS

MAX_CATEGORIES = 2


@dataclass(frozen=True, slots=True)
class Annotation:
    """What was found.

    Attributes:
        nsfw: In [0, 1]; None when the model cannot tell.
        people: How many; None when the model cannot count them, or is not sure.
    """

    tags: tuple[Tag, ...]
    categories: tuple[str, ...]
    palette: tuple[Swatch, ...]
    nsfw: float | None
    people: int | None


def annotate(embedder: Embedder, vector: Vectors, pixels: Pixels) -> Annotation:
    """Annotate a picture by its vector and its pixels. What the model does not know stays empty or None.

    Args:
        embedder: The model that made ``vector``.
        vector: float32[768], unit length.
        pixels: uint8[h, w, 3], sRGB.
    """
    tags = embedder.tags.findings(vector) if embedder.tags else ()
    categories = embedder.categories.findings(vector) if embedder.categories else ()
    people = embedder.people.findings(vector) if embedder.people else ()
    return Annotation(
        tags=tuple(Tag(tag.label, tag.confidence) for tag in tags),
        categories=tuple(category.label for category in categories[:MAX_CATEGORIES]),
        palette=tuple(Swatch(colour.hex, colour.share) for colour in dominant_colours(pixels)),
        nsfw=embedder.nsfw.confidences(vector)["nsfw"] if embedder.nsfw else None,
        people=int(people[0].label) if people else None,
    )


def embeddable_rendition(image: Image, size_px: int) -> str:
    """The file to embed: the smallest clean one whose short side is at least ``size_px``.

    Without one it is the largest clean file, and of a picture too small to have any, the marked one.
    """
    clean = sorted(
        (RENDITIONS[name] for name in image.renditions if not RENDITIONS[name].marked),
        key=lambda rendition: rendition.width_px,
    )
    narrowest = min(1.0, image.height_px / image.width_px)
    wide_enough = (rendition for rendition in clean if rendition.width_px * narrowest >= size_px)
    chosen = next(wide_enough, clean[-1] if clean else None)
    return chosen.name if chosen else image.renditions[0]
