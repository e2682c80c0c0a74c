"""What a moderator decides: approve, reject, take down, restore. Of two at once one wins; all is recorded.

A decision is one transaction: the row, the entry of the audit trail, and the list of files that must go. Only
after it files are deleted; whoever dies in between leaves the list to the next run of the purger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lumenstock.catalog.decision import Action, Actor, DecisionStore, Ruling, as_json, entry
from lumenstock.catalog.image import Image
from lumenstock.catalog.purge import Purged, purge_of_files
from lumenstock.catalog.reasons import MODERATION, Reason, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.purging import Purger
from lumenstock.ingest.refusals import known
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import (
    AlreadyDecidedError,
    IllegalTransitionError,
    PreconditionFailedError,
)
from lumenstock.kernel.ids import ImageId, RandomBytes, new_media_key


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a picture is refused or taken down.

    Attributes:
        codes: Of :data:`lumenstock.catalog.reasons.MODERATION`.
        words: To the contributor, beside the reasons; may be all there is.
        note: For other moderators only.
    """

    codes: tuple[ReasonCode, ...]
    words: str = ""
    note: str = ""

    def reasons(self) -> tuple[Reason, ...]:
        """What the contributor is told. The moderator's own words ask for a new file if any reason does."""
        given = tuple(known(code) for code in dict.fromkeys(self.codes))
        if not self.words:
            return given
        own = Reason(ReasonCode.MODERATION, self.words, any(reason.needs_new_upload for reason in given))
        return (*given, own)


