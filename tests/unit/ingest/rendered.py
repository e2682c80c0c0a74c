"""Images that the pipeline has just rendered: rows in processing, their files in the bucket."""

from __future__ import annotations

from typing import Any

from PIL import Image as Picture

from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.catalog.image import Image, rendition_key
from lumenstock.catalog.states import Status
from tests.conftest import DERIVATIVES, Stores
from tests.pictures import encode
from tests.unit.search.images import image
from tools.scenes import Scene, scene


def rendered(catalog: DynamoCatalog, stores: Stores, number: int = 1, **fields: Any) -> Image:
    """An image of scene ``number`` at the end of the state machine, with a 300 px file."""
    row = image(
        number,
        status=Status.PROCESSING,
        version=4,
        renditions=("300", "1024"),
        categories=(),
        model=None,
        width_px=1600,
        height_px=1200,
        **fields,
    )
    catalog.create(row)
    put_file(stores, row, small(picture_of(number).picture))
    return row


def picture_of(number: int) -> Scene:
    """Scene ``number``, 300 × 225 px."""
    return scene(5_000_000 + number, 300, 225)


def small(picture: Picture.Image) -> bytes:
    """``picture`` as the pipeline stores it."""
    return encode(picture, "WEBP", quality=82)


def put_file(stores: Stores, row: Image, body: bytes) -> None:
    """Write the 300 px file of ``row``."""
    key = rendition_key(row.media_key, row.rev, "300")
    stores.s3.put_object(Bucket=DERIVATIVES, Key=key, Body=body)
