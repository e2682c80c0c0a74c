"""From the rows of a batch to the vectors of their pictures; a picture that fails takes no other with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lumenstock.catalog.image import Image, rendition_key
from lumenstock.embedding.model import Embedder, ModelManifest, Pixels, Vectors
from lumenstock.embedding.preprocess import squared
from lumenstock.imaging.errors import DamagedPictureError
from lumenstock.imaging.pixels import read_pixels
from lumenstock.ingest.annotate import embeddable_rendition
from lumenstock.kernel.errors import ConfigurationError, NotFoundError

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


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A row, its decoded file (uint8[h, w, 3]), and what the model takes of it."""

    image: Image
    pixels: Pixels
    square: Pixels


Each = Callable[[Callable[[Image], "Picture | None"], Iterable[Image]], Iterable["Picture | None"]]


def read_pictures(
    files: PublicFiles, rows: Iterable[Image], model: ModelManifest, each: Each = map
) -> list[Picture]:
    """The pictures of ``rows``, in their order; a file that is missing or damaged is left out, and logged.

    Args:
        files: Where the derivatives are.
        rows: Of images that have some.
        model: What they are prepared for.
        each: Applies a function to every row: ``map``, or that of a pool of threads.
    """
    size_px = model.image_size_px

    def read(row: Image) -> Picture | None:
        key = rendition_key(row.media_key, row.rev, embeddable_rendition(row, size_px))
        try:
            pixels = read_pixels(files.read(key))
        except (NotFoundError, DamagedPictureError) as error:
            logger.warning("embed_unreadable", extra={"image_id": row.id, "code": error.code})
            return None
        return Picture(row, pixels, squared(pixels, size_px, model.resampling))

    return [picture for picture in each(read, rows) if picture is not None]


def encoded(embedder: Embedder, pictures: Sequence[Picture]) -> Iterator[tuple[Picture, Vectors]]:
    """Each picture with its vector; a picture that the model fails on is searched for by halving.

    Raises:
        ConfigurationError: There is no valid model.
    """
    if not pictures:
        return
    try:
        vectors = embedder.encode_images(np.stack([picture.square for picture in pictures]))
    except ConfigurationError:
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
