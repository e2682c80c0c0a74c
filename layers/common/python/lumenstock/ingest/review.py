"""Who may be shown at once, and who waits for a moderator, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lumenstock.catalog.image import Image
from lumenstock.catalog.likeness import NearDuplicate
from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest import refusals

_HARMLESS = 0.1  # below it the first design approves without a person


def held(code: ReasonCode, text: str) -> Reason:
    """Why a person must look: nothing that the contributor has to mend."""
    return Reason(code, text, needs_new_upload=False)


def likeness_reasons(near: Sequence[NearDuplicate], *, allowed: bool) -> tuple[Reason, ...]:
    """Why a picture that looks like earlier ones must wait.

    Args:
        near: Those earlier ones.
        allowed: Whether its contributor means to have it beside their own that nobody took down.
    """
    down = [other for other in near if other.taken_down]
    living = [other for other in near if not other.taken_down]
    own = [other.id for other in living if other.own]
    reasons = []
    if down:
        reasons.append(refusals.near_duplicate_of_taken_down([other.id for other in down if other.own]))
    if len(own) < len(living):
        reasons.append(refusals.near_duplicate_of_another())
    if own and not allowed:
        reasons.append(refusals.near_duplicate(own))
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """What the stage decided.

    Attributes:
        review: ``auto`` approves what the model finds harmless, ``all`` sends everything to a moderator.
        approve_unscored: Whether ``auto`` also approves where no model in use can tell.
    """

    review: Literal["auto", "all"]
    approve_unscored: bool

    def decide(
        self, image: Image, nsfw: float | None, near: Sequence[NearDuplicate] = ()
    ) -> tuple[Status, tuple[Reason, ...]]:
        """Where a processed image goes, and why there.

        Args:
            image: Its row: one that a moderator approved before is not looked at twice, one that is held goes
                to a moderator whatever the model finds.
            nsfw: In [0, 1]; None when no model in use can tell.
            near: Earlier pictures that look the same.
        """
        if image.cleared:
            return Status.APPROVED, ()
        reasons = (
            *image.held,
            *likeness_reasons(near, allowed=image.allow_near_duplicate),
            *self._doubts(nsfw),
        )
        return (Status.PENDING_REVIEW, reasons) if reasons else (Status.APPROVED, ())

    def after_edit(self) -> tuple[Reason, ...]:
        """Why an approved image must be looked at again once its words change; empty where it need not."""
        if self.review == "auto":
            return ()
        return (held(ReasonCode.EDITED, "The contributor changed its words after it was approved."),)

    def _doubts(self, nsfw: float | None) -> tuple[Reason, ...]:
        if self.review == "all":
            return (held(ReasonCode.REVIEW_OF_ALL, "A person looks at every picture before it is shown."),)
        if nsfw is None:
            unscored = held(
                ReasonCode.NOT_SCORED, "No model in use can tell whether the picture is harmless."
            )
            return () if self.approve_unscored else (unscored,)
        if nsfw >= _HARMLESS:
            text = f"The model is not sure that the picture is harmless (score {nsfw:.2f} of 1)."
            return (held(ReasonCode.SENSITIVE_SCORE, text),)
        return ()
