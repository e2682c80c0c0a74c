"""Deletes what decisions left to be deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

from lumenstock.catalog.decision import DecisionStore
from lumenstock.catalog.purge import Purge, Purged
from lumenstock.kernel.ids import ImageId

# A run has a minute, and 50 ms a purge. What is left over comes at the next one.
MAX_PURGES = 500


class Files(Protocol):
    """A bucket."""

    def remove_below(self, prefix: str) -> int:
        """Delete every version of every object whose key begins with ``prefix``; how many there were."""
        ...


@dataclass(frozen=True, slots=True)
class PurgeRun:
    """What a run did. ``faults`` are the purges that failed, each with the error; the others are done."""

    purged: int
    finished: int
    faults: tuple[tuple[Purge, Exception], ...]


class Purger:
    """Carries purges out. Doing one again, or two at the same time, does no harm."""

    def __init__(self, decisions: DecisionStore, buckets: Mapping[Purged, Files]) -> None:
        """``buckets`` holds those that may be deleted from here."""
        self._decisions = decisions
        self._buckets = buckets

    def purge_now(self, image_id: ImageId, kinds: Collection[Purged], now: datetime) -> None:
        """Delete what of ``kinds`` is due of one image; all of it stays on the list for the late pass."""
        for purge in self._decisions.purges(image_id):
            if purge.what in kinds and purge.due_at <= now:
                self._delete(purge)

    def run(self, now: datetime) -> PurgeRun:
        """Delete all that is due, and take off the list what nobody can write any more."""
        finished, faults = 0, []
        due = list(islice(self._decisions.due(now), MAX_PURGES))
        for purge in due:
            try:
                self._delete(purge)
                if purge.final_at <= now:
                    self._decisions.finish(purge)
                    finished += 1
            except Exception as error:  # noqa: BLE001 - one purge must not keep the others waiting
                faults.append((purge, error))
        return PurgeRun(len(due) - len(faults), finished, tuple(faults))

    def _delete(self, purge: Purge) -> None:
        if purge.what is Purged.PARTS:
            self._decisions.forget_parts(purge.image_id)
        else:
            self._buckets[purge.what].remove_below(purge.prefix)
