"""An attempt: one message of the queue, one request, and what follows from its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol

from lumenstock.kernel.clock import Clock, to_iso
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import DeliveryId, UserId, WebhookId
from lumenstock.notification.delivery import HELD, Delivery, DeliveryStatus
from lumenstock.notification.events import WEBHOOK_DISABLED, Event, EventSink
from lumenstock.notification.ports import Attempt, DeliveryStore, Reply, Sender, WebhookStore
from lumenstock.notification.webhook import DisabledBecause, Webhook

# SQS hides a message for 12 hours at most, counted from its receive: some of that is gone by the answer.
MAX_REST_S = 43_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a receiver that does not answer is believed in.

    Attributes:
        delays_s: Rest after the first, second, … failed attempt; after the last one there is no other.
        disable_after_s: A webhook that has been failing for as long is disabled,
        disable_failures: if at least so many attempts failed: one lost message a week is no reason.
        backlog_failures: From so many failures in a row on, what fails is not tried again by itself. Each
            message that rests is one that SQS holds for us, at most 120,000 for all webhooks together.
    """

    delays_s: tuple[int, ...]
    disable_after_s: int
    disable_failures: int
    backlog_failures: int

    def rest_s(self, attempts: int, webhook: Webhook, jitter: float) -> int | None:
        """Seconds until the next attempt, up to a fifth more by ``jitter`` in [0, 1); None: no other one."""
        if attempts > len(self.delays_s) or webhook.failures >= self.backlog_failures:
            return None
        return min(round(self.delays_s[attempts - 1] * (1 + jitter / 5)), MAX_REST_S)

    def is_over(self, webhook: Webhook, now: datetime) -> bool:
        """Whether to disable a webhook."""
        since = webhook.failing_since
        return (
            since is not None
            and webhook.failures >= self.disable_failures
            and now - since >= timedelta(seconds=self.disable_after_s)
        )


@dataclass(frozen=True, slots=True)
class Message:
    """What the queue says; see :meth:`Delivery.message`. ``receipt`` is the handle of this receive."""

    owner_id: UserId
    webhook_id: WebhookId
    delivery_id: DeliveryId
    round: int
    receipt: str


class Inbox(Protocol):
    """The queue that the messages come from."""

    def delay(self, receipt_handle: str, seconds: int) -> None:
        """Let a message be seen again only after ``seconds``."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. ``done`` means that it may go; the rest is for the log."""

    done: bool
    note: str
    status_code: int | None = None


class Deliverer:
    """Makes attempts. Safe to call from several threads."""

    def __init__(
        self,
        webhooks: WebhookStore,
        deliveries: DeliveryStore,
        sender: Sender,
        events: EventSink,
        inbox: Inbox,
        patience: Patience,
        *,
        clock: Clock,
        random: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        """``random`` gives the jitter, in [0, 1), ``token`` a text that nobody else has."""
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._sender = sender
        self._events = events
        self._inbox = inbox
        self._patience = patience
        self._clock = clock
        self._random = random
        self._token = token

    def deliver(self, message: Message) -> Outcome:
        """Make the attempt that ``message`` stands for, if it is still due.

        A message that comes twice, or to two at once, is sent once; only a crash between sending and noting
        it sends it again, under the same ``webhook-id``. What another worker is sending comes again when that
        one is done or dead.
        """
        delivery = self._deliveries.find(message.webhook_id, message.delivery_id)
        if delivery is None or delivery.round != message.round:
            return Outcome(done=True, note="out of date")
        if delivery.status is not DeliveryStatus.WAITING:
            return Outcome(done=True, note="settled before")
        try:
            webhook = self._webhooks.get(message.owner_id, message.webhook_id)
            return self._attempt(webhook, delivery, message.receipt)
        except NotFoundError:
            return Outcome(done=True, note="webhook deleted")

    def _attempt(self, webhook: Webhook, delivery: Delivery, receipt: str) -> Outcome:
        now = self._clock.now()
        if not (webhook.enabled or delivery.is_test):
            self._announce(webhook)
            attempt = Attempt(DeliveryStatus.FAILED, now, error="webhook_disabled")
            self._deliveries.tried(delivery, attempt)
            return Outcome(done=True, note="webhook disabled")
        begun = self._deliveries.begin(delivery, self._token(), now)
        if begun is None:
            return self._leave(receipt)
        delivery, secrets = begun, webhook.secrets(now)
        reply = self._sender.send(webhook.url, delivery.event_id, delivery.body, secrets, now)
        if reply.accepted:
            return self._arrived(webhook, delivery, reply)
        return self._failed(webhook, delivery, reply, receipt)

    def _leave(self, receipt: str) -> Outcome:
        """Another worker is at it. The message stays: it may be the one that this worker has in hand, too."""
        self._inbox.delay(receipt, int(HELD.total_seconds()))
        return Outcome(done=False, note="in other hands")

    def _arrived(self, webhook: Webhook, delivery: Delivery, reply: Reply) -> Outcome:
        self._note(delivery, DeliveryStatus.DELIVERED, reply)
        if webhook.failures:
            self._webhooks.succeeded(webhook)
        return Outcome(done=True, note="delivered", status_code=reply.status_code)

    def _failed(self, webhook: Webhook, delivery: Delivery, reply: Reply, receipt: str) -> Outcome:
        now = self._clock.now()
        rest_s = None
        if not delivery.is_test:
            webhook = self._webhooks.failed(webhook, now)
            because = self._disabled_because(webhook, reply, now)
            if because:
                self._announce(self._webhooks.disable(webhook, because, now))
            else:
                rest_s = self._patience.rest_s(delivery.attempts, webhook, self._random())
        if rest_s is None:
            self._note(delivery, DeliveryStatus.FAILED, reply)
            return Outcome(done=True, note="given up", status_code=reply.status_code)
        self._note(delivery, DeliveryStatus.WAITING, reply, now + timedelta(seconds=rest_s))
        self._inbox.delay(receipt, rest_s)
        return Outcome(done=False, note=reply.error or "refused", status_code=reply.status_code)

    def _disabled_because(self, webhook: Webhook, reply: Reply, now: datetime) -> DisabledBecause | None:
        if reply.status_code == HTTPStatus.GONE:  # Standard Webhooks: the receiver wants no more
            return DisabledBecause.GONE
        return DisabledBecause.FAILING if self._patience.is_over(webhook, now) else None

    def _note(
        self, delivery: Delivery, status: DeliveryStatus, reply: Reply, next_at: datetime | None = None
    ) -> None:
        attempt = Attempt(status, self._clock.now(), reply.status_code, reply.error, next_at)
        self._deliveries.tried(delivery, attempt)

    def _announce(self, webhook: Webhook) -> None:
        """Tell the bus that a webhook is disabled; a crash on the way tells it again, by the same id."""
        if webhook.disabled_at is None or webhook.announced:
            return
        detail: dict[str, object] = {
            "id": f"{webhook.id}#{to_iso(webhook.disabled_at)}",
            "webhook_id": webhook.id,
            "contributor_id": webhook.owner_id,
            "because": webhook.disabled_because,
            "disabled_at": to_iso(webhook.disabled_at),
        }
        self._events.send([Event(WEBHOOK_DISABLED, detail)])
        self._webhooks.announced(webhook)
