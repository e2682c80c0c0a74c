"""Rebuilds the index from the catalogue, which is the truth; searches and uploads go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lumenstock.catalog.store import CatalogStore
from lumenstock.ingest.index_changes import all_projected
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import SearchIndex

_REPORT_EVERY = 100


def reindex(
    catalog: CatalogStore, index: SearchIndex, progress: Callable[[int], None], model: str | None = None
) -> int:
    """Read every image and replace the index's content.

    Args:
        catalog: Where the images are.
        index: What is rebuilt.
        progress: Called with the number of images read so far, after every 100 and at the end.
        model: ``name@version`` of the index; None means of each image the one that its row names.

    Returns:
        The number of images read.

    Raises:
        SearchUnavailableError: There is no index, or it cannot be written.
    """
    return index.rebuild(every_document(catalog, progress, model))


def every_document(
    catalog: CatalogStore, progress: Callable[[int], None], model: str | None = None
) -> Iterator[Document | Removal]:
    """What an index must hold of every image: see :func:`reindex`."""
    read = 0
    for page in catalog.pages():
        for change in all_projected(page.images, catalog, model):
            yield change
            read += 1
            if read % _REPORT_EVERY == 0:
                progress(read)
    progress(read)
