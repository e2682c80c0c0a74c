"""Deletes what decisions left to be deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby, islice
from typing import Protocol

from lumenstock.catalog.decision import DecisionStore
from lumenstock.catalog.purge import Purge, Purged
from lumenstock.kernel.ids import ImageId

# Images at a time: a purge does little but wait for S3 and DynamoDB.
AT_ONCE = 8
_BATCH = 100

_Outcome = tuple[Purge, Exception | None]


class Files(Protocol):
    """A bucket."""

    def remove_below(self, prefix: str) -> int:
        """Delete every version of every object whose key begins with ``prefix``; how many there were."""
        ...


class Edge(Protocol):
    """The caches between the public files and those who look at them."""

    def forget(self, prefixes: Sequence[str], reference: str) -> None:
        """Forget all files whose keys begin with one of ``prefixes``, or more.

        Asked again by the same reference, it does nothing.
        """
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
                self._delete(purge)

    def run(self, now: datetime, has_time: Callable[[], bool] = lambda: True) -> PurgeRun:
        """Delete what is due, as long as it ``has_time``.

        What was deleted waits for its last pass; after that it is off the list: nobody can write it any more.
        The edge comes last, is told once, and not of images whose files could not be deleted: it would fetch
        them again.
        """
        outcomes: list[_Outcome] = []
        at_edge: list[Purge] = []
        due = self._decisions.due(now)
        with ThreadPoolExecutor(AT_ONCE, "purging") as pool:
            while has_time() and (batch := list(islice(due, _BATCH))):
                at_edge += (purge for purge in batch if purge.what is Purged.EDGE)
                others = sorted(
                    (purge for purge in batch if purge.what is not Purged.EDGE), key=lambda one: one.image_id
                )
                images = [list(purges) for _, purges in groupby(others, lambda one: one.image_id)]
                for image in pool.map(lambda purges: [self._carry_out(one, now) for one in purges], images):
                    outcomes += image
            kept = {purge.image_id for purge, error in outcomes if error}
            outcomes += self._forget([purge for purge in at_edge if purge.image_id not in kept], now, pool)
        faults = tuple((purge, error) for purge, error in outcomes if error)
        finished = sum(purge.final_at <= now for purge, error in outcomes if not error)
        return PurgeRun(len(outcomes) - len(faults), finished, faults)

    def _carry_out(self, purge: Purge, now: datetime) -> _Outcome:
        try:
            if purge.what is not Purged.EDGE:
                self._delete(purge)
            if purge.final_at <= now:
                self._decisions.finish(purge)
            else:
                self._decisions.postpone(purge)
        except Exception as error:  # noqa: BLE001 - one purge must not keep the others waiting
            return purge, error
        return purge, None

    def _forget(self, purges: Sequence[Purge], now: datetime, pool: ThreadPoolExecutor) -> list[_Outcome]:
        if not purges:
            return []
        passes = sorted(f"{one.image_id}#{one.version}#{one.final_at <= now}" for one in purges)
        reference = sha256("\n".join(passes).encode()).hexdigest()
        try:
            self._edge().forget([purge.prefix for purge in purges], reference)
        except Exception as error:  # noqa: BLE001 - what else was purged is to be told
            return [(purge, error) for purge in purges]
        return list(pool.map(lambda purge: self._carry_out(purge, now), purges))

    def _delete(self, purge: Purge) -> None:
        if purge.what is Purged.PARTS:
            self._decisions.forget_parts(purge.image_id)
        elif purge.what is Purged.HASHES:
            self._decisions.forget_hash(purge.image_id, purge.prefix)
        else:
            self._buckets[purge.what].remove_below(purge.prefix)
