"""Vectors of another model for images that are there: the row, its words and its index stay as they are.

What a rollout begins with. Its three steps are as those of :mod:`lumenstock.ingest.embed_batch`, and the job
is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lumenstock.catalog.image import Image
from lumenstock.catalog.store import CatalogStore, VectorItem
from lumenstock.embedding.model import Embedder, Vectors
from lumenstock.ingest.embed_batch import SHOWN_OR_WAITING, Outcome, vector_item
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.picture_vectors import Each, Models, Picture, PublicFiles, encoded, read_pictures
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions

_VECTORS_AT_A_TIME = 100


@dataclass(frozen=True, slots=True, eq=False)
class ReadRequests:
    """Requests, and the pictures of those that lack a vector."""

    requests: Sequence[EmbedRequest]
    pictures: Sequence[Picture]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedRequests:
    """The same with vectors, float32[768] each; a picture that failed has none."""

    read: ReadRequests
    vectors: Sequence[tuple[Picture, Vectors]]


class Revector:
    """Embeds batches by one model, and writes vectors only. Doing one again changes nothing."""

    def __init__(self, catalog: CatalogStore, files: PublicFiles, embedder: Embedder) -> None:
        """Read from ``files``, write to ``catalog``."""
        self._catalog = catalog
        self._files = files
        self._embedder = embedder
        self._model = embedder.manifest.id

    def read(self, requests: Sequence[EmbedRequest], each: Each = map) -> ReadRequests:
        """Decode the pictures of at most 32 requests that lack a vector of this revision, by ``each``."""
        rows = list(self._catalog.get_many([request.image_id for request in requests]).values())
        due = list(lacking(rows, self._catalog, self._model))
        return ReadRequests(requests, read_pictures(self._files, due, Models(self._embedder), each))

    def encode(self, batch: ReadRequests) -> EncodedRequests:
        """Embed the pictures.

        Raises:
            ConfigurationError: There is no valid model.
        """
        return EncodedRequests(batch, list(encoded(self._embedder, batch.pictures)))

    def write(self, batch: EncodedRequests) -> list[Outcome]:
        """Write the vectors; what still lacks one must come again."""
        for picture, vector in batch.vectors:
            item = vector_item(self._model, vector, picture)
            self._catalog.put_vector(picture.image.id, item)
        rows = list(self._catalog.get_many([one.image_id for one in batch.read.requests]).values())
        left = {row.id for row in lacking(rows, self._catalog, self._model)}
        return [Outcome.RETRY if one.image_id in left else Outcome.DONE for one in batch.read.requests]


def lacking(rows: Sequence[Image], catalog: CatalogStore, model: str) -> Iterator[Image]:
    """Those of ``rows`` that are shown or wait for a moderator, and whose files ``model`` never saw."""
    wanted = (row for row in rows if row.status in SHOWN_OR_WAITING)
    for some in portions(wanted, _VECTORS_AT_A_TIME):
        vectors = catalog.get_vectors([(row.id, model) for row in some])
        yield from (row for row in some if _is_old(vectors, row))


def all_lacking(catalog: CatalogStore, model: str, progress: Callable[[float], None]) -> Iterator[ImageId]:
    """The ids of all such images; ``progress`` is told how much of the catalogue was read, in [0, 1]."""
    for page in catalog.pages():
        yield from (row.id for row in lacking(page.images, catalog, model))
        progress(page.share)


def _is_old(vectors: Mapping[ImageId, VectorItem], row: Image) -> bool:
    vector = vectors.get(row.id)
    return vector is None or vector.rev < row.rev or not vector.miniature
