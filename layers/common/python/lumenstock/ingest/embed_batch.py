"""The last step of the pipeline: a batch of rendered images gets its vectors, words and colours.

Read, decode, embed together; then for each image the vector item, the catalogue and the index, in this
order, so that whatever dies, a repeat completes it. The function for the trickle runs a batch as a whole;
the job for load and backfill takes its three steps apart, so that the GPU embeds one batch while others are
read and written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any

from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import CatalogStore, VectorItem
from lumenstock.embedding.model import Vectors, to_f16
from lumenstock.imaging.grey import miniature
from lumenstock.imaging.picture_hashing import picture_hash
from lumenstock.ingest.annotate import annotate
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.near_duplicates import Found, Look, NearDuplicates
from lumenstock.ingest.picture_vectors import (
    BATCH,
    Each,
    Models,
    Picture,
    PublicFiles,
    encoded,
    encoded_beside,
    read_pictures,
)
from lumenstock.ingest.review import ReviewPolicy
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import NotFoundError, SearchUnavailableError, VersionConflictError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.ports import SearchIndex
from lumenstock.search.projection import project

SHOWN_OR_WAITING = frozenset({Status.APPROVED, Status.PENDING_REVIEW})

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What is to be done with a message: delete it, or let it come again."""

    DONE = "done"
    RETRY = "retry"


class _Standing(Enum):
    """Where an image stands when its message comes."""

    OVER = auto()  # gone, ended, or processed anew: nothing is to be done
    NOT_YET = auto()  # its row is older than the message
    DUE = auto()
    RECORDED = auto()  # somebody did it, and perhaps died before the index was told
    EMBEDDED = auto()  # the same, or it was made anew since: only its vector says


@dataclass(frozen=True, slots=True, eq=False)
class ReadBatch:
    """A batch whose pictures are decoded; ``recorded`` are rows that only the index waits for."""

    models: Models
    named: Sequence[tuple[EmbedRequest, _Standing]]
    recorded: Mapping[ImageId, Image]
    pictures: Sequence[Picture]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedBatch:
    """A batch with vectors, float32[768] each; a picture that failed has none.

    Attributes:
        beside: Vectors of the model beside the one that answers.
    """

    read: ReadBatch
    vectors: Sequence[tuple[Picture, Vectors]]
    beside: Mapping[ImageId, Vectors]

    @property
    def model(self) -> str:
        """``name@version`` of the model that answers."""
        return self.read.models.serving.manifest.id


