"""Webhooks over HTTP: where a contributor's own service is told of the contributor's images."""

from __future__ import annotations

import secrets
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.runtime.http import Api
from functions.runtime.idempotency import IdempotencyKey, once
from functions.runtime.principal import CONTRIBUTORS, Caller
from functions.webhooks.schema import (
    Deliveries,
    Delivery,
    DeliveryIdPath,
    Made,
    Webhook,
    WebhookEdit,
    WebhookIdPath,
    WebhookRequest,
    Webhooks,
    WebhookSecret,
)
from lumenstock import bootstrap
from lumenstock.adapters.aws.idempotency import Claim
from lumenstock.kernel.errors import ConflictError, VersionConflictError
from lumenstock.kernel.ids import DeliveryId, UserId, WebhookId, new_ulid
from lumenstock.notification import fan_out
from lumenstock.notification.delivery import SHOWN
from lumenstock.notification.ports import Edit, Rotation
from lumenstock.notification.targets import parse_target
from lumenstock.notification.webhook import MAX_WEBHOOKS, ROTATION, new_secret
from lumenstock.notification.webhook import Webhook as NewWebhook

api = Api("webhooks")
handler = api.handler

_PATH = "/v1/contributor/webhooks"


@api.operation(
    "POST",
    _PATH,
    id="createWebhook",
    tag="webhooks",
    summary="Create a webhook",
    description=(
        "From now on, what happens to your images is posted to `url`, signed after Standard Webhooks with "
        "the `secret` of this answer, which is shown only here. docs/webhooks.md says how to verify it. "
        f"You can have {MAX_WEBHOOKS}."
    ),
    status=201,
    returns="The webhook and its secret.",
    access=CONTRIBUTORS,
    errors=(ConflictError, VersionConflictError),
    links={"testWebhook": {"webhook_id": "$response.body#/id"}},
)
def create(
    wanted: Annotated[WebhookRequest, Body()], caller: Caller, key: IdempotencyKey = None
) -> WebhookSecret:
    """Create a webhook."""
    parse_target(wanted.url, bootstrap.webhook_targets())

    def make(claim: Claim) -> Made:
        webhook = NewWebhook(
            id=WebhookId(new_ulid(claim.since, claim.random_bytes)),
            owner_id=caller.id,
            url=wanted.url,
            events=tuple(dict.fromkeys(wanted.events)),
            description=wanted.description,
            secret=new_secret(secrets.token_bytes),
            created_at=claim.since,
        )
        bootstrap.webhooks().create(webhook, limit=MAX_WEBHOOKS)
        return Made(id=webhook.id)

    made = once(make, Made, key=key, caller=caller, path=_PATH, body=wanted)
    return WebhookSecret.of(bootstrap.webhooks().get(caller.id, WebhookId(made.id)))


@api.operation(
    "GET",
    _PATH,
    id="listWebhooks",
    tag="webhooks",
    summary="List webhooks",
    returns="All of your webhooks, oldest first.",
    access=CONTRIBUTORS,
)
def list_all(caller: Caller) -> Webhooks:
    """List webhooks."""
    return Webhooks(webhooks=[Webhook.of(webhook) for webhook in bootstrap.webhooks().of_owner(caller.id)])


@api.operation(
    "GET",
    f"{_PATH}/<webhook_id>",
    id="getWebhook",
    tag="webhooks",
    summary="Look at a webhook",
    returns="The webhook, without its secret.",
    access=CONTRIBUTORS,
)
def get(webhook_id: WebhookIdPath, caller: Caller) -> Webhook:
    """Look at a webhook."""
    return Webhook.of(bootstrap.webhooks().get(caller.id, WebhookId(webhook_id)))


@api.operation(
    "PATCH",
    f"{_PATH}/<webhook_id>",
    id="editWebhook",
    tag="webhooks",
    summary="Change a webhook",
    description="What is on its way already goes to the new address. To enable one, see `enableWebhook`.",
    returns="The webhook as it now stands.",
    access=CONTRIBUTORS,
)
def edit(webhook_id: WebhookIdPath, wanted: Annotated[WebhookEdit, Body()], caller: Caller) -> Webhook:
    """Change a webhook."""
    if wanted.url is not None:
        parse_target(wanted.url, bootstrap.webhook_targets())
    events = tuple(dict.fromkeys(wanted.events)) if wanted.events is not None else None
    new = Edit(url=wanted.url, events=events, description=wanted.description)
    return Webhook.of(bootstrap.webhooks().edit(caller.id, WebhookId(webhook_id), new))


@api.operation(
    "DELETE",
    f"{_PATH}/<webhook_id>",
    id="deleteWebhook",
    tag="webhooks",
    summary="Delete a webhook",
    description="What is on its way is not sent any more.",
    status=204,
    returns="It is deleted.",
    access=CONTRIBUTORS,
    errors=(VersionConflictError,),
)
def delete(webhook_id: WebhookIdPath, caller: Caller) -> None:
    """Delete a webhook."""
    bootstrap.webhooks().delete(caller.id, WebhookId(webhook_id))


