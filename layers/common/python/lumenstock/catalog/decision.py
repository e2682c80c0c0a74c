"""What people decided about an image: kept for good beside its row, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from lumenstock.catalog.image import Image
from lumenstock.catalog.purge import Purge
from lumenstock.catalog.reasons import Reason
from lumenstock.catalog.states import DEAD, Status
from lumenstock.kernel.clock import to_iso
from lumenstock.kernel.ids import ImageId


class Action(StrEnum):
    """What somebody did; never renamed, only added."""

    APPROVE = "approve"
    REJECT = "reject"
    TAKE_DOWN = "take_down"
    RESTORE = "restore"
    APPEAL = "appeal"
    EDIT = "edit"
    DELETE = "delete"
    REVISE = "revise"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``role`` is in which capacity: ``admin``, ``contributor``, or ``operator`` past the API."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of the audit trail, the item ``IMG#id`` / ``H#version``.

    Attributes:
        version: Of the row that it led to; the row before it had one less.
        note: In the actor's own words: of a moderator for other moderators, of an appeal its text, of an edit
            the fields that changed.
    """

    version: int
    action: Action
    actor: Actor
    at: datetime
    before: Status
    after: Status
    reasons: tuple[Reason, ...] = ()
    note: str = ""


def entry(
    present: Image,
    successor: Image,
    action: Action,
    actor: Actor,
    now: datetime,
    *,
    reasons: tuple[Reason, ...] = (),
    note: str = "",
) -> Decision:
    """The entry for the step from a row to its successor."""
    return Decision(successor.version, action, actor, now, present.status, successor.status, reasons, note)


def as_json(decision: Decision) -> dict[str, object]:
    """A decision for the outside, names in camelCase."""
    return {
        "version": decision.version,
        "action": decision.action,
        "by": decision.actor.id,
        "role": decision.actor.role,
        "at": to_iso(decision.at),
        "before": decision.before,
        "after": decision.after,
        "reasons": [reason.code for reason in decision.reasons],
        "note": decision.note,
    }


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision to be written: the row's successor, its entry, and which files must go. All or nothing."""

    image: Image
    decision: Decision
    purges: tuple[Purge, ...] = ()

    @property
    def revives(self) -> bool:
        """Whether a dead image comes to life, and so needs its claim on the file's content again."""
        return self.decision.before in DEAD and self.image.status not in DEAD


class DecisionStore(Protocol):
    """Decisions, written together with the row that they change."""

    def decide(self, image_id: ImageId, rule: Callable[[Image], Ruling | None]) -> Image:
        """Read the row, ask ``rule``, write all of its ruling in one transaction; retry on a lost race.

        ``rule`` returns None when there is nothing to do; it may raise. It can be called several times, so it
        must be pure. A ruling that revives takes the claim on the file's content, too.

        Returns:
            The row as it now stands.

        Raises:
            NotFoundError: No such image.
            DuplicateImageError: Another living image has the claim.
            VersionConflictError: The race was lost 5 times.
        """
        ...

    def history(self, image_id: ImageId) -> list[Decision]:
        """All decisions of an image, newest first."""
        ...

    def purges(self, image_id: ImageId) -> list[Purge]:
        """What of an image is still to be deleted, or deleted once more."""
        ...

    def due(self, before: datetime) -> Iterator[Purge]:
        """What was to be deleted before ``before``."""
        ...

    def forget_parts(self, image_id: ImageId) -> None:
        """Delete the vectors and the technical metadata of an image."""
        ...

    def forget_hash(self, image_id: ImageId, hash_hex: str) -> None:
        """Delete an image's places among those that may look the same, by the hash that it had."""
        ...

    def postpone(self, purge: Purge) -> None:
        """Leave a purge alone until its last pass."""
        ...

    def finish(self, purge: Purge) -> None:
        """Take a purge off the list: nothing can come to its place any more."""
        ...
