"""From the rows of a batch to the vectors of their pictures; a picture that fails takes no other with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from lumenstock.catalog.image import Image, rendition_key
from lumenstock.embedding.model import Embedder, ModelManifest, Pixels, Vectors
from lumenstock.embedding.preprocess import squared
from lumenstock.imaging.errors import DamagedPictureError
from lumenstock.imaging.pixels import read_pixels
from lumenstock.ingest.annotate import embeddable_rendition
from lumenstock.kernel.errors import ConfigurationError, NotFoundError, UnavailableError
from lumenstock.kernel.ids import ImageId

BATCH = 32
_UNIT_TOLERANCE = 1e-3

logger = logging.getLogger(__name__)


class PublicFiles(Protocol):
    """Where the derivatives are."""

    def read(self, key: str) -> bytes:
        """The bytes of one file.

        Raises:
            NotFoundError: No such file.
        """
        ...


@dataclass(frozen=True, slots=True)
class Models:
    """What pictures are embedded by: the model that answers, and while a rollout is open the other one."""

    serving: Embedder
    beside: Embedder | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A row, its decoded file (uint8[h, w, 3]), and what the model takes of it.

    Attributes:
        beside: What the model beside it takes; None without one.
    """

    image: Image
    pixels: Pixels
    square: Pixels
    beside: Pixels | None = None


Each = Callable[[Callable[[Image], "Picture | None"], Iterable[Image]], Iterable["Picture | None"]]


def read_pictures(
    files: PublicFiles, rows: Iterable[Image], models: Models, each: Each = map
) -> list[Picture]:
    """The pictures of ``rows``, in their order; a file that is missing or damaged is left out, and logged.

    Args:
        files: Where the derivatives are.
        rows: Of images that have some.
        models: What they are prepared for.
        each: Applies a function to every row: ``map``, or that of a pool of threads.
    """
    serving = models.serving.manifest
    beside = models.beside.manifest if models.beside else None
    largest_px = max(serving.image_size_px, beside.image_size_px if beside else 0)

    def read(row: Image) -> Picture | None:
        key = rendition_key(row.media_key, row.rev, embeddable_rendition(row, largest_px))
        try:
            pixels = read_pixels(files.read(key))
        except (NotFoundError, DamagedPictureError) as error:
            logger.warning("embed_unreadable", extra={"image_id": row.id, "code": error.code})
            return None
        return Picture(row, pixels, _prepared(pixels, serving), _prepared(pixels, beside) if beside else None)

    return [picture for picture in each(read, rows) if picture is not None]


def _prepared(pixels: Pixels, model: ModelManifest) -> Pixels:
    return squared(pixels, model.image_size_px, model.resampling)


def encoded_beside(models: Models, pictures: Sequence[Picture]) -> dict[ImageId, Vectors]:
    """Vectors of the model beside, by image. What that model fails on has none: it does not answer yet."""
    if models.beside is None:
        return {}
    squares = [replace(one, square=one.beside) for one in pictures if one.beside is not None]
    try:
        return {picture.image.id: vector for picture, vector in encoded(models.beside, squares)}
    except (ConfigurationError, UnavailableError):
        logger.exception("embed_beside_failed")
        return {}


def encoded(embedder: Embedder, pictures: Sequence[Picture]) -> Iterator[tuple[Picture, Vectors]]:
    """Each picture with its vector; a picture that the model fails on is searched for by halving.

    Raises:
        ConfigurationError: There is no valid model.
        UnavailableError: It cannot be read just now.
    """
    if not pictures:
        return
    try:
        vectors = embedder.encode_images(np.stack([picture.square for picture in pictures]))
    except (ConfigurationError, UnavailableError):
        raise
    except Exception:
        if len(pictures) == 1:
            logger.exception("embed_failed", extra={"image_id": pictures[0].image.id})
            return
        middle = len(pictures) // 2
        yield from encoded(embedder, pictures[:middle])
        yield from encoded(embedder, pictures[middle:])
        return
    for picture, vector in zip(pictures, vectors, strict=True):
        if abs(float(np.linalg.norm(vector)) - 1) < _UNIT_TOLERANCE:
            yield picture, vector
        else:
            logger.error("embed_not_a_unit_vector", extra={"image_id": picture.image.id})
