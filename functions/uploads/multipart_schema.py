"""Bodies of the operations on uploads in parts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from functions.runtime.schema import WHOLE, AnswerModel, RequestModel
from lumenstock.ingest.parts import MAX_PARTS, Part
from lumenstock.ingest.uploads import Upload, UploadStatus
from lumenstock.kernel.ids import ULID_PATTERN

# As many as a file of 500 MB has; a client asks again when it needs more.
MAX_NUMBERS = 100
MAX_PAGE = 100

UploadIdPath = Annotated[str, Path(pattern=ULID_PATTERN, description="Id of an upload, a ULID.")]
PartNumber = Annotated[int, Field(ge=1, le=MAX_PARTS), WHOLE]


class PartsRequest(RequestModel):
    """Parts that are about to be sent."""

    numbers: list[PartNumber] = Field(min_length=1, max_length=MAX_NUMBERS, examples=[[1, 2, 3]])


class SignedPart(AnswerModel):
    """Where and how to send one part: one PUT of exactly its length."""

    url: str = Field(description="Presigned. Sending a part again replaces it.", repr=False)
    headers: dict[str, str] = Field(description="Send exactly these: they are signed.")


class SignedParts(AnswerModel):
    """Where to send each part."""

    urls: dict[str, SignedPart] = Field(description="By the part's number.")
    expires_in: int = Field(description="Life of the URLs in seconds when they were made.", examples=[3600])


class HeldPart(AnswerModel):
    """A part that has arrived."""

    number: int
    size: int = Field(description="In bytes.")
    etag: str

    @classmethod
    def of(cls, part: Part) -> HeldPart:
        """As the API shows it."""
        return cls(number=part.number, size=part.size_bytes, etag=part.etag)


class OpenUpload(AnswerModel):
    """An upload in parts, with what it takes to find the file again and go on."""

    upload_id: str
    image_id: str
    status: UploadStatus
    filename: str
    size_bytes: int
    part_size: int | None = Field(description="In bytes; null where the client cuts the file as it likes.")
    part_count: int | None
    created_at: datetime
    expires_at: datetime = Field(description="When it ends, complete or not.")


class UploadState(OpenUpload):
    """An upload in parts, and which of them have arrived."""

    parts: list[HeldPart]

    @classmethod
    def of(cls, upload: Upload, parts: tuple[Part, ...], now: datetime) -> UploadState:
        """As the API shows it."""
        return cls(**listed(upload, now).model_dump(), parts=[HeldPart.of(part) for part in parts])


class OpenUploads(AnswerModel):
    """A page of open uploads, oldest first."""

    uploads: list[OpenUpload]
    next_cursor: str | None = Field(description="Null on the last page.")


class UploadCompleted(AnswerModel):
    """The file is whole; the pipeline takes it from here."""

    image_id: str
    status: UploadStatus


def listed(upload: Upload, now: datetime) -> OpenUpload:
    """An upload as it stands at ``now``."""
    return OpenUpload(
        upload_id=upload.id,
        image_id=upload.image_id,
        status=upload.status_at(now),
        filename=upload.filename,
        size_bytes=upload.size_bytes,
        part_size=upload.part_bytes,
        part_count=upload.plan.count if upload.plan else None,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
    )
