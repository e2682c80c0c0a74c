"""An image as a DynamoDB item and back. Keys and their reasons: docs/keys.md."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zlib import crc32

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from pydantic import ConfigDict, RootModel

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import WORK_QUEUE, Status
from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.ids import ImageId, MediaKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = dict[str, AttributeValueTypeDef]
else:
    Item = dict[str, Any]

WORK_SHARDS = 16

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


class _Row(RootModel[Image]):
    """A row is checked when it is read; what is wrong is told without its values: titles stay out of logs."""

    model_config = ConfigDict(hide_input_in_errors=True)


def image_key(image_id: ImageId, part: str = "A") -> Item:
    """Primary key of one item of an image: ``A``, ``TECH``, ``VEC#model``, ``H#version`` or ``PURGE#…``."""
    return {"pk": {"S": f"IMG#{image_id}"}, "sk": {"S": part}}


def work_partition(queue: str, shard: int) -> str:
    """Partition of the work-queue index: 16 shards keep each small. ``queue`` is a status, or ``purging``."""
    return f"S#{queue}#{shard:02d}"


def work_keys(queue: str, since: datetime, image_id: ImageId) -> Item:
    """What puts an item into a queue of the work-queue index, in the order of ``since``."""
    shard = crc32(image_id.encode()) % WORK_SHARDS
    return {
        "gsi2pk": {"S": work_partition(queue, shard)},
        "gsi2sk": {"S": f"{to_iso(since)}#{image_id}"},
    }


def media_partition(media_key: MediaKey) -> str:
    """Partition of the approved image whose files lie below this public address."""
    return f"M#{media_key}"


def to_item(image: Image) -> Item:
    """The row of an image, with the keys of the indexes that it is in."""
    fields = _Row(image).model_dump(mode="json", exclude_none=True)
    fields["created_at"] = to_iso(image.created_at)
    fields["entered_at"] = to_iso(image.entered_at)
    if image.awaited_until:
        fields["awaited_until"] = to_iso(image.awaited_until)
    item: Item = {
        **image_key(image.id),
        **{name: _serialize(_plain(value)) for name, value in fields.items()},
    }
    item["gsi1pk"] = {"S": f"C#{image.contributor_id}#{image.created_at:%Y%m}"}
    item["gsi1sk"] = {"S": image.id}
    if image.status in WORK_QUEUE:
        item |= work_keys(image.status, _waits_since(image), image.id)
    elif image.status is Status.APPROVED:
        item["gsi2pk"] = {"S": media_partition(image.media_key)}
        item["gsi2sk"] = {"S": image.id}
    return item


def _waits_since(image: Image) -> datetime:
    """An upload in parts may take days; nobody looks after it before that time is over."""
    awaited = image.awaited_until if image.status is Status.UPLOADING else None
    return awaited or image.entered_at


def from_item(item: Item) -> Image:
    """The inverse of :func:`to_item`; keys are dropped.

    Raises:
        ValueError: The item is not an image as this code knows it. The text holds none of its values.
    """
    fields = {name: _deserialize(value) for name, value in item.items()}
    return _Row.model_validate(fields).root


def is_image(item: Item) -> bool:
    """Whether an item of the catalogue is the row of an image."""
    return item["pk"].get("S", "").startswith("IMG#") and item["sk"].get("S") == "A"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Floats as decimals: DynamoDB takes no binary floats."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def to_attributes(document: dict[str, object]) -> Item:
    """Any JSON-like mapping as attributes."""
    return {name: _serialize(_plain(value)) for name, value in document.items()}


def from_attributes(item: Item) -> dict[str, object]:
    """The inverse of :func:`to_attributes`; numbers come back as decimals."""
    return {name: _deserialize(value) for name, value in item.items()}
