"""Rows of the catalogue, made of what a test cares about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lumenstock.catalog.image import Image, Source
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import VectorItem
from lumenstock.embedding.model import to_f16
from lumenstock.kernel.ids import ImageId, MediaKey, UserId
from tests.contract.search.documents import MODEL, image_id, noise, unit_vector

CREATED = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)


def image(number: int = 1, **fields: Any) -> Image:
    """An approved image, but for ``fields``."""
    values: dict[str, Any] = {
        "contributor_id": UserId("user-1"),
        "contributor_name": "Jane Doe",
        "status": Status.APPROVED,
        "version": 5,
        "title": "Red car",
        "description": "A car at night.",
        "tags": ("car",),
        "categories": ("City",),
        "media_key": MediaKey(f"{number:032x}"),
        "rev": 1,
        "source": source(number),
        "created_at": CREATED,
        "entered_at": CREATED,
        "width_px": 6000,
        "height_px": 4000,
        "renditions": ("300", "512", "1024"),
        "model": MODEL,
    }
    return Image(id=image_id(number), **values | fields)


def source(number: int) -> Source:
    """The file of image ``number``."""
    return Source(
        key=f"originals/user-1/2026/11/21/{image_id(number)}.jpg",
        filename="car.jpg",
        content_type="image/jpeg",
        size_bytes=1000,
    )


def vector_item(seed: int, model: str = MODEL) -> VectorItem:
    """A vector of ``model``."""
    return VectorItem(model, to_f16(unit_vector(seed)[None])[0], rev=1, miniature=noise(seed))


def ids(*numbers: int) -> list[ImageId]:
    """The ids of several images."""
    return [image_id(number) for number in numbers]
