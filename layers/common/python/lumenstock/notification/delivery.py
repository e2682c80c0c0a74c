"""A delivery: one event on its way to one webhook, through all its attempts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.ids import DeliveryId, UserId, WebhookId, new_ulid
from lumenstock.notification.webhook import Webhook

TEST = "WebhookTest"  # type of the event that a contributor sends to try a webhook
SHOWN = 50  # deliveries of a webhook that its contributor can look at
# A message lives as long in its queue; no attempt is due later.
KEPT = timedelta(days=14)
# One worker has an attempt in hand for as long at most: no function runs longer.
HELD = timedelta(seconds=60)


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class News:
    """An event as a webhook hears of it.

    Attributes:
        id: The event's; the same for every repeat, so that a receiver can drop them.
        type: What happened.
        at: When.
        data: What it happened to: ids and codes, nothing to hide and nothing that ages.
    """

    id: str
    type: str
    at: datetime
    data: Mapping[str, object]

    def body(self) -> str:
        """The JSON text that is signed and sent."""
        return json.dumps({"type": self.type, "timestamp": to_iso(self.at), "data": dict(self.data)})


@dataclass(frozen=True, slots=True)
class Delivery:
    """The item ``HOOK#id`` / ``D#id``.

    Attributes:
        id: A ULID that follows from event and webhook, so that telling twice is telling once.
        event_id: Header ``webhook-id``.
        body: What is sent, the same bytes each time.
        round: Grows by one with every replay; a message of an earlier round is out of date.
        attempts: Begun in this round.
        holder: Token of the last attempt.
        status_code: Of the last answer; None where there was none.
        error: Why there was none, or why there was no attempt; a code.
        tried_at: Time of the last attempt.
        next_at: When the next one is due, about.
    """

    id: DeliveryId
    webhook_id: WebhookId
    owner_id: UserId
    event_id: str
    type: str
    body: str
    created_at: datetime
    status: DeliveryStatus = DeliveryStatus.WAITING
    round: int = 1
    attempts: int = 0
    holder: str | None = None
    status_code: int | None = None
    error: str | None = None
    tried_at: datetime | None = None
    next_at: datetime | None = None

    @property
    def is_test(self) -> bool:
        """Whether it is a try: one attempt, also at a disabled webhook, that counts for nothing."""
        return self.type == TEST

    def message(self) -> dict[str, object]:
        """What is queued of it; the rest is read from the store when its turn comes."""
        return {
            "owner_id": self.owner_id,
            "webhook_id": self.webhook_id,
            "delivery_id": self.id,
            "round": self.round,
        }


def delivery_of(news: News, webhook: Webhook) -> Delivery:
    """The delivery of ``news`` to ``webhook``."""
    chance = hashlib.sha256(f"{news.id} {webhook.id}".encode()).digest()
    return Delivery(
        id=DeliveryId(new_ulid(news.at, lambda count: chance[:count])),
        webhook_id=webhook.id,
        owner_id=webhook.owner_id,
        event_id=news.id,
        type=news.type,
        body=news.body(),
        created_at=news.at,
    )
