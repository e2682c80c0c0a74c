"""A contributor's own service, as far as webhooks go: it remembers what it was told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lumenstock.notification.ports import Reply
from tests.conftest import ACCOUNTS
from tests.model import backends


@dataclass
class Receiver:
    """Implements :class:`lumenstock.notification.ports.Sender`; refuses as often as it is told to."""

    refusals: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    _bodies: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def send(self, url: str, event_id: str, body: str, secrets: tuple[str, ...], now: datetime) -> Reply:  # noqa: ARG002 - the protocol
        """See the protocol."""
        self._bodies[event_id].add(body)
        if self.refusals:
            self.refusals -= 1
            return Reply(status_code=503)
        self.accepted[event_id] += 1
        return Reply(status_code=200)

    def faults(self, events: set[str], deaths: int) -> Iterator[str]:
        """What is wrong once all is calm: each of ``events`` must have come, and twice only by a death."""
        for event in sorted(events | set(self.accepted)):
            if not 1 <= self.accepted[event] <= 1 + deaths:
                yield f"{event}: told {self.accepted[event]} times, with {deaths} deaths"
            if len(self._bodies[event]) > 1:
                yield f"{event}: told in several ways"
        deliveries = [item for item in backends.items(ACCOUNTS) if item["sk"]["S"].startswith("D#")]
        for item in deliveries:
            if item["status"]["S"] != "delivered":
                yield f"{item['event_id']['S']}: its delivery is {item['status']['S']}"
        told = Counter(item["event_id"]["S"] for item in deliveries)
        yield from (
            f"{event}: {count} deliveries to one webhook" for event, count in told.items() if count > 1
        )
