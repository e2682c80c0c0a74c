"""An image as a DynamoDB item and back. Keys and their reasons: docs/keys.md."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import ConfigDict, RootModel

from lumenstock.adapters.aws.attributes import Item, from_attributes, to_attributes
from lumenstock.adapters.aws.work_index import work_keys
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import WORK_QUEUE, Status
from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.ids import ImageId, MediaKey

_TAKING_IN = frozenset({Status.UPLOADING, Status.PROCESSING})
_AT_ONCE = timedelta(hours=1)  # from the announcement to the pipeline, of an upload by one URL


class _Row(RootModel[Image]):
    """A row is checked when it is read; what is wrong is told without its values: titles stay out of logs."""

    model_config = ConfigDict(hide_input_in_errors=True)


def image_key(image_id: ImageId, part: str = "A") -> Item:
    """Primary key of one item of an image: ``A``, ``TECH``, ``VEC#model``, ``H#version`` or ``PURGE#…``."""
    return {"pk": {"S": f"IMG#{image_id}"}, "sk": {"S": part}}


def work_queue(status: Status) -> str:
    """The queue of the work-queue index that images of this status wait in.

    What is announced and what is processed wait in one: an image that only goes from the one to the other
    keeps its keys, and the index is not written.
    """
    return "S#taking_in" if status in _TAKING_IN else f"S#{status}"


def media_partition(media_key: MediaKey) -> str:
    """Partition of the approved image whose files lie below this public address."""
    return f"M#{media_key}"


def to_item(image: Image) -> Item:
    """The row of an image, with the keys of the indexes that it is in."""
    # A row that grows past 1 kB costs twice as much at each write: what goes without saying is left out.
    fields = _Row(image).model_dump(mode="json", exclude={"id"}, exclude_none=True, exclude_defaults=True)
    fields["created_at"] = to_iso(image.created_at)
    fields["entered_at"] = to_iso(image.entered_at)
    if image.awaited_until:
        fields["awaited_until"] = to_iso(image.awaited_until)
    item: Item = {
        **image_key(image.id),
        **to_attributes(fields),
    }
    item["gsi1pk"] = {"S": f"C#{image.contributor_id}#{image.created_at:%Y%m}"}
    item["gsi1sk"] = {"S": image.id}
    if image.status in WORK_QUEUE:
        item |= work_keys(work_queue(image.status), _waits_since(image), image.id)
    elif image.status is Status.APPROVED:
        item["gsi2pk"] = {"S": media_partition(image.media_key)}
        item["gsi2sk"] = {"S": image.id}
    return item


def _waits_since(image: Image) -> datetime:
    """When somebody should begin to look after it, as the index has it; no later than its row says.

    An upload in parts may take days, and nobody looks after it before that time is over. One that came at
    once keeps the moment of its announcement while it is processed.
    """
    if image.awaited_until:
        return image.awaited_until if image.status is Status.UPLOADING else image.entered_at
    at_once = image.entered_at - image.created_at < _AT_ONCE
    return image.created_at if image.status in _TAKING_IN and at_once else image.entered_at


def from_item(item: Item) -> Image:
    """The inverse of :func:`to_item`; keys are dropped.

    Raises:
        ValueError: The item is not an image as this code knows it. The text holds none of its values.
    """
    fields = from_attributes(item) | {"id": image_of(item)}
    return _Row.model_validate(fields).root


def image_of(item: Item) -> ImageId:
    """The image that an item belongs to."""
    return ImageId(item["pk"]["S"].removeprefix("IMG#"))


def is_image(item: Item) -> bool:
    """Whether an item of the catalogue is the row of an image."""
    return item["pk"].get("S", "").startswith("IMG#") and item["sk"].get("S") == "A"
