"""Tasks from a list of images, or from one slice of it: what an array job of AWS Batch works through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from threading import Event, Lock

from gpu_batch.tasks import Task
from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.embed_batch import Outcome
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.picture_vectors import BATCH
from lumenstock.kernel.ids import ImageId


class ManifestSource:
    """Implements :class:`gpu_batch.tasks.Source`. An image that is gone by now is passed over.

    Attributes:
        failed: What is to be tried again.
    """

    def __init__(self, catalog: CatalogStore, ids: Iterable[ImageId], stop: Event) -> None:
        """Take ``ids`` in their order until there are no more, or ``stop`` is set."""
        self._catalog = catalog
        self._ids = iter(ids)
        self._stop = stop
        self._lock = Lock()
        self.failed: list[ImageId] = []

    def take(self) -> Sequence[Task]:
        """See the protocol."""
        while not self._stop.is_set():
            with self._lock:
                ids = list(islice(self._ids, BATCH))
            if not ids:
                return []
            rows = self._catalog.get_many(ids)
            if rows:
                return [Task(EmbedRequest(row.id, row.rev), row.id) for row in rows.values()]
        return []

    def finish(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        """See the protocol."""
        failed = [
            task.request.image_id
            for task, outcome in zip(tasks, outcomes, strict=True)
            if outcome is not Outcome.DONE
        ]
        with self._lock:
            self.failed += failed

    def give_back(self, tasks: Sequence[Task]) -> None:
        """Nothing to do: the next attempt of the job reads the whole list, and does what is not done."""
