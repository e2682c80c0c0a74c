"""Compares the index with the catalogue, which is the truth, while both go on changing; mends what differs.

Both ways are gone: every row is looked up in the index, every document that searches find in the catalogue.
The index follows the catalogue at some distance, so that what differs now may agree in a second. A difference
is told only when it outlasts a while in which the index had every reason to be written and was not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.difference import Difference, difference, mended
from lumenstock.ingest.index_changes import all_projected
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions
from lumenstock.search.ports import Change
from lumenstock.search.refusal import IndexRefusedError
from lumenstock.search.upkeep import KeptIndex

_AT_A_TIME = 100  # rows that DynamoDB reads at once
_MOST_SUSPECTS = 5_000  # of about 5 kB each
_MOST_LOOKS = 5  # an image that the index was written for between any two of them is being followed


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference that lasted, and whether it is mended."""

    difference: Difference
    repaired: bool


@dataclass(frozen=True, slots=True)
class _View:
    """Both sides of one image. The index was read first, so that it is never ahead of a row on its way."""

    id: ImageId
    wanted: Change | None
    held: Change | None

    @property
    def difference(self) -> Difference | None:
        return difference(self.id, self.wanted, self.held)

    def outlasted_by(self, later: _View) -> bool:
        """Whether the index stayed as it was, although it was behind already or the row stayed as well."""
        if later.held != self.held:
            return False
        version = self.wanted.version if self.wanted else None
        behind = version is not None and (self.held is None or self.held.version < version)
        return behind or version == (later.wanted.version if later.wanted else None)


@dataclass(frozen=True, slots=True)
class _Suspect:
    view: _View
    due_s: float
    looks: int


class DriftCheck:
    """One comparison of everything. In memory are a page of the catalogue and at most 5,000 suspects."""

    def __init__(
        self,
        catalog: CatalogStore,
        index: KeptIndex,
        *,
        repair: bool,
        settle_s: float,
        now_s: Callable[[], float],
        pause: Callable[[float], None],
        model: str | None = None,
    ) -> None:
        """Compare ``index`` with ``catalog``.

        Args:
            catalog: What is true.
            index: What should follow it.
            repair: Whether to write what is missing.
            settle_s: How long a difference must last, in seconds; more than the index usually lags.
            now_s: A clock that never goes back, in seconds.
            pause: Rests for so many seconds.
            model: ``name@version`` of the index; None means of each image the one that its row names.
        """
        self._catalog = catalog
        self._index = index
        self._repair = repair
        self._settle_s = settle_s
        self._now_s = now_s
        self._pause = pause
        self._model = model
        self._suspects: deque[_Suspect] = deque()
        self.images = 0
        self.documents = 0

    def run(self, progress: Callable[[float], None]) -> Iterator[Finding]:
        """Look at every image on both sides, and tell of each that differs, once.

        Args:
            progress: Called with how much of the catalogue has been read, in [0, 1].

        Raises:
            SearchUnavailableError: The index does not answer, or takes no writes.
            UnavailableError: The catalogue does not answer.
        """
        for page in self._catalog.pages():
            self.images += len(page.images)
            self._suspect(self._differing(all_projected(page.images, self._catalog, self._model)))
            progress(page.share)
            yield from self._judge_due()
        for ids in portions(self._index.found_ids(), _AT_A_TIME):
            self.documents += len(ids)
            present = self._catalog.present(ids)
            self._suspect([image_id for image_id in ids if image_id not in present])
            yield from self._judge_due()
        while self._suspects:
            yield from self._judge_due(at_least=1)

    def _differing(self, wanted: Sequence[Change]) -> list[ImageId]:
        held = self._index.stored([change.id for change in wanted])
        return [one.id for one in wanted if difference(one.id, one, held.get(one.id)) is not None]

    def _suspect(self, ids: Iterable[ImageId]) -> None:
        for some in portions(ids, _AT_A_TIME):
            due_s = self._now_s() + self._settle_s
            views = (view for view in self._look(some) if view.difference)
            self._suspects.extend(_Suspect(view, due_s, looks=1) for view in views)

    def _look(self, ids: list[ImageId]) -> list[_View]:
        held = self._index.stored(ids)
        rows = self._catalog.get_many(ids)
        wanted = {
            change.id: change for change in all_projected(list(rows.values()), self._catalog, self._model)
        }
        return [_View(image_id, wanted.get(image_id), held.get(image_id)) for image_id in ids]

    def _judge_due(self, at_least: int = 0) -> Iterator[Finding]:
        """Look again at those that are due; wait for ``at_least`` one, and while there are too many."""
        while self._suspects:
            early_s = self._suspects[0].due_s - self._now_s()
            if early_s > 0:
                if len(self._suspects) <= _MOST_SUSPECTS and not at_least:
                    return
                self._pause(early_s)
            at_least = 0
            now_s = self._now_s()
            batch: list[_Suspect] = []
            while self._suspects and len(batch) < _AT_A_TIME and self._suspects[0].due_s <= now_s:
                batch.append(self._suspects.popleft())
            yield from self._judge(batch)

    def _judge(self, batch: list[_Suspect]) -> list[Finding]:
        lasting: list[_View] = []
        views = self._look([suspect.view.id for suspect in batch])
        for suspect, view in zip(batch, views, strict=True):
            if view.difference is None:
                continue
            if suspect.view.outlasted_by(view):
                lasting.append(view)
            elif suspect.looks < _MOST_LOOKS:
                due_s = self._now_s() + self._settle_s
                self._suspects.append(_Suspect(view, due_s, suspect.looks + 1))
        repaired = self._mend(lasting) if self._repair and lasting else set()
        return [Finding(view.difference, view.id in repaired) for view in lasting if view.difference]

    def _mend(self, lasting: list[_View]) -> set[ImageId]:
        """Write what is wanted.

        Returns:
            Of which images it is in place now, or something later is.
        """
        changes = [change for view in lasting if (change := mended(view.wanted, view.held)) is not None]
        with suppress(IndexRefusedError):  # all others are written
            self._index.write(changes)
        held = self._index.stored([view.id for view in lasting])
        return {view.id for view in lasting if held.get(view.id) != view.held}
