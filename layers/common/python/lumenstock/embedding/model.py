"""The contract of a dual encoder: two graphs and a manifest, the same for every model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lumenstock.embedding.labels import Head

Pixels = NDArray[np.uint8]
Vectors = NDArray[np.float32]

DIM = 768


class Resampling(StrEnum):
    """How the pictures were shrunk that a model was trained on."""

    AREA = "area"
    BICUBIC = "bicubic"


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What there is to know of a model.

    Attributes:
        name: Such as ``demo``.
        version: Such as ``1``; documents and queries carry ``name@version``.
        image_size_px: Side of the square that the image graph takes.
        visual_weight: Weight of the semantic leg in the fusion, in [0, 1].
        licence: SPDX name and attribution.
        knows: What it can tell, of ``tags``, ``categories``, ``nsfw``, ``people``.
        resampling: How a picture becomes that square.
    """

    name: str
    version: str
    image_size_px: int
    visual_weight: float
    licence: str
    knows: frozenset[str]
    resampling: Resampling = Resampling.AREA

    @property
    def id(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"


class Embedder(Protocol):
    """Pictures and texts into one space of 768 dimensions."""

    @property
    def manifest(self) -> ModelManifest:
        """What there is to know of the model."""
        ...

    @property
    def tags(self) -> Head | None:
        """Words for what is in a picture; None if the model knows none."""
        ...

    @property
    def categories(self) -> Head | None:
        """Categories of the marketplace; None if the model knows none."""
        ...

    @property
    def nsfw(self) -> Head | None:
        """How likely a picture is one that not everybody should see: the label ``nsfw``; None if unknown."""
        ...

    @property
    def people(self) -> Head | None:
        """How many people there are, as labels ``0``, ``1``, …; None if the model cannot count them."""
        ...

    def encode_images(self, pixels: Pixels) -> Vectors:
        """Embed a batch.

        Args:
            pixels: uint8[n, size, size, 3], sRGB, ``size`` as the manifest says.

        Returns:
            float32[n, 768], unit length; a picture's vector does not depend on the others in the batch.
        """
        ...

    def load_queries(self) -> None:
        """Load what :meth:`encode_texts` needs, which may take seconds; again, nothing happens.

        Raises:
            ConfigurationError: Something of it is missing, or not what it should be.
        """
        ...

    def encode_texts(self, texts: list[str]) -> Vectors:
        """Embed texts, the empty one included: float32[n, 768], unit length."""
        ...


def to_f16(vectors: NDArray[Any]) -> list[bytes]:
    """Each row as little-endian float16 bytes, as the catalogue and the index keep it."""
    return [row.tobytes() for row in vectors.astype("<f2")]


def from_f16(vector: bytes) -> NDArray[np.float32]:
    """The inverse of one row of :func:`to_f16`, renormalised to unit length: float32[768]."""
    row = np.frombuffer(vector, dtype="<f2").astype(np.float32)
    return row / np.linalg.norm(row)
