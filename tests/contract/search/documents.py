"""Documents to index, made of a number and what a test cares about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lumenstock.embedding.model import Vectors, from_f16, to_f16
from lumenstock.imaging.miniature import LEVELS
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import EMBEDDING_DIM, Document
from lumenstock.search.ports import FacetCount, Hit, QueryVector

MODEL = "demo@1"


def image_id(number: int) -> ImageId:
    """A ULID that sorts by ``number``."""
    return ImageId(f"{number:026d}")


def numbers(hits: Iterable[Hit] | Iterable[ImageId]) -> list[int]:
    """The inverse of :func:`image_id`, for hits or ids."""
    return [int(hit.id if isinstance(hit, Hit) else hit) for hit in hits]


def counts(facet: Iterable[FacetCount]) -> dict[str, int]:
    """A facet as a dictionary, its order kept."""
    return {entry.value: entry.count for entry in facet}


def unit_vector(seed: int) -> Vectors:
    """A random direction."""
    vector = np.random.default_rng(seed).standard_normal(EMBEDDING_DIM, dtype=np.float32)
    unit: Vectors = vector / np.float32(np.linalg.norm(vector))
    return unit


def toward(target: Vectors, cosine: float, seed: int = 0) -> Vectors:
    """A direction at ``cosine`` to ``target``."""
    aside = unit_vector(10_000 + seed)
    aside = aside - target * (aside @ target)
    aside /= np.linalg.norm(aside)
    turned: Vectors = (cosine * target + np.sqrt(1 - cosine**2) * aside).astype(np.float32)
    return turned


def noise(seed: int) -> bytes:
    """The miniature of a picture that looks like no other."""
    return np.random.default_rng(seed).bytes(LEVELS)


def document(number: int, *, vector: Vectors | None = None, **fields: Any) -> Document:
    """Document ``number``: a plain one, but for ``fields`` and ``vector``."""
    values: dict[str, Any] = {
        "version": 1,
        "title": "untitled",
        "description": "",
        "tags": (),
        "categories": (),
        "orientation": "landscape",
        "colors": (),
        "contributor_id": "contributor-1",
        "contributor_name": "Jane Doe",
        "width_px": 6000,
        "height_px": 4000,
        "created_at_s": 1_700_000_000 + number,
        "thumbnail": f"key{number}/1/512.webp",
        "preview": f"key{number}/1/1024.webp",
        "likeness": f"{number:064x}",
    }
    if vector is not None:
        values |= {
            "model": MODEL,
            "vector_f16": to_f16(vector[np.newaxis])[0],
            "miniature": noise(number),
        }
    return Document(id=image_id(number), **values | fields)


def asking(vector: Vectors, model: str = MODEL) -> QueryVector:
    """A query for what looks like ``vector``."""
    return QueryVector(model, vector)


def own_vector(found: Document) -> QueryVector:
    """A query for what looks like ``found`` itself."""
    return QueryVector(found.model, from_f16(found.vector_f16))
