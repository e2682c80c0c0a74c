"""Bodies of the contributor API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator

from functions.runtime.previews import Previews
from functions.runtime.schema import AnswerModel, RequestModel, at_least_one_of
from functions.uploads.schema import (
    MAX_DESCRIPTION_LENGTH,
    MAX_TITLE_LENGTH,
    Line,
    StatusReason,
    Tag,
    own_near_duplicates,
)
from lumenstock.catalog.categories import Category
from lumenstock.catalog.image import Image
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.catalog.states import Status
from lumenstock.catalog.tags import MAX_TAGS
from lumenstock.ingest.amend import Edit
from lumenstock.kernel.text import SAID_PATTERN, TEXT_PATTERN, tidy_text

MAX_APPEAL_LENGTH = 1000


class ImageEdit(RequestModel):
    """New words of an image, and what it is; what is left out, or null, stays."""

    model_config = ConfigDict(
        json_schema_extra=at_least_one_of(
            title={"type": "string"},
            description={"type": "string"},
            tags={"type": "array"},
            categories={"type": "array"},
            imageType={"type": "string"},
            aiGenerated={"type": "boolean"},
            licenseType={"type": "string"},
            allowNearDuplicate={"type": "boolean"},
        )
    )

    title: Annotated[Line, Field(max_length=MAX_TITLE_LENGTH, examples=["Harbour at dawn"])] | None = None
    description: (
        Annotated[
            str, Field(pattern=TEXT_PATTERN, max_length=MAX_DESCRIPTION_LENGTH), AfterValidator(tidy_text)
        ]
        | None
    ) = None
    tags: list[Tag] | None = Field(
        default=None, max_length=MAX_TAGS, description="All of them: they take the place of those before."
    )
    categories: list[Category] | None = Field(default=None, min_length=1, max_length=5)
    image_type: ImageType | None = None
    ai_generated: StrictBool | None = Field(
        default=None,
        description="Public files say it from the next time they are made.",
    )
    license_type: LicenceType | None = None
    allow_near_duplicate: StrictBool | None = Field(
        default=None,
        description="You mean to have it beside pictures of yours that look the same.",
    )

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, data: Any) -> Any:  # noqa: ANN401 - whatever came
        if isinstance(data, dict) and all(value is None for value in data.values()):
            message = "Name at least one field, and a value for it."
            raise ValueError(message)
        return data

    def words(self) -> Edit:
        """As the use case takes them."""
        return Edit(
            title=self.title,
            description=self.description,
            tags=None if self.tags is None else tuple(self.tags),
            categories=None if self.categories is None else tuple(self.categories),
            image_type=self.image_type,
            ai_generated=self.ai_generated,
            licence_type=self.license_type,
            allow_near_duplicate=self.allow_near_duplicate,
        )


class Appeal(RequestModel):
    """Why a moderator should look again."""

    text: Annotated[
        str,
        Field(max_length=MAX_APPEAL_LENGTH, pattern=SAID_PATTERN),
        AfterValidator(tidy_text),
    ]


class ContributorImage(AnswerModel):
    """All that a contributor can know of an image of theirs."""

    image_id: str
    status: Status
    version: int = Field(description="Grows with every change; in quotes it is the ETag.")
    title: str
    description: str
    tags: list[str]
    categories: list[str]
    ai_tags: list[str] = Field(description="What the model sees in it, best first.")
    reasons: list[StatusReason] = Field(
        description="All at once: why it was refused, failed, taken down, or why a person looks first."
    )
    filename: str
    content_type: str
    size_bytes: int
    width: int | None = Field(description="As shown, in pixels; null until checked.")
    height: int | None
    created_at: datetime
    entered_at: datetime = Field(description="When it came into this status.")
    previews: Previews | None = Field(description="Null while it has no files.")
    near_duplicate_of: list[str] = Field(
        description="Earlier pictures of yours that look the same, the most alike first."
    )
    allow_near_duplicate: bool
    image_type: ImageType | None = Field(description="Null where neither you nor the file said so.")
    ai_generated: bool | None = Field(description="Null where neither you nor the file said so.")
    license_type: LicenceType

    @classmethod
    def of(cls, image: Image) -> ContributorImage:
        """A row of the catalogue as its contributor sees it."""
        return cls(
            image_id=image.id,
            status=image.status,
            version=image.version,
            title=image.title,
            description=image.description,
            tags=list(image.tags),
            categories=list(image.categories),
            ai_tags=[tag.name for tag in image.ai_tags],
            reasons=[
                StatusReason(code=reason.code, text=reason.text, needs_new_upload=reason.needs_new_upload)
                for reason in image.reasons
            ],
            filename=image.source.filename,
            content_type=image.source.content_type,
            size_bytes=image.source.size_bytes,
            width=image.width_px or None,
            height=image.height_px or None,
            created_at=image.created_at,
            entered_at=image.entered_at,
            previews=Previews.of(image),
            near_duplicate_of=own_near_duplicates(image),
            allow_near_duplicate=image.allow_near_duplicate,
            image_type=image.image_type,
            ai_generated=image.ai_generated,
            license_type=image.licence_type,
        )
