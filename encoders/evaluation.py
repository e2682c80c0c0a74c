"""Does a model keep what it promises, and may its int8 graph serve queries?

What counts is what a search finds: ``overlap@10`` is the share of the ten pictures nearest to a query in fp32
that are among the ten nearest in int8. The cosine of the two vectors is shown and decides nothing: real
weights drift ten times more than random ones, and where pictures lie close a small drift changes an order.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoders.errors import EvaluationError
from encoders.export import write_manifest
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import (
    IMAGE_GRAPH_FP16,
    MANIFEST,
    TEXT_GRAPH,
    TEXT_GRAPH_INT8,
    ManifestFile,
    ModelFolder,
)
from lumenstock.embedding.model import Pixels, Vectors
from lumenstock.embedding.preprocess import squared

LEAST_OVERLAP = 0.93
LEAST_PICTURES, LEAST_QUERIES = 100, 20
FINDS = 10

_LEAST_SHORT, _LEAST_FP16, _UNIT_TOLERANCE = 0.99999, 0.999, 1e-4
_FEW_PICTURES, _FEW_QUERIES = 20, 50
_LONG = "word " * 200  # beside it every text is padded to the longest that the model takes


@dataclass(frozen=True, slots=True)
class Gate:
    """One figure and what it must be.

    Attributes:
        decides: Whether int8 may serve; the other gates decide whether the model may.
    """

    name: str
    value: float
    least: float
    decides: bool = False

    @property
    def passed(self) -> bool:
        """Whether the figure is good enough; what is no number is not."""
        return self.value >= self.least


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured.

    Attributes:
        gates: All of them must pass.
        cosine: Least and mean cosine of int8 and fp32 queries; None without an int8 graph.
        p50_ms: Median of one query on one thread, by text graph.
    """

    model: str
    pictures: int
    queries: int
    gates: tuple[Gate, ...]
    cosine: tuple[float, float] | None
    p50_ms: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether every gate passed."""
        return all(gate.passed for gate in self.gates)


def evaluate(
    folder: Path, pictures: Iterable[Pixels], queries: Sequence[str], least_overlap: float = LEAST_OVERLAP
) -> Evaluation:
    """Evaluate the model in ``folder``.

    Args:
        folder: An exported model.
        pictures: uint8[h, w, 3] each, as buyers would find them.
        queries: As buyers would ask.
        least_overlap: What overlap@10 of int8 with fp32 must be.

    Raises:
        EvaluationError: There are too few pictures or queries for a figure to mean anything.
        ConfigurationError: There is no valid model.
    """
    whole, files = OnnxEmbedder(folder, queries=TEXT_GRAPH), ModelFolder(folder).files
    manifest = whole.manifest
    squares = [squared(picture, manifest.image_size_px, manifest.resampling) for picture in pictures]
    if len(squares) < LEAST_PICTURES or len(queries) < LEAST_QUERIES:
        message = (
            f"{len(squares)} pictures and {len(queries)} queries say nothing: at least {LEAST_PICTURES} and "
            f"{LEAST_QUERIES} are needed."
        )
        raise EvaluationError(message)
    images = _images(whole, squares)
    texts, p50_ms = _texts(whole, queries)
    lengths = np.linalg.norm(np.concatenate([images, texts]), axis=1)
    gates = [
        Gate("unit length, least and most", float(1 - np.abs(lengths - 1).max()), 1 - _UNIT_TOLERANCE),
        Gate("short query as padded, cosine", _short_as_padded(whole, queries, texts), _LEAST_SHORT),
    ]
    times, cosine = {TEXT_GRAPH: p50_ms}, None
    if IMAGE_GRAPH_FP16 in files:
        halves = _images(OnnxEmbedder(folder, images=IMAGE_GRAPH_FP16), squares[:_FEW_PICTURES])
        near = (halves * images[: len(halves)]).sum(1)
        gates.append(Gate("images in fp16 as in fp32, cosine", float(near.min()), _LEAST_FP16))
    if TEXT_GRAPH_INT8 in files:
        quantised, times[TEXT_GRAPH_INT8] = _texts(OnnxEmbedder(folder, queries=TEXT_GRAPH_INT8), queries)
        overlap = overlap_at_10(texts, quantised, images)
        gates.append(Gate("int8 with fp32, overlap@10", overlap, least_overlap, decides=True))
        near = (quantised * texts).sum(1)
        cosine = float(near.min()), float(near.mean())
    return Evaluation(manifest.id, len(squares), len(queries), tuple(gates), cosine, times)


def let_serve(folder: Path, evaluation: Evaluation) -> str:
    """Write into the manifest which text graph serves from now on, and return its name.

    Int8 serves if there is such a graph and every gate passed; else fp32 does.
    """
    manifest = ManifestFile.model_validate_json((folder / MANIFEST).read_bytes())
    decided = any(gate.decides for gate in evaluation.gates) and evaluation.passed
    chosen = manifest.model_copy(update={"queries": TEXT_GRAPH_INT8 if decided else TEXT_GRAPH})
    write_manifest(folder, chosen)
    return chosen.queries


def overlap_at_10(one: Vectors, other: Vectors, images: Vectors) -> float:
    """Mean share of the ten nearest images of each query that two encodings of it agree on.

    Args:
        one: float32[queries, 768].
        other: The same queries, encoded otherwise.
        images: float32[images, 768].
    """
    agreed = [
        len(set(mine) & set(theirs))
        for mine, theirs in zip(_nearest(one, images), _nearest(other, images), strict=True)
    ]
    return float(np.mean(agreed)) / FINDS


def _nearest(queries: Vectors, images: Vectors) -> list[list[int]]:
    found: NDArray[np.intp] = np.argsort(-(queries @ images.T), axis=1, kind="stable")[:, :FINDS]
    rows: list[list[int]] = found.tolist()
    return rows


def _images(embedder: OnnxEmbedder, squares: Sequence[Pixels]) -> Vectors:
    return np.concatenate([embedder.encode_images(square[None]) for square in squares])


def _texts(embedder: OnnxEmbedder, queries: Sequence[str]) -> tuple[Vectors, float]:
    """Each query by itself, as a search encodes it, and the median of its milliseconds."""
    embedder.encode_texts([queries[0]])  # the first call loads the graph
    vectors, times_s = [], []
    for query in queries:
        started = time.perf_counter()
        vectors.append(embedder.encode_texts([query]))
        times_s.append(time.perf_counter() - started)
    return np.concatenate(vectors), float(np.median(times_s)) * 1000


def _short_as_padded(embedder: OnnxEmbedder, queries: Sequence[str], texts: Vectors) -> float:
    near = [
        float(embedder.encode_texts([query, _LONG])[0] @ vector)
        for query, vector in zip(queries[:_FEW_QUERIES], texts, strict=False)
    ]
    return min(near)
