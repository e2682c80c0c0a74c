"""What the rest of the world is told of an image: one event at most for each version of its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status

_BY_STATUS = {
    Status.APPROVED: "ImageApproved",
    Status.REJECTED: "ImageRejected",
    Status.PROCESSING_FAILED: "ImageFailed",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``detail`` holds ``id``, by which consumers drop repeats."""

    type: str
    detail: Mapping[str, object]


class EventSink(Protocol):
    """Where events go."""

    def send(self, events: Sequence[Event]) -> None:
        """Send all of ``events``.

        Raises:
            UnavailableError: At least one was refused; sending all again is safe.
        """
        ...


def event_of(old: Image | None, new: Image) -> Event | None:
    """The event that the change of a row from ``old`` to ``new`` stands for; None for most changes.

    ``ImageProcessed`` says that the public files of this revision are there; approval comes later, with
    the vector.
    """
    entered = old is None or old.status is not new.status
    if entered and new.status in _BY_STATUS:
        return _event(_BY_STATUS[new.status], new)
    rendered = (new.rev, new.renditions) != (old.rev, old.renditions) if old else True
    if new.status is Status.PROCESSING and new.renditions and rendered:
        return _event("ImageProcessed", new)
    return None


def _event(name: str, image: Image) -> Event:
    detail: dict[str, object] = {
        "id": f"{image.id}#{image.version}",
        "image_id": image.id,
        "version": image.version,
        "status": image.status,
        "contributor_id": image.contributor_id,
        "reasons": [reason.code for reason in image.reasons],
    }
    return Event(name, detail)
