"""The message of the embed queues: ``{"image_id", "rev"}``."""

from __future__ import annotations

from pydantic import BaseModel, Field, ValidationError

from lumenstock.ingest.embed_batch import EmbedRequest
from lumenstock.kernel.ids import ULID_PATTERN, ImageId


class EmbedMessage(BaseModel):
    """Says that revision ``rev`` of an image has its files."""

    image_id: str = Field(pattern=ULID_PATTERN)
    rev: int = Field(ge=1)


def parse_message(body: str) -> EmbedRequest | None:
    """The request in a message's body; None if it is not one, so that it ends in the dead letter queue."""
    try:
        message = EmbedMessage.model_validate_json(body)
    except ValidationError:
        return None
    return EmbedRequest(ImageId(message.image_id), message.rev)
