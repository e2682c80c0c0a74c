"""How it went with one picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cli.pictures import Picture
from cli.responses import ImageStatus, StatusReason
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import LumenstockError


class Outcome(StrEnum):
    """How it went with one picture."""

    APPROVED = "approved"
    PENDING_REVIEW = "pending_review"
    ALREADY_THERE = "already_there"
    PROCESSING = "processing"
    REJECTED = "rejected"
    PROCESSING_FAILED = "processing_failed"
    NOT_SENT = "not_sent"

    @property
    def good(self) -> bool:
        """Whether the contributor need do nothing more."""
        return self in {Outcome.APPROVED, Outcome.PENDING_REVIEW, Outcome.ALREADY_THERE}

    @property
    def bad(self) -> bool:
        """Whether the contributor must do something."""
        return not self.good and self is not Outcome.PROCESSING


@dataclass(frozen=True, slots=True)
class Way:
    """A file that was read, and how much of it this run sent: less than all when the store held the rest."""

    sha256: bytes = b""
    size_bytes: int = 0
    sent_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """The end of one picture's way, after ``seconds``. ``image_id`` is None when it was never announced."""

    picture: Picture
    outcome: Outcome
    seconds: float
    image_id: str | None = None
    reasons: tuple[StatusReason, ...] = ()
    way: Way = field(default_factory=Way)


_OUTCOMES = {
    Status.APPROVED: Outcome.APPROVED,
    Status.PENDING_REVIEW: Outcome.PENDING_REVIEW,
    Status.REJECTED: Outcome.REJECTED,
}
_ON_THE_WAY = {Status.UPLOADING, Status.PROCESSING}


def outcome_of(status: ImageStatus) -> Outcome | None:
    """The outcome that a status stands for; None while there is more to come."""
    if status.status in _ON_THE_WAY:
        return None
    codes = {reason.code for reason in status.reasons}
    if status.status is Status.REJECTED and codes == {ReasonCode.EXACT_DUPLICATE}:
        return Outcome.ALREADY_THERE
    # Expired, taken down or deleted while we waited: it will not come by itself.
    return _OUTCOMES.get(status.status, Outcome.PROCESSING_FAILED)


def not_sent(picture: Picture, error: LumenstockError | OSError, seconds: float) -> Result:
    """The result of a picture that could not be sent, with every reason that is known."""
    if isinstance(error, LumenstockError):
        fields = tuple(
            StatusReason(code=item.code, text=f"{item.pointer}: {item.detail}", needs_new_upload=True)
            for item in error.errors
        )
        whole = StatusReason(code=error.code, text=error.detail, needs_new_upload=True)
        return Result(picture, Outcome.NOT_SENT, seconds, reasons=fields or (whole,))
    text = f"{error.strerror or error}: {picture.path}"
    reason = StatusReason(code="unreadable_file", text=text, needs_new_upload=True)
    return Result(picture, Outcome.NOT_SENT, seconds, reasons=(reason,))