class Moderation:
    """Decides. Every step may be asked for twice; the second answer is the first one's."""

    def __init__(
        self,
        decisions: DecisionStore,
        purger: Purger,
        resend: Callable[[Image], None],
        *,
        clock: Clock,
        random_bytes: RandomBytes,
    ) -> None:
        """``resend`` puts an image's original into the pipeline's queue once more."""
        self._decisions = decisions
        self._purger = purger
        self._resend = resend
        self._clock = clock
        self._random_bytes = random_bytes

    def approve(self, image_id: ImageId, seen: int | None, actor: Actor, note: str = "") -> Image:
        """Show a picture that waits for review.

        Args:
            image_id: Of an image in ``pending_review``.
            seen: Version that the moderator looked at; None for whichever is there.
            actor: The moderator.
            note: For other moderators.

        Raises:
            NotFoundError: No such image.
            AlreadyDecidedError: Another decision was first; the error holds it.
            IllegalTransitionError: The image does not wait for review.
            PreconditionFailedError: It changed since it was looked at.
        """
        now = self._clock.now()

        def rule(present: Image) -> Ruling | None:
            if self._repeated(present, seen, actor, Action.APPROVE):
                return None
            successor = present.moved(Status.APPROVED, now, reasons=(), held=(), cleared=True)
            return Ruling(successor, entry(present, successor, Action.APPROVE, actor, now, note=note))

        return self._decisions.decide(image_id, rule)

    def reject(self, image_id: ImageId, seen: int | None, actor: Actor, verdict: Verdict) -> Image:
        """Refuse a picture that waits for review. One whose files were public once loses them.

        Raises:
            NotFoundError: No such image.
            AlreadyDecidedError: Another decision was first; the error holds it.
            IllegalTransitionError: The image does not wait for review.
            PreconditionFailedError: It changed since it was looked at.
        """
        now, key = self._clock.now(), new_media_key(self._random_bytes)

        def rule(present: Image) -> Ruling | None:
            if self._repeated(present, seen, actor, Action.REJECT):
                return None
            fields = {"reasons": verdict.reasons(), "held": (), "cleared": False}
            if present.exposed:
                successor = present.withdrawn(Status.REJECTED, now, key, **fields)
            else:
                successor = present.moved(Status.REJECTED, now, **fields)
            decision = entry(
                present, successor, Action.REJECT, actor, now, reasons=verdict.reasons(), note=verdict.note
            )
            purges = purge_of_files(present, successor.version, now) if present.exposed else ()
            return Ruling(successor, decision, purges)

        image = self._decisions.decide(image_id, rule)
        self._purger.purge_now(image_id, {Purged.DERIVATIVES}, now)
        return image

    def take_down(self, image_id: ImageId, actor: Actor, verdict: Verdict) -> Image:
        """Remove an approved picture: its files are deleted, its address changes, the index forgets it.

        The original stays, so that it can be restored and shown in a dispute. Asked for again, it deletes
        again what is still there.

        Raises:
            NotFoundError: No such image.
            IllegalTransitionError: The image is not approved.
        """
        now, key = self._clock.now(), new_media_key(self._random_bytes)

        def rule(present: Image) -> Ruling | None:
            if present.status is Status.TAKEN_DOWN:
                return None
            reasons = verdict.reasons()
            successor = present.withdrawn(Status.TAKEN_DOWN, now, key, reasons=reasons, cleared=False)
            decision = entry(
                present, successor, Action.TAKE_DOWN, actor, now, reasons=reasons, note=verdict.note
            )
            return Ruling(successor, decision, purge_of_files(present, successor.version, now))

        image = self._decisions.decide(image_id, rule)
        self._purger.purge_now(image_id, {Purged.DERIVATIVES}, now)
        return image

    def restore(self, image_id: ImageId, actor: Actor, note: str = "") -> Image:
        """Bring a picture back that was taken down: it is rendered anew and then approved.

        The row first, then the message: if the process dies between the two, the sweeper ends the row, and
        processing can be retried.

        Raises:
            NotFoundError: No such image.
            IllegalTransitionError: The image is not taken down.
            DuplicateImageError: The same file is in the catalogue as another image by now.
        """
        now = self._clock.now()

        def rule(present: Image) -> Ruling | None:
            if present.status in {Status.PROCESSING, Status.APPROVED} and self._is_restored(present):
                return None
            if present.status is not Status.TAKEN_DOWN:
                message = f"Only what was taken down can be restored; this image is {present.status}."
                raise IllegalTransitionError(message, present.status)
            successor = present.moved(Status.PROCESSING, now, reasons=(), held=(), cleared=True)
            return Ruling(successor, entry(present, successor, Action.RESTORE, actor, now, note=note))

        image = self._decisions.decide(image_id, rule)
        if image.status is Status.PROCESSING:
            self._resend(image)
        return image

    def _is_restored(self, present: Image) -> bool:
        history = self._decisions.history(present.id)
        return bool(history) and history[0].action is Action.RESTORE

    def _repeated(self, present: Image, seen: int | None, actor: Actor, action: Action) -> bool:
        """Whether this very decision was made already: then there is nothing to do.

        Raises:
            AlreadyDecidedError: Another decision was first.
            IllegalTransitionError: The image does not wait for review, and nobody decided since it was seen.
            PreconditionFailedError: It waits, but changed since it was seen.
        """
        waiting = present.status is Status.PENDING_REVIEW
        if waiting and seen in {None, present.version}:
            return False
        since = [made for made in self._decisions.history(present.id) if made.version > (seen or 0)]
        if since and (mine := since[-1 if seen else 0]).actor == actor and mine.action is action:
            return True
        if waiting:
            raise PreconditionFailedError("The image changed since you looked at it. Read it again.")
        if since:
            raise AlreadyDecidedError(
                f"Another decision was first: {since[0].action}. The image is {present.status}.",
                members={"imageStatus": present.status, "decision": as_json(since[0])},
            )
        message = f"Only an image in pending_review can be decided on; this one is {present.status}."
        raise IllegalTransitionError(message, present.status)


def known_codes(codes: Sequence[str]) -> tuple[ReasonCode, ...]:
    """``codes`` as reasons that a moderator can give.

    Raises:
        ValueError: One of them is not; the text names it.
    """
    unknown = [code for code in codes if code not in MODERATION]
    if unknown:
        message = f"Not a moderator's reason: {', '.join(unknown)}."
        raise ValueError(message)
    return tuple(ReasonCode(code) for code in codes)
