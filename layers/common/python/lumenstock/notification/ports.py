"""What notification needs of the outside: its tables, a queue, and a way to other people's servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from lumenstock.kernel.ids import DeliveryId, UserId, WebhookId
from lumenstock.notification.delivery import Delivery, DeliveryStatus
from lumenstock.notification.events import EventType
from lumenstock.notification.webhook import DisabledBecause, Webhook


@dataclass(frozen=True, slots=True)
class Edit:
    """New values; None leaves a field as it is."""

    url: str | None = None
    events: tuple[EventType, ...] | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """A change of secrets.

    Attributes:
        request: What it was asked for by.
        secret: The new one.
        until: How long the one before it signs as well.
    """

    request: str
    secret: str = field(repr=False)
    until: datetime


class WebhookStore(Protocol):
    """Webhooks. Every write is one conditional write, so that contributor and deliveries do not meet."""

    def create(self, webhook: Webhook, *, limit: int) -> None:
        """Put a new one; one that is there stays.

        Raises:
            ConflictError: The owner has ``limit`` already.
            VersionConflictError: Others are made or deleted at the same moment.
        """
        ...

    def get(self, owner_id: UserId, webhook_id: WebhookId) -> Webhook:
        """Read one, strongly consistent.

        Raises:
            NotFoundError: The owner has none of this id. Writes to one raise it, too.
        """
        ...

    def of_owner(self, owner_id: UserId) -> list[Webhook]:
        """All of an owner, oldest first, strongly consistent."""
        ...

    def edit(self, owner_id: UserId, webhook_id: WebhookId, edit: Edit) -> Webhook:
        """Write new values; a new address starts without failures."""
        ...

    def rotate(self, owner_id: UserId, webhook_id: WebhookId, rotation: Rotation) -> Webhook:
        """Sign with a new secret from now on, and with the present one as well for a while.

        The same request twice is one change: a second one would forget the secret that the receiver knows.
        """
        ...

    def enable(self, owner_id: UserId, webhook_id: WebhookId) -> Webhook:
        """Send to it again; its failures are forgotten."""
        ...

    def disable(self, webhook: Webhook, because: DisabledBecause, now: datetime) -> Webhook:
        """Send nothing to it any more; the first reason stays."""
        ...

    def announced(self, webhook: Webhook) -> None:
        """Note that the bus was told of its being disabled."""
        ...

    def failed(self, webhook: Webhook, now: datetime) -> Webhook:
        """Count a failed attempt."""
        ...

    def succeeded(self, webhook: Webhook) -> None:
        """Forget its failures."""
        ...

    def delete(self, owner_id: UserId, webhook_id: WebhookId) -> None:
        """Remove it."""
        ...


class DeliveryStore(Protocol):
    """Deliveries, the newest of each webhook for some days."""

    def record(self, delivery: Delivery) -> None:
        """Put a new one; one that is there stays."""
        ...

    def find(self, webhook_id: WebhookId, delivery_id: DeliveryId) -> Delivery | None:
        """Read one, strongly consistent; None if there is none, or no longer."""
        ...

    def newest(self, webhook_id: WebhookId, limit: int) -> list[Delivery]:
        """The newest, newest first."""
        ...

    def begin(self, delivery: Delivery, token: str, now: datetime) -> Delivery | None:
        """Count an attempt before it is made, and hold the delivery until it is noted, or its maker dead.

        A message that the queue gives to two at once is sent by one of them.

        Args:
            delivery: As it was found.
            token: Drawn for the attempt: a write whose answer got lost, and is sent again, is known by it.
            now: The time.

        Returns:
            The delivery as it stands; None if somebody else holds it, or was faster.
        """
        ...

    def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        """Write what became of an attempt, unless the delivery is past it: delivered, or in a later round."""
        ...

    def replay(self, webhook_id: WebhookId, delivery_id: DeliveryId) -> Delivery:
        """Begin another round.

        Raises:
            NotFoundError: There is no such delivery, or no longer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an attempt, or that there was none; see :class:`Delivery`."""

    status: DeliveryStatus
    at: datetime
    status_code: int | None = None
    error: str | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver said: its status code, or a code of why there was no answer."""

    status_code: int | None = None
    error: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether it has the message: any status of 200 to 299, and nothing else."""
        return self.status_code is not None and 200 <= self.status_code < 300  # noqa: PLR2004 - as above


class Sender(Protocol):
    """Sends to addresses that strangers named."""

    def send(self, url: str, event_id: str, body: str, secrets: tuple[str, ...], now: datetime) -> Reply:
        """Sign and send once. Raises nothing that has to do with the receiver."""
        ...


class Outbox(Protocol):
    """The queue of deliveries."""

    def send(self, message: Mapping[str, object]) -> None:
        """Queue one message."""
        ...
