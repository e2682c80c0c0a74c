"""Follows the catalogue: every change of a row goes into the index first and then out as an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore, VectorItem
from lumenstock.ingest.events import event_of
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions
from lumenstock.notification.events import EventSink
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import SearchIndex
from lumenstock.search.projection import project

_VECTORS_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class RowChange:
    """One change of one row: ``old`` is None when it was created, ``new`` is None when it was deleted.

    ``at`` is when it was written, the same each time the change is read.
    """

    old: Image | None
    new: Image | None
    at: datetime


class Indexer:
    """Applies changes of the catalogue, in their order. Applying one again changes nothing."""

    def __init__(self, catalog: CatalogStore, index: SearchIndex, events: EventSink) -> None:
        """Read vectors from ``catalog``, write to ``index``, then tell ``events``."""
        self._catalog = catalog
        self._index = index
        self._events = events

    def apply(self, changes: Sequence[RowChange]) -> None:
        """Index ``changes`` and send their events.

        Raises:
            SearchUnavailableError: The index did not take them; no event was sent.
            UnavailableError: The bus refused an event.
        """
        writes = [write for change in changes if (write := self._write_of(change)) is not None]
        if writes:
            self._index.write(writes)
        happened = [
            event_of(change.old, change.new, change.at) for change in changes if change.new is not None
        ]
        if events := [event for event in happened if event is not None]:
            self._events.send(events)

    def _write_of(self, change: RowChange) -> Document | Removal | None:
        """What the index must be told; None of an image that was never to be found and still is not."""
        if change.new is None:
            return None if change.old is None else Removal(change.old.id, change.old.version + 1)
        if Status.APPROVED not in {change.new.status, change.old.status if change.old else None}:
            return None
        return projected(change.new, self._catalog)


def projected(image: Image, catalog: CatalogStore) -> Document | Removal:
    """``image`` as the index must hold it, with the vector of the model that its row names."""
    if image.status is not Status.APPROVED or image.model is None:
        return project(image, None)
    return project(image, catalog.get_vector(image.id, image.model))


def all_projected(
    images: Sequence[Image], catalog: CatalogStore, model: str | None = None
) -> list[Document | Removal]:
    """``images`` as the index must hold them, in their order, with their vectors read a hundred at a time.

    Args:
        images: Rows.
        catalog: Where the vectors are.
        model: ``name@version`` of the index; None means of each image the one that its row names.
    """
    wanted = [
        (image.id, model or image.model)
        for image in images
        if image.model and image.status is Status.APPROVED
    ]
    vectors: dict[ImageId, VectorItem] = {}
    for some in portions(wanted, _VECTORS_AT_A_TIME):
        vectors |= catalog.get_vectors(some)
    return [project(image, vectors.get(image.id), model) for image in images]
