"""The steps of a rollout. Each may be taken again, after a crash too: what it did is not done twice.

:mod:`lumenstock.search.rollout` says which step may follow which; here is what each does before it is written
down. Nothing is written down before it is true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.reindex import Reached, reindex
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import ConflictError, NotFoundError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import IndexQuery, SearchIndex, Tally
from lumenstock.search.rolling import ModelIndex, RollingIndex
from lumenstock.search.rollout import Edition, Rollout, RolloutStore, State, opened

NEIGHBOURS = 10
SETTLE_S = 15  # who knows of no closing yet learns of it within 5 s, and a search ends within 10
_LOOKS = 5  # at counts, while the two indices are written to one after the other
_LOOK_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Counted:
    """The two indices of a rollout, as counted at about the same moment."""

    rollout: Rollout
    serving: Tally
    other: Tally

    def differences(self, missing_max: int) -> list[str]:
        """What speaks against a swap: a sentence each.

        Args:
            missing_max: How many vectors fewer the other index may have.
        """
        found = []
        if self.serving.documents != self.other.documents:
            found.append(f"{self.serving.documents:,} documents answer, {self.other.documents:,} would.")
        if (missing := self.serving.vectors - self.other.vectors) > missing_max:
            found.append(f"{missing:,} vectors are missing.")
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """What an operator looks at before a swap.

    Attributes:
        overlaps: For each sampled picture, the share of its 10 nearest that both indices give, in [0, 1].
    """

    counted: Counted
    overlaps: tuple[float, ...]

    @property
    def overlap(self) -> float:
        """Their mean; 0 without a sample."""
        return sum(self.overlaps) / len(self.overlaps) if self.overlaps else 0.0


class ModelRollout:
    """What an operator does to bring another model into service."""

    def __init__(
        self,
        store: RolloutStore,
        catalog: CatalogStore,
        index: RollingIndex,
        clock: Clock,
        pause: Callable[[float], None],
    ) -> None:
        """``pause`` rests for so many seconds."""
        self._store = store
        self._catalog = catalog
        self._index = index
        self._clock = clock
        self._pause = pause

    def present(self) -> Rollout:
        """The record.

        Raises:
            NotFoundError: There never was a rollout.
        """
        rollout = self._store.read()
        if rollout is None:
            raise NotFoundError("There has been no rollout yet.")
        return rollout

    def start(self, serving: str, candidate: str) -> Rollout:
        """Let every write go to a second index, too, and the vectors of ``candidate`` be made.

        Args:
            serving: ``name@version`` of the model that answers, where nothing is recorded yet.
            candidate: ``name@version`` of the model to come.

        Raises:
            ConflictError: Another rollout is not finished, or the step is none from here.
        """
        present = self._store.read()
        rollout = opened(present, serving, candidate, self._clock.now())
        if rollout == present:
            return self._written(present, present.moved(State.OPEN, self._clock.now()))
        if rollout.other is not None:  # what an earlier rollout left there goes before anybody writes there
            self._edition(rollout.other).index.rebuild(())
        return self._written(present, rollout)

    def fill(self, progress: Callable[[Reached], None]) -> Counted:
        """Fill the second index from the catalogue, whatever is in it; one that was cut short goes on.

        Raises:
            ConflictError: The step is none from here.
        """
        present = self.present()
        filled = present.moved(State.FILLED, self._clock.now())
        if present.other is None:
            raise ConflictError("No rollout is open.")
        reindex(self._catalog, self._edition(present.other), progress, present.other.model)
        return self._counted(self._written(present, filled))

    def compare(self, sample: int, missing_max: int = 0) -> Compared:
        """Count both indices and ask both for what looks like ``sample`` pictures.

        The step is written down if nothing speaks against a swap.

        Raises:
            ConflictError: The step is none from here.
        """
        present = self.present()
        compared = present.moved(State.COMPARED, self._clock.now())
        counted = self._agreeing(present, missing_max)
        overlaps = self._overlaps(counted.rollout, sample)
        if not counted.differences(missing_max):
            self._written(present, compared)
        return Compared(counted, overlaps)

    def swap(self, missing_max: int = 0) -> Rollout:
        """Let the other model answer.

        Raises:
            ConflictError: The step is none from here, or the indices differ.
        """
        present = self.present()
        swapped = present.moved(State.SWAPPED, self._clock.now())
        if swapped != present:
            differences = self._agreeing(present, missing_max).differences(missing_max)
            if differences:
                raise ConflictError(" ".join(differences))
        return self._written(present, swapped)

    def roll_back(self) -> Rollout:
        """Let the model answer again that did before the swap.

        Raises:
            ConflictError: The step is none from here.
        """
        present = self.present()
        return self._written(present, present.moved(State.ROLLED_BACK, self._clock.now()))

    def finish(self) -> Rollout:
        """Keep the model that answers, and empty the other index once nobody asks it any more.

        Raises:
            ConflictError: The step is none from here.
        """
        present = self.present()
        if present.state is State.CLOSED:
            return present
        closing = self._written(present, present.moved(State.CLOSING, self._clock.now()))
        self._pause(SETTLE_S)
        if closing.other is not None:
            self._edition(closing.other).index.rebuild(())
        return self._written(closing, closing.moved(State.CLOSED, self._clock.now()))

    def counted(self) -> Counted | None:
        """Both indices, counted once; None where there is one only."""
        rollout = self.present()
        return None if rollout.other is None else self._counted(rollout)

    def _written(self, present: Rollout | None, successor: Rollout) -> Rollout:
        if successor != present:
            self._store.write(successor)
        return successor

    def _edition(self, edition: Edition) -> ModelIndex:
        return self._index.edition(edition)

    def _agreeing(self, rollout: Rollout, missing_max: int) -> Counted:
        """Counts, taken again while they differ: a write reaches one index before the other."""
        counted = self._counted(rollout)
        for _ in range(_LOOKS - 1):
            if not counted.differences(missing_max):
                break
            self._pause(_LOOK_AGAIN_S)
            counted = self._counted(rollout)
        return counted

    def _counted(self, rollout: Rollout) -> Counted:
        if rollout.other is None:
            raise ConflictError("No rollout is open.")
        serving, other = rollout.serving, rollout.other
        return Counted(
            rollout,
            serving=self._edition(serving).index.tally(serving.model),
            other=self._edition(other).index.tally(other.model),
        )

    def _overlaps(self, rollout: Rollout, sample: int) -> tuple[float, ...]:
        if rollout.other is None or sample < 1:
            return ()
        serving, other = self._edition(rollout.serving).index, self._edition(rollout.other).index
        newest = serving.query(IndexQuery(window=sample)).keyword
        overlaps = []
        for hit in newest:
            before = _nearest(serving, hit.id)
            after = _nearest(other, hit.id)
            if before and after:
                overlaps.append(len(before & after) / max(len(before), len(after)))
        return tuple(overlaps)


def _nearest(index: SearchIndex, image_id: ImageId) -> set[ImageId]:
    try:
        return {hit.id for hit in index.similar(image_id, NEIGHBOURS)}
    except NotFoundError:  # removed since
        return set()
