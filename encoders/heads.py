"""The file of heads: labels as directions in the model's space, as the ONNX adapter reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumenstock.embedding.model import Embedder, Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One direction: the confidence of ``label`` is ``logistic(slope · cosine + offset)``."""

    label: str
    vector: Vectors
    slope: float
    offset: float


def save_heads(path: Path, heads: Mapping[str, Sequence[Row]]) -> None:
    """Write heads by name (``tags``, ``categories``) to one file; directions as float16."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, rows in heads.items():
        arrays[f"{name}_labels"] = np.array([row.label for row in rows])
        arrays[f"{name}_vectors"] = np.array([row.vector for row in rows], np.float16)
        arrays[f"{name}_slopes"] = np.array([row.slope for row in rows], np.float32)
        arrays[f"{name}_offsets"] = np.array([row.offset for row in rows], np.float32)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def zero_shot(
    embedder: Embedder, prompts: Mapping[str, Sequence[str]], neutral: Sequence[str], sharpness: float
) -> list[Row]:
    """Rows for labels that nobody taught the model: what its text tower says of their prompts.

    A label's confidence is the model's own odds between its prompts and the neutral ones, a softmax over the
    two cosines times ``sharpness``: ``logistic(sharpness · (label - neutral) · picture)``. So a label is told
    only if it says more of the picture than "a photo" does. These odds are not shares that were measured on
    labelled pictures.

    Args:
        embedder: The model.
        prompts: What to encode for each label; the mean counts.
        neutral: Prompts that say nothing.
        sharpness: What the model multiplies cosines with before its softmax, as it was trained.
    """
    middle = _mean(embedder.encode_texts(list(neutral)))
    rows = []
    for label, vector in _encoded(embedder, prompts):
        difference = vector - middle
        length = float(np.linalg.norm(difference))
        rows.append(Row(label, difference / length, sharpness * length, 0.0))
    return rows


def _encoded(embedder: Embedder, prompts: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, Vectors]]:
    for label, texts in prompts.items():
        yield label, _mean(embedder.encode_texts(list(texts)))


def _mean(vectors: Vectors) -> Vectors:
    middle = vectors.mean(0)
    unit: Vectors = middle / np.linalg.norm(middle)
    return unit
