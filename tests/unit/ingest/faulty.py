"""Models and an index that fail in one way each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.embedding.model import Pixels, Vectors
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.search.ports import Change


class Picky(OnnxEmbedder):
    """The demo model, but it fails on whole batches that hold a black picture."""

    batches: list[int]

    def encode_images(self, pixels: Pixels) -> Vectors:
        self.batches.append(len(pixels))
        if (pixels.reshape(len(pixels), -1) == 0).all(1).any():
            message = "black"
            raise ValueError(message)
        return super().encode_images(pixels)


class Broken(OnnxEmbedder):
    """The demo model, but the first vector of a batch comes out as nonsense."""

    def encode_images(self, pixels: Pixels) -> Vectors:
        vectors = super().encode_images(pixels)
        vectors[0] = np.nan
        return vectors


class Meanwhile(OnnxEmbedder):
    """The demo model, but while it embeds something happens elsewhere."""

    happens: Callable[[], object]

    def encode_images(self, pixels: Pixels) -> Vectors:
        self.happens()
        return super().encode_images(pixels)


class Refusing(EmbeddedIndex):
    """An index that takes no writes while ``down``."""

    down = True

    def write(self, changes: Sequence[Change]) -> None:
        if self.down:
            raise SearchUnavailableError
        super().write(changes)
