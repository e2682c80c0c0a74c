"""What a migration would do, found out without sending anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cli.kinds import why_unsendable
from cli.ledger import Ledger, Stage, Stamp
from cli.manifest import Unusable
from cli.others import PassedOver
from cli.pictures import Picture, legible
from cli.resumption import REASONS, is_cured_by


class Plan(StrEnum):
    """What would become of a picture."""

    TO_SEND = "to_send"
    ALREADY_SENT = "already_sent"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Look:
    """What would become of one file, and for an unusable one why."""

    file: str
    plan: Plan
    size_bytes: int = 0
    unusable: Unusable | None = None

    def to_json(self) -> dict[str, object]:
        """One line of output."""
        why = self.unusable
        return {
            "file": self.file,
            "status": self.plan,
            "sizeBytes": self.size_bytes,
            "reasons": [{"code": why.code, "text": why.text}] if why else [],
        }


def look_at(items: Iterable[Picture | Unusable | PassedOver], ledger: Ledger) -> Iterator[Look | PassedOver]:
    """Look at each file: it is there, of a kind that is taken, and not sent yet by this machine's memory."""
    for item in items:
        if isinstance(item, PassedOver):
            yield item
        elif isinstance(item, Unusable):
            yield Look(legible(item.where), Plan.UNUSABLE, unusable=item)
        else:
            yield _look(item, ledger)


def _look(picture: Picture, ledger: Ledger) -> Look:
    file = legible(str(picture.path))
    try:
        stamp = Stamp.of(picture.path)
    except OSError as error:
        why = Unusable(file, "unreadable_file", f"{error.strerror}: {file}")
        return Look(file, Plan.UNUSABLE, unusable=why)
    if reason := why_unsendable(picture.path, stamp.size_bytes):
        return Look(file, Plan.UNUSABLE, stamp.size_bytes, Unusable(file, reason.code, reason.text))
    sha256 = ledger.digest(picture.path, stamp)
    entry = ledger.entry(sha256) if sha256 else None
    reasons = REASONS.validate_json(entry.reasons) if entry and entry.reasons else ()
    is_sent = (
        entry is not None
        and entry.stage in {Stage.SENT, Stage.ENDED}
        and not is_cured_by(picture.content_type, entry, reasons)
    )
    return Look(file, Plan.ALREADY_SENT if is_sent else Plan.TO_SEND, stamp.size_bytes)
