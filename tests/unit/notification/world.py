"""What surrounds deliveries: stores of moto, a queue, a bus, and a receiver that answers as told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from lumenstock import bootstrap
from lumenstock.kernel.errors import UnavailableError
from lumenstock.kernel.ids import DeliveryId, UserId, WebhookId, new_ulid
from lumenstock.notification.attempts import Deliverer, Message, Patience
from lumenstock.notification.delivery import Delivery, News
from lumenstock.notification.events import Event, EventType
from lumenstock.notification.fan_out import tell
from lumenstock.notification.ports import Reply
from lumenstock.notification.webhook import Webhook, new_secret

ANA = UserId("ana")
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
OK, BROKEN, GONE, SILENT = Reply(200), Reply(500), Reply(410), Reply(error="timeout")


@dataclass
class World:
    """Everything around a deliverer: a clock that is moved, a receiver, the queue and the bus."""

    replies: list[Reply] = field(default_factory=lambda: [OK])
    now_: datetime = AT
    requests: list[tuple[str, str, str, int]] = field(default_factory=list)
    queued: list[dict[str, object]] = field(default_factory=list)
    rests: list[int] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    bus_down: bool = False
    patience: Patience = field(default_factory=lambda: Patience((5, 60, 600), 3600, 5, 100))

    def now(self) -> datetime:
        return self.now_

    def delay(self, receipt_handle: str, seconds: int) -> None:
        assert receipt_handle == "receipt"
        self.rests.append(seconds)

    def outbox(self) -> Outbox:
        return Outbox(self.queued)

    def sender(self) -> Receiver:
        return Receiver(self)

    def send(self, events: Sequence[Event]) -> None:
        if self.bus_down:
            raise UnavailableError
        self.told += events

    def deliver(self, message: dict[str, object]) -> bool:
        """Let the next message be handled; whether it is done with."""
        deliverer = Deliverer(
            bootstrap.webhooks(),
            bootstrap.deliveries(),
            self.sender(),
            self,
            self,
            self.patience,
            clock=self,
            random=lambda: 0.0,
            token=lambda: token_hex(8),
        )
        return deliverer.deliver(Message(receipt="receipt", **message)).done  # type: ignore[arg-type]


@dataclass
class Outbox:
    messages: list[dict[str, object]]

    def send(self, message: object) -> None:
        assert isinstance(message, dict)
        self.messages.append(message)


@dataclass
class Receiver:
    world: World

    def send(self, url: str, event_id: str, body: str, secrets: tuple[str, ...], now: datetime) -> Reply:
        assert now == self.world.now_
        self.world.requests.append((url, event_id, body, len(secrets)))
        replies = self.world.replies
        return replies.pop(0) if len(replies) > 1 else replies[0]


def made(number: int = 1, owner: UserId = ANA, events: tuple[EventType, ...] = tuple(EventType)) -> Webhook:
    webhook = Webhook(
        id=WebhookId(new_ulid(AT, lambda count: bytes([number]) * count)),
        owner_id=owner,
        url=f"https://{number}.example.org/",
        events=events,
        description="",
        secret=new_secret(bytes),
        created_at=AT,
    )
    bootstrap.webhooks().create(webhook, limit=5)
    return webhook


def news(number: int = 1, type_: str = EventType.IMAGE_APPROVED) -> News:
    return News(f"image#{number}", type_, AT + timedelta(seconds=number), {"imageId": "image"})


def told(world: World, *happened: News) -> list[dict[str, object]]:
    """Tell everybody; the messages that this put into the queue."""
    world.queued.clear()
    for one in happened or (news(),):
        tell(
            ANA, one, webhooks=bootstrap.webhooks(), deliveries=bootstrap.deliveries(), outbox=world.outbox()
        )
    return list(world.queued)


def known(message: dict[str, object]) -> Delivery:
    found = bootstrap.deliveries().find(
        WebhookId(str(message["webhook_id"])), DeliveryId(str(message["delivery_id"]))
    )
    assert found is not None
    return found


def present(webhook: Webhook) -> Webhook:
    return bootstrap.webhooks().get(webhook.owner_id, webhook.id)
