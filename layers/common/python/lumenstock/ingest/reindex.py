"""Rebuilds the index from the catalogue, which is the truth; searches and uploads go on meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.index_changes import all_projected
from lumenstock.kernel.errors import ConflictError
from lumenstock.search.upkeep import Portion, Refillable


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a rebuild is.

    Attributes:
        images: Read so far, by all runs that belong to it.
        share: Of the catalogue, in [0, 1].
        resumed: Whether an earlier run was cut short and this one goes on.
    """

    images: int
    share: float
    resumed: bool


def reindex(
    catalog: CatalogStore, index: Refillable, progress: Callable[[Reached], None], model: str | None = None
) -> int:
    """Read every image and replace the index's content; go on where an earlier run was cut short.

    Args:
        catalog: Where the images are.
        index: What is rebuilt.
        progress: Called after every page of the catalogue.
        model: ``name@version`` of the index; None means of each image the one that its row names.

    Returns:
        The number of images read, by all runs together.

    Raises:
        SearchUnavailableError: There is no index, or it cannot be written.
        ConflictError: The earlier run was for another model.
    """
    images = 0

    def portions(bookmark: str | None) -> Iterator[Portion]:
        nonlocal images
        place: str | None
        images, place, begun_for = json.loads(bookmark) if bookmark else (0, None, model)
        if begun_for != model:
            raise ConflictError("What is half-built is of another model. Begin anew.")
        for page in catalog.pages(place):
            images += len(page.images)
            changes = all_projected(page.images, catalog, model)
            yield Portion(changes, json.dumps([images, page.bookmark, model]))
            progress(Reached(images, page.share, resumed=bookmark is not None))

    index.refill(portions)
    return images
