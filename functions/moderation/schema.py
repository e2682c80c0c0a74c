"""Bodies of the moderation API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from functions.runtime.previews import Previews
from functions.runtime.schema import AnswerModel, RequestModel, at_least_one_of
from functions.uploads.schema import StatusReason
from lumenstock.catalog.decision import Action, Decision
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import MODERATION, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.moderation import Verdict
from lumenstock.kernel.text import TEXT_PATTERN, tidy_text

MAX_WORDS = 500


def _a_moderators(code: object) -> object:
    if code not in MODERATION:
        message = f"Choose of {', '.join(MODERATION)}."
        raise ValueError(message)
    return code


Words = Annotated[str, Field(pattern=TEXT_PATTERN, max_length=MAX_WORDS), AfterValidator(tidy_text)]
Code = Annotated[
    ReasonCode, BeforeValidator(_a_moderators), Field(json_schema_extra={"enum": sorted(MODERATION)})
]


class Note(RequestModel):
    """What other moderators should know."""

    note: Words = ""


class VerdictRequest(RequestModel):
    """Why a picture is refused or taken down: at least one reason, or words of one's own."""

    model_config = ConfigDict(
        json_schema_extra=at_least_one_of(reasons={"minItems": 1}, message={"pattern": r"\S"})
    )

    reasons: list[Code] = Field(default=[], max_length=10, examples=[["misleading_title", "wrong_category"]])
    message: Words = Field(default="", description="To the contributor, beside the reasons.")
    note: Words = Field(default="", description="For other moderators; the contributor does not see it.")

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if not self.reasons and not self.message:
            message = "Give at least one reason, or a message."
            raise ValueError(message)
        return self

    def verdict(self) -> Verdict:
        """As the use case takes it."""
        return Verdict(tuple(self.reasons), self.message, self.note)


class LooksTheSame(AnswerModel):
    """An earlier image that looks the same: read it by its id to compare the two."""

    image_id: str
    own: bool = Field(description="Whether it is of the same contributor.")
    distance: int = Field(
        description="Bits in which the hashes of the two differ, of 256; above 63 they are not the same."
    )
    taken_down: bool = Field(description="Whether a moderator had taken it down when the two were compared.")


class WorkItem(AnswerModel):
    """An image that waits for a person."""

    image_id: str
    status: Status
    version: int = Field(description="In quotes it is what `If-Match` of a decision wants.")
    contributor_id: str
    contributor_name: str
    title: str
    description: str
    tags: list[str]
    categories: list[str]
    ai_tags: dict[str, float] = Field(description="What the model sees in it, with its confidence, 0 to 1.")
    nsfw: float | None = Field(description="0 to 1; null if no model in use can tell.")
    reasons: list[StatusReason] = Field(description="Why it waits, failed, was refused or taken down.")
    width: int | None
    height: int | None
    format: str | None
    created_at: datetime
    entered_at: datetime = Field(description="Since when it waits.")
    previews: Previews | None = Field(description="Null while it has no files.")
    near_duplicate_of: list[LooksTheSame] = Field(
        description="First what was taken down, then what is other contributors'."
    )
    copy_of: str | None = Field(description="Image of exactly this file that was taken down before.")

    @classmethod
    def fields_of(cls, image: Image) -> dict[str, Any]:
        """A row of the catalogue as a moderator sees it."""
        return {
            "image_id": image.id,
            "status": image.status,
            "version": image.version,
            "contributor_id": image.contributor_id,
            "contributor_name": image.contributor_name,
            "title": image.title,
            "description": image.description,
            "tags": list(image.tags),
            "categories": list(image.categories),
            "ai_tags": {tag.name: tag.confidence for tag in image.ai_tags},
            "nsfw": image.nsfw,
            "reasons": [
                StatusReason(code=reason.code, text=reason.text, needs_new_upload=reason.needs_new_upload)
                for reason in image.reasons
            ],
            "width": image.width_px or None,
            "height": image.height_px or None,
            "format": image.source.format,
            "created_at": image.created_at,
            "entered_at": image.entered_at,
            "previews": Previews.of(image),
            "near_duplicate_of": [
                LooksTheSame(
                    image_id=other.id, own=other.own, distance=other.distance, taken_down=other.taken_down
                )
                for other in image.near_duplicates
            ],
            "copy_of": image.copy_of,
        }

    @classmethod
    def of(cls, image: Image) -> WorkItem:
        """As :meth:`fields_of`."""
        return cls(**cls.fields_of(image))


class WorkPage(AnswerModel):
    """Images that wait, the longest waiting first."""

    images: list[WorkItem]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")


class DecisionView(AnswerModel):
    """One entry of the audit trail."""

    version: int = Field(description="Of the image that it led to.")
    action: Action
    by: str = Field(description="Id of the account; of an operator, their name in AWS.")
    role: str = Field(description="In which capacity: admin, contributor or operator.")
    at: datetime
    before: Status
    after: Status
    reasons: list[ReasonCode]
    note: str

    @classmethod
    def of(cls, decision: Decision) -> DecisionView:
        """An entry as moderators see it."""
        return cls(
            version=decision.version,
            action=decision.action,
            by=decision.actor.id,
            role=decision.actor.role,
            at=decision.at,
            before=decision.before,
            after=decision.after,
            reasons=[reason.code for reason in decision.reasons],
            note=decision.note,
        )


class ReviewedImage(WorkItem):
    """An image with all that was decided about it."""

    history: list[DecisionView] = Field(description="Newest first.")