class EmbedBatch:
    """Embeds batches. Doing one again, or two at the same time, changes nothing."""

    def __init__(
        self,
        catalog: CatalogStore,
        files: PublicFiles,
        models: Callable[[], Models],
        index: SearchIndex,
        near: NearDuplicates,
        policy: ReviewPolicy,
        clock: Clock,
    ) -> None:
        """Read from ``files``, write to ``catalog`` and ``index``.

        ``models`` is asked anew for each batch, which keeps to its answer; ``near`` finds what was there
        before; ``policy`` says what is shown at once.
        """
        self._catalog = catalog
        self._files = files
        self._models = models
        self._index = index
        self._near = near
        self._policy = policy
        self._clock = clock

    def run(self, requests: Sequence[EmbedRequest]) -> list[Outcome]:
        """Embed what ``requests`` name, 32 at a time.

        A file that cannot be read or embedded is retried alone; the others of its batch go on.

        Returns:
            The outcome of each request, in their order.

        Raises:
            ConfigurationError: There is no valid model.
        """
        outcomes: list[Outcome] = []
        for start in range(0, len(requests), BATCH):
            outcomes += self.write(self.encode(self.read(requests[start : start + BATCH])))
        return outcomes

    def read(self, requests: Sequence[EmbedRequest], each: Each = map) -> ReadBatch:
        """Look what is to be done of at most 32 requests, and decode their pictures, by ``each``."""
        models = self._models()
        model = models.serving.manifest.id
        rows = self._catalog.get_many([request.image_id for request in requests])
        standings = [self._standing(request, rows.get(request.image_id), model) for request in requests]
        named = list(zip(requests, standings, strict=True))
        due = {request.image_id for request, standing in named if standing is _Standing.DUE}
        recorded = {r.image_id: rows[r.image_id] for r, standing in named if standing is _Standing.RECORDED}
        wanted = [rows[image_id] for image_id in sorted(due)]
        return ReadBatch(models, named, recorded, read_pictures(self._files, wanted, models, each))

    def encode(self, batch: ReadBatch) -> EncodedBatch:
        """Embed the pictures.

        Raises:
            ConfigurationError: There is no valid model.
        """
        vectors = list(encoded(batch.models.serving, batch.pictures))
        return EncodedBatch(batch, vectors, encoded_beside(batch.models, batch.pictures))

    def write(self, batch: EncodedBatch) -> list[Outcome]:
        """Write all that was found; the outcome of each request, in their order."""
        read = batch.read
        finished = self._indexed({**read.recorded, **self._recorded(batch)}, batch.model)
        return [
            Outcome.DONE if _is_done(standing, request.image_id in finished) else Outcome.RETRY
            for request, standing in read.named
        ]

    def _standing(self, request: EmbedRequest, row: Image | None, model: str) -> _Standing:
        standing = _standing(request, row)
        if standing is not _Standing.EMBEDDED or row is None:
            return standing
        vector = self._catalog.get_vector(row.id, model)
        if row.model != model or vector is None or vector.rev < row.rev:
            return _Standing.DUE
        return _Standing.RECORDED if row.status is Status.APPROVED else _Standing.OVER

    def _recorded(self, batch: EncodedBatch) -> dict[ImageId, Image]:
        """Record what was embedded; what failed is left out."""
        found = self._compared(batch)
        recorded: dict[ImageId, Image] = {}
        for picture, vector in batch.vectors:
            row = self._record(batch, picture, vector, found.get(picture.image.id))
            if row is not None:
                recorded[row.id] = row
        return recorded

    def _compared(self, batch: EncodedBatch) -> dict[ImageId, Found]:
        """What each looks like, and which earlier pictures do; left out is what shows next to nothing."""
        looks = [
            Look(picture.image, hashed, vector)
            for picture, vector in batch.vectors
            if (hashed := picture_hash(picture.pixels)) is not None
        ]
        return self._near.compare(looks, batch.model)

    def _record(
        self, batch: EncodedBatch, picture: Picture, vector: Vectors, like: Found | None
    ) -> Image | None:
        """Write the vectors, then the row that names a model; None if the row would not hold still."""
        image_id, rev = picture.image.id, picture.image.rev
        models = batch.read.models
        found = annotate(models.serving, vector, picture.pixels)
        now = self._clock.now()

        def annotated(row: Image) -> Image | None:
            if row.rev != rev:
                return None
            fields: dict[str, Any] = {
                "ai_tags": found.tags,
                "categories": row.categories or found.categories,
                "palette": found.palette,
                "nsfw": found.nsfw,
                "people": found.people,
                "model": batch.model,
                "likeness": like.likeness if like else None,
                "near_duplicates": like.near if like else (),
            }
            if row.status is Status.PROCESSING:
                status, reasons = self._policy.decide(row, found.nsfw, fields["near_duplicates"])
                return row.moved(status, now, reasons=reasons, **fields)
            # Made anew: who may be shown was decided, and a better score does not decide it again.
            known = {name: getattr(row, name) for name in fields}
            return row.changed(**fields) if row.status in SHOWN_OR_WAITING and known != fields else None

        try:
            if models.beside is not None and image_id in batch.beside:
                other = models.beside.manifest.id
                self._catalog.put_vector(image_id, vector_item(other, batch.beside[image_id], picture))
            self._catalog.put_vector(image_id, vector_item(batch.model, vector, picture))
            return self._catalog.update(image_id, annotated, seen=picture.image)
        except (NotFoundError, VersionConflictError) as error:
            logger.warning("embed_row_moved", extra={"image_id": image_id, "code": error.code})
            return None

    def _indexed(self, recorded: Mapping[ImageId, Image], model: str) -> set[ImageId]:
        """Write the documents of all that are approved; returns what is finished now."""
        approved = [row for row in recorded.values() if row.status is Status.APPROVED]
        documents = [project(row, self._catalog.get_vector(row.id, model)) for row in approved]
        try:
            if documents:
                self._index.write(documents)
        except SearchUnavailableError:
            logger.exception("embed_index_unavailable")
            return set(recorded) - {row.id for row in approved}
        return set(recorded)


def vector_item(model: str, vector: Vectors, picture: Picture) -> VectorItem:
    """``vector`` (float32[768]) that ``model`` made of ``picture``, as the catalogue keeps it."""
    (vector_f16,) = to_f16(vector[None])
    return VectorItem(model, vector_f16, picture.image.rev, miniature(picture.pixels).levels)


def _is_done(standing: _Standing, finished: bool) -> bool:  # noqa: FBT001 - both say how far the image is
    return standing is _Standing.OVER or (finished and standing is not _Standing.NOT_YET)


def _standing(request: EmbedRequest, row: Image | None) -> _Standing:
    if row is None or row.rev > request.rev:
        return _Standing.OVER
    if row.rev < request.rev:
        return _Standing.NOT_YET
    if row.status is Status.PROCESSING:
        return _Standing.DUE if row.renditions else _Standing.NOT_YET
    return _Standing.EMBEDDED if row.status in SHOWN_OR_WAITING else _Standing.OVER
