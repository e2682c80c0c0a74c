"""Domain events on the EventBridge bus."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lumenstock.kernel.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "lumenstock"
_BATCH = 10  # EventBridge takes at most 10 entries a call


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``detail`` holds ``id``, by which consumers drop repeats."""

    type: str
    detail: Mapping[str, object]


class EventBus:
    """One bus."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        """A view of the bus ``name``."""
        self._client = client
        self._name = name

    def send(self, events: Sequence[Event]) -> None:
        """Send all of ``events``.

        Raises:
            UnavailableError: The bus refused at least one; sending all again is safe.
        """
        for start in range(0, len(events), _BATCH):
            answer = self._client.put_events(
                Entries=[
                    {
                        "EventBusName": self._name,
                        "Source": SOURCE,
                        "DetailType": event.type,
                        "Detail": json.dumps(event.detail),
                    }
                    for event in events[start : start + _BATCH]
                ]
            )
            if answer["FailedEntryCount"]:
                message = f"{answer['FailedEntryCount']} events were refused."
                raise UnavailableError(message)
