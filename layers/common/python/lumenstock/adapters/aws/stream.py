"""Records of the catalogue's stream as changes of rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lumenstock.adapters.aws.rows import from_item, is_image
from lumenstock.catalog.image import Image
from lumenstock.ingest.index_changes import RowChange

StreamRecord = Mapping[str, Any]


def row_change(record: StreamRecord) -> RowChange | None:
    """The change that ``record`` (view type NEW_AND_OLD_IMAGES) is; None if it is not of an image's row.

    Raises:
        ValueError: The item is not an image as this code knows it.
    """
    data = record["dynamodb"]
    if not is_image(data["Keys"]):
        return None
    written_at = datetime.fromtimestamp(data["ApproximateCreationDateTime"], UTC)
    return RowChange(old=_image(data.get("OldImage")), new=_image(data.get("NewImage")), at=written_at)


def _image(item: Mapping[str, Any] | None) -> Image | None:
    return from_item(dict(item)) if item else None
