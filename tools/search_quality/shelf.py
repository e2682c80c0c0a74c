"""An index of pictures as the pipeline would fill it, with a search over it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.catalog.image import Swatch
from lumenstock.embedding.model import Embedder, Pixels, Vectors, to_f16
from lumenstock.embedding.preprocess import squared
from lumenstock.imaging.grey import miniature
from lumenstock.imaging.palette import dominant_colours
from lumenstock.kernel.clock import SystemClock
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions
from lumenstock.search.document import Document
from lumenstock.search.projection import bucketed
from lumenstock.search.service import SearchService, Tuning

_BATCH = 32  # as they come: a thousand pictures at once would take 200 MB
_ALL_OF_ONE_DAY_S = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())  # freshness lifts none over another


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a contributor sends it.

    Attributes:
        pixels: uint8[h, w, 3], as wide as the smallest derivative.
    """

    pixels: Pixels
    title: str = ""
    tags: tuple[str, ...] = ()


class Shelf:
    """Pictures that can be searched."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        """An empty one; its index lives in ``folder``."""
        self.embedder = embedder
        self.index = EmbeddedIndex(folder)
        # A question must not lose its vector because the machine is busy.
        self.search = SearchService(self.index, lambda: embedder, SystemClock(), Tuning(encode_deadline_s=60))
        self._numbers = count()

    def add(self, pictures: Iterable[Picture]) -> list[ImageId]:
        """Embed and index ``pictures``; their ids, in the same order."""
        ids: list[ImageId] = []
        for batch in portions(pictures, _BATCH):
            vectors = to_f16(self.vectors([picture.pixels for picture in batch]))
            documents = [self._document(made, vector) for made, vector in zip(batch, vectors, strict=True)]
            self.index.write(documents)
            ids += [document.id for document in documents]
        return ids

    def vectors(self, pixels: list[Pixels]) -> Vectors:
        """What the model makes of pictures: float32[n, 768]."""
        manifest = self.embedder.manifest
        squares = [squared(each, manifest.image_size_px, manifest.resampling) for each in pixels]
        return self.embedder.encode_images(np.stack(squares))

    def _document(self, picture: Picture, vector_f16: bytes) -> Document:
        height_px, width_px, _ = picture.pixels.shape
        palette = (Swatch(colour.hex, colour.share) for colour in dominant_colours(picture.pixels))
        return Document(
            id=ImageId(f"{next(self._numbers):026d}"),
            version=1,
            title=picture.title,
            description="",
            tags=picture.tags,
            categories=(),
            orientation="landscape",
            colors=bucketed(palette),
            contributor_id="generator",
            contributor_name="Generator",
            width_px=width_px,
            height_px=height_px,
            created_at_s=_ALL_OF_ONE_DAY_S,
            thumbnail="",
            preview="",
            model=self.embedder.manifest.id,
            vector_f16=vector_f16,
            miniature=miniature(picture.pixels).levels,
        )
