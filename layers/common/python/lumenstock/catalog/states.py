"""The states of an image and the only steps between them."""

from __future__ import annotations

from enum import StrEnum

from lumenstock.kernel.errors import IllegalTransitionError


class Status(StrEnum):
    """Where an image stands."""

    UPLOADING = "uploading"
    PROCESSING = "processing"
    APPROVED = "approved"
    PENDING_REVIEW = "pending_review"
    REJECTED = "rejected"
    PROCESSING_FAILED = "processing_failed"
    EXPIRED = "expired"
    TAKEN_DOWN = "taken_down"
    DELETED = "deleted"


_S = Status

TRANSITIONS: dict[Status, frozenset[Status]] = {
    _S.UPLOADING: frozenset({_S.PROCESSING, _S.EXPIRED, _S.DELETED}),
    _S.PROCESSING: frozenset({_S.APPROVED, _S.PENDING_REVIEW, _S.REJECTED, _S.PROCESSING_FAILED, _S.DELETED}),
    _S.APPROVED: frozenset({_S.TAKEN_DOWN, _S.PENDING_REVIEW, _S.DELETED}),
    _S.PENDING_REVIEW: frozenset({_S.APPROVED, _S.REJECTED, _S.DELETED}),
    _S.REJECTED: frozenset({_S.PROCESSING, _S.PENDING_REVIEW, _S.DELETED}),
    _S.PROCESSING_FAILED: frozenset({_S.PROCESSING, _S.DELETED}),
    _S.EXPIRED: frozenset({_S.DELETED}),
    _S.TAKEN_DOWN: frozenset({_S.PROCESSING, _S.DELETED}),
    _S.DELETED: frozenset(),
}

# An image in one of these no longer holds its claim on a file's content.
DEAD = frozenset({_S.REJECTED, _S.PROCESSING_FAILED, _S.EXPIRED, _S.TAKEN_DOWN, _S.DELETED})

# The sparse work-queue index holds only these.
WORK_QUEUE = frozenset({_S.UPLOADING, _S.PROCESSING, _S.PENDING_REVIEW, _S.PROCESSING_FAILED})


def require_transition(current: Status, target: Status) -> None:
    """Check that an image may go from ``current`` to ``target``.

    Raises:
        IllegalTransitionError: It may not.
    """
    if target not in TRANSITIONS[current]:
        message = f"An image that is {current} cannot become {target}."
        raise IllegalTransitionError(message, current)
