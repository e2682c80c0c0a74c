"""Who may be shown at once, and who waits for a moderator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lumenstock.catalog.states import Status

_HARMLESS = 0.1  # below it the first design approves without a person


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """What the stage decided.

    Attributes:
        review: ``auto`` approves what the model finds harmless, ``all`` sends everything to a moderator.
        approve_unscored: Whether ``auto`` also approves where no model in use can tell.
    """

    review: Literal["auto", "all"]
    approve_unscored: bool

    def status_for(self, nsfw: float | None) -> Status:
        """Where a processed image goes.

        Args:
            nsfw: In [0, 1]; None when no model in use can tell.
        """
        harmless = self.approve_unscored if nsfw is None else nsfw < _HARMLESS
        return Status.APPROVED if self.review == "auto" and harmless else Status.PENDING_REVIEW
