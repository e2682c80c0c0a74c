"""Fourth step: which words and categories the model may name, and when it may."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from encoders.heads import Row
from lumenstock.embedding.model import Embedder, Vectors
from tools.scenes.colour import NAMED
from tools.scenes.kinds import KINDS
from tools.train_demo.data import Scenes

_RAREST = 25  # pictures with a label, below which nothing is learned of it
_LEAST_PRECISION = 0.8
_LEAST_RECALL = 0.3


def tag_rows(embedder: Embedder, scenes: Scenes, vectors: Vectors) -> list[Row]:
    """A row for every tag that the model can tell from the others; colours are left to the palette.

    Args:
        embedder: Encodes the labels: the directions come from the text side.
        scenes: Pictures that the model was not trained on.
        vectors: float32[n, 768], their vectors.
    """
    counts = Counter(tag for tags in scenes.tags for tag in tags)
    rows = []
    for tag in sorted(tag for tag, count in counts.items() if count >= _RAREST and tag not in NAMED):
        has = np.array([tag in tags for tags in scenes.tags])
        row = _calibrated(tag, embedder.encode_texts([tag])[0], has, vectors)
        if row is not None:
            rows.append(row)
    return rows


def category_rows(embedder: Embedder, scenes: Scenes, vectors: Vectors) -> list[Row]:
    """A row for every kind of scene, labelled with the kind's category."""
    rows = []
    for kind in KINDS:
        has = np.array([name == kind.name for name in scenes.kinds])
        said = sorted({caption for caption, is_one in zip(scenes.captions, has, strict=True) if is_one})
        middle = embedder.encode_texts(said).mean(0)
        row = _calibrated(kind.category, middle / np.linalg.norm(middle), has, vectors)
        if row is not None:
            rows.append(row)
    return rows


def _calibrated(label: str, direction: Vectors, has: NDArray[np.bool_], vectors: Vectors) -> Row | None:
    """Fit a label's confidence; None if "more likely than not" is too often wrong, or too seldom said."""
    cosines = vectors @ direction
    fitted = LogisticRegression(C=1e4).fit(cosines[:, None], has)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    said = slope * cosines + offset >= 0
    right = int((said & has).sum())
    if slope <= 0 or right < _LEAST_PRECISION * max(1, int(said.sum())) or right < _LEAST_RECALL * has.sum():
        return None
    return Row(label, direction, slope, offset)
