"""The message of the embed queues: ``{"image_id", "rev"}``."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from lumenstock.kernel.ids import ULID_PATTERN, ImageId


@dataclass(frozen=True, slots=True)
class EmbedRequest:
    """Asks for the vector of one image: revision ``rev`` has its files."""

    image_id: ImageId
    rev: int


class EmbedMessage(BaseModel):
    """A request as it is sent."""

    image_id: str = Field(pattern=ULID_PATTERN)
    rev: int = Field(ge=1)


def make_message(request: EmbedRequest) -> dict[str, object]:
    """``request`` as the body of a message."""
    return {"image_id": request.image_id, "rev": request.rev}


def parse_message(body: str) -> EmbedRequest | None:
    """The request in a message's body; None if it is not one, so that it ends in the dead letter queue."""
    try:
        message = EmbedMessage.model_validate_json(body)
    except ValidationError:
        return None
    return EmbedRequest(ImageId(message.image_id), message.rev)
