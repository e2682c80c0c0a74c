"""What the rest of the world is told, and of that, what a contributor's own service can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class EventType(StrEnum):
    """What happens to a contributor's images: the types that a webhook can ask for."""

    IMAGE_PROCESSED = "ImageProcessed"
    IMAGE_APPROVED = "ImageApproved"
    IMAGE_REJECTED = "ImageRejected"
    IMAGE_FAILED = "ImageFailed"


# On the bus, for operators; no webhook hears of it, as it would not be heard.
WEBHOOK_DISABLED = "WebhookDisabled"


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
