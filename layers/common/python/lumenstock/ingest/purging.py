"""Deletes what decisions left to be deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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


class Edge(Protocol):
    """The caches between the public files and those who look at them."""

    def forget(self, prefix: str, reference: str) -> None:
        """Forget all files whose keys begin with ``prefix``; asked again by the same reference, nothing."""
        ...


@dataclass(frozen=True, slots=True)
class PurgeRun:
    """What a run did. ``faults`` are the purges that failed, each with the error; the others are done."""

    purged: int
    finished: int
    faults: tuple[tuple[Purge, Exception], ...]


class Purger:
    """Carries purges out. Doing one again, or two at the same time, does no harm."""

    def __init__(
        self, decisions: DecisionStore, buckets: Mapping[Purged, Files], edge: Callable[[], Edge]
    ) -> None:
        """``buckets`` holds those that may be deleted from here; only :meth:`run` asks for the ``edge``."""
        self._decisions = decisions
        self._buckets = buckets
        self._edge = edge

    def purge_now(self, image_id: ImageId, kinds: Collection[Purged], now: datetime) -> None:
        """Delete what of ``kinds`` is due of one image; all of it stays on the list for the late pass."""
        for purge in self._decisions.purges(image_id):
            if purge.what in kinds and purge.due_at <= now:
                self._delete(purge, is_last=False)

    def run(self, now: datetime) -> PurgeRun:
        """Delete all that is due, and take off the list what nobody can write any more."""
        finished, faults = 0, []
        due = list(islice(self._decisions.due(now), MAX_PURGES))
        for purge in due:
            try:
                is_last = purge.final_at <= now
                self._delete(purge, is_last=is_last)
                if is_last:
                    self._decisions.finish(purge)
                    finished += 1
            except Exception as error:  # noqa: BLE001 - one purge must not keep the others waiting
                faults.append((purge, error))
        return PurgeRun(len(due) - len(faults), finished, tuple(faults))

    def _delete(self, purge: Purge, *, is_last: bool) -> None:
        if purge.what is Purged.PARTS:
            self._decisions.forget_parts(purge.image_id)
        elif purge.what is Purged.HASHES:
            self._decisions.forget_hash(purge.image_id, purge.prefix)
        elif purge.what is Purged.EDGE:
            # Twice in all, however often this runs: a late writer's file may have been fetched in between.
            reference = f"{purge.image_id}#{purge.version}{'#last' if is_last else ''}"
            self._edge().forget(purge.prefix, reference)
        else:
            self._buckets[purge.what].remove_below(purge.prefix)
