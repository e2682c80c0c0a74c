"""Bodies of the marks API."""

from __future__ import annotations

import base64
from typing import Annotated

from pydantic import Field, field_validator

from functions.runtime.schema import AnswerModel, RequestModel
from lumenstock.catalog.marks import Marked
from lumenstock.ingest.find_mark import FoundMark

# With base64 and the gateway's envelope just under the 6 MB that a function takes.
MAX_PICTURE_BYTES = 4_000_000
MAX_ENCODED_LENGTH = 4 * -(-MAX_PICTURE_BYTES // 3)
# For the document; the decoder itself says it better than a pattern, and in one pass.
_BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class MarkQuestion(RequestModel):
    """A picture from anywhere."""

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


class MarkAnswer(AnswerModel):
    """Whom the mark names, if there is one."""

    found: bool
    score: float = Field(
        description="How well the hidden pilot fits, in standard deviations of chance. Below 7.5 it is none."
    )
    image_id: str | None = Field(
        default=None, description="The image, where the picture is a public file of it."
    )
    licence_id: str | None = Field(
        default=None, description="The licence, where the picture is a licensed copy."
    )

    @classmethod
    def of(cls, mark: FoundMark) -> MarkAnswer:
        """What was found, as the API shows it."""
        named = {Marked.IMAGE: "image_id", Marked.LICENCE: "licence_id"}
        owner = {named[mark.owner.kind]: mark.owner.id} if mark.owner else {}
        return cls(found=mark.owner is not None, score=round(mark.score, 2), **owner)
