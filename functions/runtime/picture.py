"""Pictures as request bodies: small ones, in base64, that are looked at and not kept."""

from __future__ import annotations

import base64
from typing import Annotated

from pydantic import Field, field_validator

from functions.runtime.schema import RequestModel

# With base64 and the gateway's envelope just under the 6 MB that a function takes.
MAX_PICTURE_BYTES = 4_000_000
MAX_ENCODED_LENGTH = 4 * -(-MAX_PICTURE_BYTES // 3)
# Longest body that has one: braces, the field's name and spaces are around it.
MAX_PICTURE_BODY_BYTES = MAX_ENCODED_LENGTH + 1024
# For the document; the decoder itself says it better than a pattern, and in one pass.
_BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class PictureBody(RequestModel):
    """A picture in JSON."""

    picture: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_ENCODED_LENGTH,
            description=(
                f"The file in base64, at most {MAX_PICTURE_BYTES:,} bytes. Scale a larger one down."
            ),
            repr=False,
            json_schema_extra={"contentEncoding": "base64", "pattern": _BASE64},
        ),
    ]

    @field_validator("picture")
    @classmethod
    def _encoded(cls, text: str) -> str:
        try:
            base64.b64decode(text, validate=True)
        except ValueError:
            message = "This is not base64."
            raise ValueError(message) from None
        return text

    def file(self) -> bytes:
        """The file."""
        return base64.b64decode(self.picture)
