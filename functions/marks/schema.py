"""Bodies of the marks API."""

from __future__ import annotations

from pydantic import Field

from functions.runtime.picture import PictureBody
from functions.runtime.schema import AnswerModel
from lumenstock.catalog.marks import Marked
from lumenstock.ingest.find_mark import FoundMark


class MarkQuestion(PictureBody):
    """A picture from anywhere."""


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