@api.operation(
    "POST",
    f"{_PATH}/<webhook_id>/secret",
    id="rotateWebhookSecret",
    tag="webhooks",
    summary="Change the secret",
    description=(
        "The old secret signs beside the new one for 24 hours, so that nothing is refused meanwhile. Send no "
        "second change before your service knows the first one."
    ),
    returns="The webhook and its new secret, shown only here.",
    access=CONTRIBUTORS,
)
def rotate(webhook_id: WebhookIdPath, caller: Caller, key: IdempotencyKey = None) -> WebhookSecret:
    """Change the secret."""
    known = WebhookId(webhook_id)

    def change(claim: Claim) -> Made:
        rotation = Rotation(claim.seed, new_secret(secrets.token_bytes), claim.since + ROTATION)
        bootstrap.webhooks().rotate(caller.id, known, rotation)
        return Made(id=known)

    once(change, Made, key=key, caller=caller, path=f"{_PATH}/{known}/secret")
    return WebhookSecret.of(bootstrap.webhooks().get(caller.id, known))


@api.operation(
    "POST",
    f"{_PATH}/<webhook_id>/enable",
    id="enableWebhook",
    tag="webhooks",
    summary="Enable a webhook",
    description=(
        "One that was disabled is sent to again, and its failures are forgotten. What it missed can be "
        "replayed."
    ),
    returns="The webhook, enabled.",
    access=CONTRIBUTORS,
)
def enable(webhook_id: WebhookIdPath, caller: Caller) -> Webhook:
    """Enable a webhook."""
    return Webhook.of(bootstrap.webhooks().enable(caller.id, WebhookId(webhook_id)))


@api.operation(
    "POST",
    f"{_PATH}/<webhook_id>/test",
    id="testWebhook",
    tag="webhooks",
    summary="Send a test event",
    description=(
        "Sends an event of type `WebhookTest`, once, also to a disabled webhook and whatever `events` says. "
        "`listWebhookDeliveries` shows what became of it."
    ),
    status=202,
    returns="The delivery that was started.",
    access=CONTRIBUTORS,
)
def send_test(webhook_id: WebhookIdPath, caller: Caller, key: IdempotencyKey = None) -> Delivery:
    """Send a test event."""

    def start(claim: Claim) -> Delivery:
        started = fan_out.send_test(
            caller.id,
            WebhookId(webhook_id),
            webhooks=bootstrap.webhooks(),
            deliveries=bootstrap.deliveries(),
            outbox=bootstrap.webhooks_queue(),
            now=claim.since,
            random_bytes=claim.random_bytes,
        )
        return Delivery.of(started)

    return once(start, Delivery, key=key, caller=caller, path=f"{_PATH}/{webhook_id}/test")


@api.operation(
    "GET",
    f"{_PATH}/<webhook_id>/deliveries",
    id="listWebhookDeliveries",
    tag="webhooks",
    summary="See what was sent",
    description=f"The newest {SHOWN} of the last 14 days, newest first.",
    returns="Deliveries, each with what became of it.",
    access=CONTRIBUTORS,
)
def list_deliveries(webhook_id: WebhookIdPath, caller: Caller) -> Deliveries:
    """See what was sent."""
    webhook = bootstrap.webhooks().get(caller.id, WebhookId(webhook_id))
    newest = bootstrap.deliveries().newest(webhook.id, SHOWN)
    return Deliveries(deliveries=[Delivery.of(delivery) for delivery in newest])


@api.operation(
    "POST",
    f"{_PATH}/<webhook_id>/deliveries/<delivery_id>/replay",
    id="replayWebhookDelivery",
    tag="webhooks",
    summary="Send a delivery again",
    description=(
        "The same bytes under the same `webhook-id`, signed anew, with all attempts of a new delivery; also "
        "one that has arrived."
    ),
    status=202,
    returns="The delivery, waiting again.",
    access=CONTRIBUTORS,
    errors=(ConflictError,),
)
def replay(
    webhook_id: WebhookIdPath, delivery_id: DeliveryIdPath, caller: Caller, key: IdempotencyKey = None
) -> Delivery:
    """Send a delivery again."""
    path = f"{_PATH}/{webhook_id}/deliveries/{delivery_id}/replay"
    return once(
        lambda _: _replay(caller.id, webhook_id, delivery_id), Delivery, key=key, caller=caller, path=path
    )


def _replay(owner_id: UserId, webhook_id: str, delivery_id: str) -> Delivery:
    again = fan_out.replay(
        owner_id,
        WebhookId(webhook_id),
        DeliveryId(delivery_id),
        webhooks=bootstrap.webhooks(),
        deliveries=bootstrap.deliveries(),
        outbox=bootstrap.webhooks_queue(),
    )
    return Delivery.of(again)
