"""Encoders that know a few words."""

from __future__ import annotations

import numpy as np

from lumenstock.embedding.labels import Head
from lumenstock.embedding.model import ModelManifest, Pixels, Vectors
from lumenstock.search.document import EMBEDDING_DIM
from tests.contract.search.documents import unit_vector

RED, NIGHT = unit_vector(101), unit_vector(102)


class FewWords:
    """Knows what ``red`` and ``night`` look like; anything else is a direction of its own."""

    tags: Head | None = None
    categories: Head | None = None
    nsfw: Head | None = None
    people: Head | None = None

    def __init__(self, visual_weight: float = 0.5, version: str = "1") -> None:
        self.manifest = ModelManifest(
            name="demo",
            version=version,
            image_size_px=64,
            visual_weight=visual_weight,
            licence="Apache-2.0",
            knows=frozenset(),
        )
        self.texts: list[str] = []

    def encode_images(self, pixels: Pixels) -> Vectors:
        return np.zeros((len(pixels), EMBEDDING_DIM), dtype=np.float32)

    def load_queries(self) -> None:
        """Nothing is to be loaded."""

    def encode_texts(self, texts: list[str]) -> Vectors:
        self.texts += texts
        known = {"red": RED, "night": NIGHT}
        return np.stack([known.get(text, unit_vector(len(text))) for text in texts])


class BrokenModelError(Exception):
    """What a model's runtime raises."""


class Broken(FewWords):
    """Loads, and then fails."""

    def encode_texts(self, texts: list[str]) -> Vectors:
        self.texts += texts
        raise BrokenModelError(texts)
