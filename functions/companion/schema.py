"""Bodies of the Companion facade: the names and shapes are Uppy's, not ours.

Source: @uppy/aws-s3 6.3.1, ``src/s3-client/CompanionS3.ts``, and 5.1.0, ``src/HTTPCommunicationQueue.ts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, ConfigDict, Field, RootModel, WithJsonSchema, model_validator

from functions.runtime.schema import AnswerModel
from lumenstock.catalog.tags import MAX_TAG_LENGTH, MAX_TAGS, clean_tags
from lumenstock.ingest.parts import MAX_PARTS, Part
from lumenstock.kernel.ids import ULID_PATTERN
from lumenstock.kernel.text import readable_line

MAX_NAME = 255
_MAX_TITLE = 200
_MAX_DESCRIPTION = 1000
_MAX_KEY = 1024  # S3's own limit
_PART_NUMBER = "([1-9][0-9]{0,3}|10000)"  # of MAX_PARTS

Capability = Annotated[
    str, Path(max_length=100, description="Last part of `companionEndpoint` of an upload session.")
]
UploadIdPath = Annotated[str, Path(pattern=ULID_PATTERN, description="`uploadId` of the upload.")]
Number = Annotated[int, Path(ge=1, le=MAX_PARTS, description="Of the part, from 1.")]
Numbers = Annotated[
    str,
    Query(
        alias="partNumbers",
        pattern=f"^{_PART_NUMBER}(,{_PART_NUMBER}){{0,99}}$",
        description="Of parts, with commas.",
    ),
]
Key = Annotated[str, Query(max_length=_MAX_KEY, description="`key` of the upload.")]
Filename = Annotated[str, Query(min_length=1, max_length=_MAX_KEY)]
MediaType = Annotated[str, Query(alias="type", max_length=MAX_NAME)]
Size = Annotated[int | None, Query(alias="metadata[size]", ge=1, description="Length of the file in bytes.")]
Title = Annotated[str, Query(alias="metadata[title]", max_length=_MAX_KEY)]


class _FromUppy(BaseModel):
    """A request body. Uppy sends what its page's author put into it, so unknown fields pass."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Metadata(_FromUppy):
    """What the page knows of a file (`setFileMeta`); anything else in it is ignored.

    Uppy does not send the length by itself: without it nobody can tell a file from a piece of it.
    """

    size: int = Field(ge=1, description="Length of the file in bytes: `setFileMeta(id, {size: file.size})`.")
    title: Annotated[
        str,
        WithJsonSchema(
            {"description": "A text; what is none, or empty, takes the title that the file brings."}
        ),
    ] = ""
    description: Annotated[str, WithJsonSchema({"description": "A text; what is none is ignored."})] = ""
    tags: Annotated[
        list[str],
        WithJsonSchema({"description": "Texts, or one text with commas; what is neither is ignored."}),
    ] = []

    @model_validator(mode="before")
    @classmethod
    def _readable(cls, given: Any) -> Any:  # noqa: ANN401 - whatever a page sends
        """Take texts as they come: a wrong one costs the text, not the file."""
        if not isinstance(given, dict):
            return given
        tags = given.get("tags")
        listed = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, list) else []
        words = [readable_line(tag, MAX_TAG_LENGTH) for tag in listed if isinstance(tag, str)]
        return {
            **given,
            "title": _text(given.get("title"), _MAX_TITLE),
            "description": _text(given.get("description"), _MAX_DESCRIPTION),
            "tags": list(clean_tags(filter(None, words)))[:MAX_TAGS],
        }


class NewUpload(_FromUppy):
    """A file that is to come in parts."""

    filename: str = Field(min_length=1, max_length=_MAX_KEY, examples=["DSC_0042.jpg"])
    type: str = Field(default="", max_length=MAX_NAME, examples=["image/jpeg"])
    metadata: Metadata = Field(examples=[{"size": 4_718_592}])


class Completion(_FromUppy):
    """What the client believes to have sent. Not looked at: what has arrived is known here."""

    parts: list[dict[str, Any]] = []


class StartedUpload(AnswerModel):
    """Where the file will lie. Every further call names `uploadId` in its path and `key` in its query."""

    upload_id: str
    key: str
    bucket: str


class SignedUrl(AnswerModel):
    """Where to PUT one part."""

    url: str = Field(description="Presigned.", repr=False)
    expires: int = Field(description="Life of the URL in seconds.")


class SignedUrls(AnswerModel):
    """Where to PUT each part."""

    presigned_urls: dict[str, str] = Field(description="By the part's number.", repr=False)


class CompanionPart(AnswerModel):
    """A part that has arrived."""

    number: int = Field(alias="PartNumber")
    etag: str = Field(alias="ETag", description="In quotes, as S3 has it.")
    size: int = Field(alias="Size", description="In bytes.")


class CompanionParts(RootModel[list[CompanionPart]]):
    """The parts that have arrived."""

    @classmethod
    def of(cls, parts: Sequence[Part]) -> CompanionParts:
        """As Uppy reads it."""
        return cls(
            [CompanionPart(number=part.number, etag=f'"{part.etag}"', size=part.size_bytes) for part in parts]
        )


class CompletedUpload(AnswerModel):
    """The file is whole; the pipeline takes it from here."""

    location: str = Field(description="Where its contributor sees how it fares, relative to this API.")
    key: str
    bucket: str


class Aborted(AnswerModel):
    """Nothing to say."""


class SignedForm(AnswerModel):
    """A form to POST the whole file with, as `multipart/form-data`, the field `file` last."""

    method: Literal["POST"] = "POST"
    url: str
    fields: dict[str, str] = Field(repr=False)
    expires: int = Field(description="Life of the signature in seconds.")


def _text(given: object, max_length: int) -> str:
    return readable_line(given, max_length) if isinstance(given, str) else ""
