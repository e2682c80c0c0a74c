"""sentence-transformers on a CLIP checkpoint: the reference that our graphs are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Transformer

from lumenstock.embedding.model import Pixels, Vectors


class Oracle:
    """Encodes as sentence-transformers does, preprocessing and tokenizer included."""

    def __init__(self, checkpoint: Path) -> None:
        """Load the checkpoint in a folder of the hub's layout."""
        self._model = SentenceTransformer(modules=[Transformer(str(checkpoint))], device="cpu")

    @staticmethod
    def versions() -> str:
        """What answered, by version."""
        return ", ".join(
            f"{name} {version(name)}" for name in ("sentence-transformers", "transformers", "torch")
        )

    def tokens(self, text: str) -> list[int]:
        """Ids of a text, begin and end included, cut at the longest."""
        ids: list[int] = self._model[0].processor.tokenizer(text, truncation=True).input_ids
        return ids

    def texts(self, texts: Sequence[str]) -> Vectors:
        """float32[n, 768], unit length."""
        return self._unit(self._model.encode(list(texts)))

    def images(self, pictures: Sequence[Pixels]) -> Vectors:
        """float32[n, 768], unit length."""
        return self._unit(self._model.encode([Image.fromarray(picture) for picture in pictures]))

    @staticmethod
    def _unit(vectors: NDArray[np.float32]) -> Vectors:
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
