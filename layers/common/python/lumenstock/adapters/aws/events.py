"""Domain events on the EventBridge bus."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lumenstock.kernel.errors import UnavailableError
from lumenstock.notification.events import Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "lumenstock"
_BATCH = 10  # EventBridge takes at most 10 entries a call


class EventBus:
    """Implements :class:`lumenstock.notification.events.EventSink` on one bus."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        """A view of the bus ``name``."""
        self._client = client
        self._name = name

    def send(self, events: Sequence[Event]) -> None:
        """See the protocol."""
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
