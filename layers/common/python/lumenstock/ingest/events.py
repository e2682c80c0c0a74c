"""What the rest of the world is told of an image: one event at most for each version of its row."""

from __future__ import annotations

from datetime import datetime

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.kernel.clock import to_iso
from lumenstock.notification.events import Event, EventType

_BY_STATUS = {
    Status.APPROVED: EventType.IMAGE_APPROVED,
    Status.REJECTED: EventType.IMAGE_REJECTED,
    Status.PROCESSING_FAILED: EventType.IMAGE_FAILED,
}


def event_of(old: Image | None, new: Image, at: datetime) -> Event | None:
    """The event that the change of a row from ``old`` to ``new`` stands for; None for most changes.

    ``at`` is when the change was written, the same each time the change is read.
    ``ImageProcessed`` says that the public files of this revision are there; approval comes later, with
    the vector.
    """
    entered = old is None or old.status is not new.status
    if entered and new.status in _BY_STATUS:
        return _event(_BY_STATUS[new.status], new, at)
    rendered = (new.rev, new.renditions) != (old.rev, old.renditions) if old else True
    if new.status is Status.PROCESSING and new.renditions and rendered:
        return _event(EventType.IMAGE_PROCESSED, new, at)
    return None


def _event(name: EventType, image: Image, at: datetime) -> Event:
    detail: dict[str, object] = {
        "id": f"{image.id}#{image.version}",
        "image_id": image.id,
        "version": image.version,
        "status": image.status,
        "contributor_id": image.contributor_id,
        "reasons": [reason.code for reason in image.reasons],
        "occurred_at": to_iso(at),
    }
    return Event(name, detail)
