"""Bodies of the uploads API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, RootModel, StrictBool

from functions.runtime.schema import WHOLE, AnswerModel, RequestModel
from lumenstock.catalog.categories import Category
from lumenstock.catalog.data_mining import DataMining
from lumenstock.catalog.image import Image
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.catalog.tags import MAX_TAG_LENGTH, MAX_TAGS
from lumenstock.ingest.parts import plan_parts
from lumenstock.ingest.uploads import Upload
from lumenstock.kernel.text import LINE_PATTERN, TEXT_PATTERN, tidy_line, tidy_text

# The largest file of any stage; a stage may allow less.
MAX_UPLOAD_BYTES = 200_000_000
# Every change writes the row of an image whole, and DynamoDB bills each KiB: texts stay short.
MAX_TITLE_LENGTH = 200
MAX_DESCRIPTION_LENGTH = 1000

# The media types of :class:`lumenstock.imaging.formats.Format`; a test compares.
MediaType = Literal[
    "image/avif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
    "image/x-adobe-dng",
    "image/x-canon-cr2",
    "image/x-canon-cr3",
    "image/x-fuji-raf",
    "image/x-nikon-nef",
    "image/x-olympus-orf",
    "image/x-panasonic-rw2",
    "image/x-sony-arw",
]
Line = Annotated[str, Field(pattern=LINE_PATTERN), AfterValidator(tidy_line)]
Tag = Annotated[str, Field(pattern=LINE_PATTERN, max_length=MAX_TAG_LENGTH)]


def own_near_duplicates(image: Image) -> list[str]:
    """What a contributor is told of: whose the others are is not for them to know."""
    return [other.id for other in image.near_duplicates if other.own]


class UploadRequest(RequestModel):
    """A picture that is to come."""

    filename: Annotated[Line, Field(max_length=255, description="For display.", examples=["DSC_0042.jpg"])]
    content_type: MediaType
    size_bytes: Annotated[
        int, Field(ge=1, le=MAX_UPLOAD_BYTES, description="Exact length.", examples=[4_718_592]), WHOLE
    ]
    title: Annotated[Line, Field(max_length=MAX_TITLE_LENGTH, examples=["Harbour at dawn"])]
    description: Annotated[
        str, Field(pattern=TEXT_PATTERN, max_length=MAX_DESCRIPTION_LENGTH), AfterValidator(tidy_text)
    ] = ""
    tags: list[Tag] = Field(
        default=[],
        max_length=MAX_TAGS,
        description="Case does not matter; repeats are dropped.",
        examples=[["harbour", "boats"]],
    )
    categories: list[Category] = Field(
        default=[], max_length=5, description="Empty leaves the choice to the model.", examples=[["travel"]]
    )
    data_mining: DataMining = Field(
        default=DataMining.SEARCH_ONLY,
        description="What public files say to machines that learn: a term of the PLUS vocabulary.",
    )
    image_type: ImageType | None = Field(
        default=None, description="Null leaves it to what the file says of itself, if it does."
    )
    ai_generated: StrictBool | None = Field(
        default=None,
        description=(
            "Whether a machine made the picture; if so, its public files say so (IPTC Digital Source Type). "
            "Null leaves it to what the file says of itself, if it does."
        ),
    )
    license_type: LicenceType = Field(
        default=LicenceType.COMMERCIAL,
        description="`editorial` keeps it to news and teaching: where people in it have not agreed to more.",
    )
    allow_near_duplicate: StrictBool = Field(
        default=False,
        description="You mean to have it even if it looks the same as a picture of yours.",
    )
    sha256: Annotated[
        str | None,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            description="Of the file. Had you uploaded it before, the answer is 409 with its `imageId`.",
        ),
    ] = None
    multipart: StrictBool | Literal["auto"] = Field(
        default=False,
        description="Send the file in parts, which can be resumed; `auto` does so above 16 MiB.",
    )


class SinglePut(AnswerModel):
    """Where and how to send the file: one PUT of exactly the announced bytes, type and length."""

    image_id: str
    upload_url: str = Field(description="Presigned. It creates; it never overwrites.", repr=False)
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str] = Field(description="Send exactly these: they are signed.")
    expires_in: int = Field(description="Life of the URL in seconds when it was made.", examples=[3600])
    expires_at: datetime = Field(description="When the URL ends.")


class MultipartUpload(AnswerModel):
    """How to cut the file: parts of `partSize` bytes, the last one of what is left."""

    image_id: str
    upload_id: str
    key: str = Field(description="Of the original, for your records.")
    part_size: int = Field(description="In bytes.", examples=[5_242_880])
    part_count: int
    method: Literal["MULTIPART"] = "MULTIPART"
    expires_at: datetime = Field(description="When the upload ends, complete or not.")

    @classmethod
    def of(cls, upload: Upload) -> MultipartUpload:
        """A planned upload as the API shows it."""
        plan = upload.plan or plan_parts(upload.size_bytes)
        return cls(
            image_id=upload.image_id,
            upload_id=upload.id,
            key=upload.key,
            part_size=plan.part_bytes,
            part_count=plan.count,
            expires_at=upload.expires_at,
        )


class UploadStarted(RootModel[Annotated[SinglePut | MultipartUpload, Field(discriminator="method")]]):
    """How to send the file: `method` says in which of two ways."""


class StatusReason(AnswerModel):
    """Why a picture was refused or failed."""

    code: ReasonCode
    text: str = Field(description="What is wrong, and what can be done about it.")
    needs_new_upload: bool


class ImageStatus(AnswerModel):
    """Where a picture stands."""

    image_id: str
    status: Status
    version: int = Field(description="Grows with every change.")
    title: str
    reasons: list[StatusReason] = Field(description="All reasons at once; empty unless refused or failed.")
    renditions: list[str] = Field(description="Names of the files made so far.", examples=[["300", "512"]])
    width: int | None = Field(description="As shown, in pixels; null until checked.")
    height: int | None
    created_at: datetime
    entered_at: datetime = Field(description="When it came into this status.")
    preview_url: str | None = Field(description="Watermarked; null until approved.")
    near_duplicate_of: list[str] = Field(
        description="Earlier pictures of the same contributor that look the same, the most alike first."
    )

    @classmethod
    def of(cls, image: Image, preview_url: str | None) -> ImageStatus:
        """The status of a row of the catalogue."""
        return cls(
            image_id=image.id,
            status=image.status,
            version=image.version,
            title=image.title,
            reasons=[
                StatusReason(code=reason.code, text=reason.text, needs_new_upload=reason.needs_new_upload)
                for reason in image.reasons
            ],
            renditions=list(image.renditions),
            width=image.width_px or None,
            height=image.height_px or None,
            created_at=image.created_at,
            entered_at=image.entered_at,
            preview_url=preview_url,
            near_duplicate_of=own_near_duplicates(image),
        )
