"""Bodies of the webhooks API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import AfterValidator, BaseModel, Field

from functions.runtime.schema import AnswerModel, RequestModel
from lumenstock.kernel.ids import ULID_PATTERN
from lumenstock.kernel.text import LINE_PATTERN, tidy_line
from lumenstock.notification.delivery import Delivery as KnownDelivery
from lumenstock.notification.delivery import DeliveryStatus
from lumenstock.notification.events import EventType
from lumenstock.notification.targets import MAX_URL
from lumenstock.notification.webhook import DisabledBecause
from lumenstock.notification.webhook import Webhook as KnownWebhook

WebhookIdPath = Annotated[str, Path(pattern=ULID_PATTERN, description="Id of a webhook, a ULID.")]
DeliveryIdPath = Annotated[str, Path(pattern=ULID_PATTERN, description="Id of a delivery, a ULID.")]

Address = Annotated[
    str,
    Field(
        max_length=MAX_URL,
        description="Of your service: https, a host name of the public internet, port 443.",
        examples=["https://photos.example.org/lumenstock"],
    ),
]
Types = Annotated[
    list[EventType],
    Field(
        min_length=1, max_length=len(EventType), description="What it is told.", examples=[["ImageApproved"]]
    ),
]
Description = Annotated[
    str,
    Field(pattern=rf"^$|{LINE_PATTERN}", max_length=200, description="For yourself."),
    AfterValidator(tidy_line),
]


class WebhookRequest(RequestModel):
    """A webhook that is to be."""

    url: Address
    events: Types
    description: Description = ""


class WebhookEdit(RequestModel):
    """New values; what is left out, or null, stays."""

    url: Address | None = None
    events: Types | None = None
    description: Description | None = None


class Webhook(AnswerModel):
    """A webhook."""

    id: str
    url: str
    events: list[EventType]
    description: str
    status: Literal["enabled", "disabled"]
    disabled_at: datetime | None
    disabled_because: DisabledBecause | None = Field(
        description="`gone`: your service answered 410. `failing`: it failed for days. Null while enabled."
    )
    failures: int = Field(description="Failed attempts since the last one that succeeded.")
    created_at: datetime

    @classmethod
    def of(cls, webhook: KnownWebhook) -> Webhook:
        """A webhook as the API shows it."""
        return cls(**_shown(webhook))


class WebhookSecret(Webhook):
    """A webhook and the secret that signs what it gets."""

    secret: str = Field(
        description="Keep it; it is not shown again.", examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]
    )

    @classmethod
    def of(cls, webhook: KnownWebhook) -> WebhookSecret:
        """A webhook with its secret."""
        return cls(**_shown(webhook), secret=webhook.secret)


class Webhooks(AnswerModel):
    """All of a contributor's webhooks, oldest first."""

    webhooks: list[Webhook]


class Made(BaseModel):
    """What is remembered of a request that made a webhook: its secret is kept in one place only."""

    id: str


class Delivery(AnswerModel):
    """One event on its way to one webhook."""

    id: str
    event_id: str = Field(description="Header `webhook-id`: the same for every repeat of an event.")
    type: str = Field(examples=["ImageApproved"])
    body: str = Field(description="What is sent, byte for byte.")
    status: DeliveryStatus
    attempts: int = Field(description="Since the last replay.")
    status_code: int | None = Field(description="Of the last answer; null where there was none.")
    error: Literal["address_refused", "timeout", "connection_failed", "webhook_disabled"] | None = Field(
        description="Why there was no answer, or no attempt."
    )
    created_at: datetime = Field(description="When the event happened.")
    tried_at: datetime | None = Field(description="Time of the last attempt.")
    next_at: datetime | None = Field(description="About when the next attempt is due.")

    @classmethod
    def of(cls, delivery: KnownDelivery) -> Delivery:
        """A delivery as the API shows it."""
        return cls.model_validate(
            {name: getattr(delivery, name) for name in cls.model_fields}, by_alias=False, by_name=True
        )


class Deliveries(AnswerModel):
    """The newest deliveries of a webhook, newest first."""

    deliveries: list[Delivery]


def _shown(webhook: KnownWebhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "description": webhook.description,
        "status": "enabled" if webhook.enabled else "disabled",
        "disabled_at": webhook.disabled_at,
        "disabled_because": webhook.disabled_because,
        "failures": webhook.failures,
        "created_at": webhook.created_at,
    }
