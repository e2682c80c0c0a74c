"""What may become of one image, written down a second time from the design: the model test's reference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from lumenstock.catalog.image import Image


class Answer(Enum):
    """What an operation answers that writes nothing."""

    NOTHING = auto()
    REFUSED = auto()


@dataclass(frozen=True)
class Next:
    """What an operation writes.

    Attributes:
        status: The new one.
        rotates: Whether the public address changes, the revision grows and the files are gone.
        cleared: Whether a moderator has approved it; None: as it was.
        reasons: Whether it must hold a reason; None: as it was.
    """

    status: str
    rotates: bool = False
    cleared: bool | None = None
    reasons: bool | None = None


NOTHING, REFUSED = Answer.NOTHING, Answer.REFUSED
_Table = dict[str, dict[str, "Next | Answer"]]

# Operation → status before → what it does. Where none is named, the pipeline does NOTHING, people are REFUSED.
_PIPELINE: _Table = {
    "take": {"uploading": Next("processing")},
    "record": {},
    "embed": {},
    "refuse": {"processing": Next("rejected", reasons=True)},
    "fail": {
        "uploading": Next("processing_failed", reasons=True),
        "processing": Next("processing_failed", reasons=True),
    },
    "sweep": {"uploading": Next("expired"), "processing": Next("processing_failed", reasons=True)},
    "redrive": {"processing_failed": Next("processing", reasons=False)},
}
_PEOPLE: _Table = {
    "retry": {"processing_failed": Next("processing", reasons=False)},
    "approve": {"pending_review": Next("approved", cleared=True, reasons=False)},
    "reject": {},
    "take_down": {
        "approved": Next("taken_down", rotates=True, cleared=False, reasons=True),
        "taken_down": NOTHING,
    },
    "restore": {"taken_down": Next("processing", cleared=True, reasons=False)},
    "appeal": {},
    "delete": {
        status: Next("deleted", rotates=True, reasons=False)
        for status in (
            *("uploading", "processing", "approved", "pending_review", "rejected", "processing_failed"),
            *("expired", "taken_down"),
        )
    }
    | {"deleted": NOTHING},
}
_TABLE = _PIPELINE | _PEOPLE
OPERATIONS = tuple(_TABLE)
_RUNS = {"record", "refuse", "embed"}  # these work on one revision


def expected(operation: str, row: Image, rev: int, *, by_moderator: bool, review_all: bool) -> Next | Answer:
    """What ``operation`` may do to ``row``.

    Args:
        operation: One of :data:`OPERATIONS`.
        row: As it stands.
        rev: Revision that the run of the pipeline works on.
        by_moderator: Whether the last refusal was a moderator's.
        review_all: Whether a person looks at everything.
    """
    status = str(row.status)
    if operation in _RUNS and row.rev != rev:
        return NOTHING
    match operation, status:
        case "record", "processing":
            return NOTHING if row.renditions else Next("processing")
        case "embed", "processing":
            return _embedded(row, review_all=review_all)
        case "reject", "pending_review":
            return Next("rejected", rotates=row.exposed, cleared=False, reasons=True)
        case "appeal", "rejected":
            return _appealed(row, by_moderator=by_moderator)
        case _:
            return _TABLE[operation].get(status, REFUSED if operation in _PEOPLE else NOTHING)


def _embedded(row: Image, *, review_all: bool) -> Next | Answer:
    if not row.renditions:
        return NOTHING
    waits = not row.cleared and (bool(row.held) or review_all)
    return Next("pending_review", reasons=True) if waits else Next("approved", reasons=False)


def _appealed(row: Image, *, by_moderator: bool) -> Next | Answer:
    if not by_moderator:
        return REFUSED
    return Next("pending_review", reasons=True) if row.renditions else Next("processing", reasons=False)


def differences(before: Image, after: Image, allowed: Next) -> list[str]:
    """How a write differs from the one that is allowed."""
    wrong = []
    if after.version != before.version + 1:
        wrong.append(f"version {before.version} → {after.version}")
    if str(after.status) != allowed.status:
        wrong.append(f"status {after.status}, not {allowed.status}")
    if (after.media_key != before.media_key) != allowed.rotates:
        wrong.append(f"address kept or changed: {allowed.rotates=}")
    if after.rev != before.rev + allowed.rotates or (allowed.rotates and after.renditions):
        wrong.append(f"revision {before.rev} → {after.rev} with {after.renditions}")
    exposed = str(after.status) == "approved" or (before.exposed and not allowed.rotates)
    if after.exposed != exposed:
        wrong.append(f"exposed {after.exposed}")
    if after.cleared != (before.cleared if allowed.cleared is None else allowed.cleared):
        wrong.append(f"cleared {before.cleared} → {after.cleared}")
    if allowed.reasons is not None and bool(after.reasons) != allowed.reasons:
        wrong.append(f"reasons {after.reasons}")
    if after.id != before.id or after.source.key != before.source.key:
        wrong.append("another image")
    return wrong
