"""A webhook: the address of a contributor's own service, and what it wants to hear."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from lumenstock.kernel.ids import RandomBytes, UserId, WebhookId
from lumenstock.notification.events import EventType

MAX_WEBHOOKS = 5  # of one contributor
# Both secrets sign for this long after a change, so that a receiver can change over at its leisure.
ROTATION = timedelta(hours=24)
_SECRET_BYTES = 32  # Standard Webhooks wants 24 to 64


class DisabledBecause(StrEnum):
    """Why nothing is sent to a webhook any more."""

    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Webhook:
    """The item ``USR#sub`` / ``HOOK#id``.

    Attributes:
        events: Types that it wants; at least one.
        secret: ``whsec_`` and base64, which signs every message.
        previous_secret: The one before; it signs as well until ``previous_until``.
        disabled_at: Since when nothing is sent; None while it is enabled.
        announced: Whether the bus has been told of that.
        failures: Failed attempts since the last success.
        failing_since: Time of the first of them.
    """

    id: WebhookId
    owner_id: UserId
    url: str
    events: tuple[EventType, ...]
    description: str
    secret: str = field(repr=False)
    created_at: datetime
    previous_secret: str | None = field(default=None, repr=False)
    previous_until: datetime | None = None
    disabled_at: datetime | None = None
    disabled_because: DisabledBecause | None = None
    announced: bool = False
    failures: int = 0
    failing_since: datetime | None = None

    @property
    def enabled(self) -> bool:
        """Whether it is sent to."""
        return self.disabled_at is None

    def hears(self, type_: str) -> bool:
        """Whether an event of this type is for it."""
        return self.enabled and type_ in self.events

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """What signs now, the present secret first."""
        if self.previous_secret and self.previous_until and now < self.previous_until:
            return (self.secret, self.previous_secret)
        return (self.secret,)


def new_secret(random_bytes: RandomBytes) -> str:
    """A signing secret.

    Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    return f"whsec_{b64encode(random_bytes(_SECRET_BYTES)).decode()}"
