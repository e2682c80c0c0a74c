"""One event, one delivery for each webhook that wants it."""

from __future__ import annotations

from datetime import datetime

from lumenstock.kernel.errors import ConflictError
from lumenstock.kernel.ids import DeliveryId, RandomBytes, UserId, WebhookId, new_ulid
from lumenstock.notification.delivery import TEST, Delivery, News, delivery_of
from lumenstock.notification.ports import DeliveryStore, Outbox, WebhookStore


def tell(
    owner_id: UserId, news: News, *, webhooks: WebhookStore, deliveries: DeliveryStore, outbox: Outbox
) -> int:
    """Start a delivery to every webhook of ``owner_id`` that hears of ``news``; says to how many.

    Doing it twice starts nothing twice: the deliveries are the same, and one that has arrived is not sent.
    """
    hearing = [webhook for webhook in webhooks.of_owner(owner_id) if webhook.hears(news.type)]
    for webhook in hearing:
        delivery = delivery_of(news, webhook)
        deliveries.record(delivery)
        outbox.send(delivery.message())
    return len(hearing)


def send_test(
    owner_id: UserId,
    webhook_id: WebhookId,
    *,
    webhooks: WebhookStore,
    deliveries: DeliveryStore,
    outbox: Outbox,
    now: datetime,
    random_bytes: RandomBytes,
) -> Delivery:
    """Send a made-up event to one webhook, whatever it hears, enabled or not.

    Raises:
        NotFoundError: The owner has no such webhook.
    """
    webhook = webhooks.get(owner_id, webhook_id)
    news = News(f"test#{new_ulid(now, random_bytes)}", TEST, now, {"webhookId": webhook.id})
    delivery = delivery_of(news, webhook)
    deliveries.record(delivery)
    outbox.send(delivery.message())
    return delivery


def replay(
    owner_id: UserId,
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
    *,
    webhooks: WebhookStore,
    deliveries: DeliveryStore,
    outbox: Outbox,
) -> Delivery:
    """Deliver the same message again, arrived or not.

    Raises:
        NotFoundError: The owner has no such webhook, or the delivery is no longer kept.
        ConflictError: Nothing is sent to it.
    """
    if not webhooks.get(owner_id, webhook_id).enabled:
        message = "This webhook is disabled. Enable it first."
        raise ConflictError(message)
    again = deliveries.replay(webhook_id, delivery_id)
    outbox.send(again.message())
    return again
