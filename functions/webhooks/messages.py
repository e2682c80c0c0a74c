"""What the queue of webhooks holds: events of the bus, and deliveries that they became."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from lumenstock.kernel.ids import DeliveryId, UserId, WebhookId
from lumenstock.notification.attempts import Message
from lumenstock.notification.delivery import News


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Detail(_Message):
    """What the indexer says of an image; see ``lumenstock.ingest.events``."""

    id: str
    image_id: str
    version: int
    status: str
    contributor_id: UserId
    reasons: list[str]
    occurred_at: datetime


class Happened(_Message):
    """An event as EventBridge passes it on."""

    source: Literal["lumenstock"]
    type: str = Field(alias="detail-type")
    detail: Detail

    def news(self) -> News:
        """The event as a webhook hears of it: in the API's spelling."""
        told = self.detail
        data: dict[str, object] = {
            "imageId": told.image_id,
            "version": told.version,
            "status": told.status,
            "reasons": told.reasons,
        }
        return News(id=told.id, type=self.type, at=told.occurred_at, data=data)


class Due(_Message):
    """A delivery whose turn it is."""

    owner_id: UserId
    webhook_id: WebhookId
    delivery_id: DeliveryId
    round: int

    def message(self, receipt: str) -> Message:
        """The same for the use case."""
        return Message(self.owner_id, self.webhook_id, self.delivery_id, self.round, receipt)


_BODY: TypeAdapter[Happened | Due] = TypeAdapter(Happened | Due)


def parse(body: str) -> Happened | Due:
    """The body of a message.

    Raises:
        pydantic.ValidationError: It is neither.
    """
    return _BODY.validate_json(body)
