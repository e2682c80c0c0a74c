"""What our side says of the samples, and how near it is to another's word."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.embedding.model import Vectors, from_f16, to_f16
from tools.clip_parity.samples import TEXTS, pictures

_NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What somebody said of the samples.

    Attributes:
        tokens: int64[texts, longest]; -1 behind the end of a text.
        texts: float32[texts, 768].
        images: float32[pictures, 768].
        by: Who said it, by version.
    """

    tokens: NDArray[np.int64]
    texts: Vectors
    images: Vectors
    by: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Answers that were written before."""
        kept = json.loads(path.read_text())
        texts, images = (_vectors(kept[name]) for name in ("texts", "images"))
        tokens = padded([[int(number) for number in row.split()] for row in kept["tokens"]])
        return cls(tokens, texts, images, kept["by"])

    def write(self, path: Path) -> None:
        """Keep the answers; vectors as float16, which moves no cosine by more than 1e-7."""
        told = {
            "by": self.by,
            "tokens": [" ".join(str(number) for number in row if number != _NONE) for row in self.tokens],
            "texts": _rows(self.texts),
            "images": _rows(self.images),
        }
        path.write_text(f"{json.dumps(told, indent=1)}\n")


def _rows(vectors: Vectors) -> list[str]:
    return [base64.b64encode(row).decode() for row in to_f16(vectors)]


def _vectors(rows: list[str]) -> Vectors:
    return np.stack([from_f16(base64.b64decode(row)) for row in rows])


def padded(rows: list[list[int]]) -> NDArray[np.int64]:
    """Token ids of several texts as one array."""
    ids = np.full((len(rows), max(map(len, rows))), _NONE, np.int64)
    for row, known in zip(ids, rows, strict=True):
        row[: len(known)] = known
    return ids


def our_answers(embedder: OnnxEmbedder) -> Answers:
    """What an exported model says of the samples."""
    tokens = padded([embedder.tokens(text) for text in TEXTS])
    images = np.concatenate([embedder.encode_images(picture[None]) for picture in pictures()])
    return Answers(tokens, embedder.encode_texts(list(TEXTS)), images, embedder.manifest.id)


def cosines(ours: Vectors, theirs: Vectors) -> NDArray[np.float32]:
    """Cosine of each pair of rows."""
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    near: NDArray[np.float32] = (ours * theirs).sum(1) / lengths
    return near
