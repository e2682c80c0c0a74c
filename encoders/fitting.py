"""Heads that are learned from labelled pictures: how likely a picture is NSFW, how many people are in it.

A head is a few directions in the space of a model that stays as it is, so some hundred labels do. It is kept
only if it is right about pictures that it was not fitted to.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoders.errors import ModelError
from encoders.export import write_manifest
from encoders.heads import Row
from encoders.lock import digest
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import HEADS, MANIFEST, ManifestFile
from lumenstock.embedding.labels import Head
from lumenstock.embedding.model import Pixels, Vectors
from lumenstock.embedding.preprocess import squared

LEAST_PICTURES = 25
"""Pictures with a label, and without it, below which nothing is learned of it."""

_FOLDS, _STEPS, _FLAT = 5, 2000, 1e-3
_RIDGE = 1.0  # of vectors of length 1: strong enough for a hundred labels, weak enough for thousands
_LEAST_AUC, _LEAST_RIGHT = 0.95, 0.8

Flags = NDArray[np.bool_]


class LabelsError(ModelError):
    """The file of labels cannot be used."""

    code, title = "labels", "Labels"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of a file of labels; None is "not looked at"."""

    file: Path
    nsfw: bool | None
    people: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A head and how right it is about pictures that it was not fitted to (five parts, each left out once).

    Attributes:
        head: ``nsfw`` or ``people``.
        measure: What ``value`` is.
    """

    head: str
    pictures: int
    rows: tuple[Row, ...]
    measure: str
    value: float
    least: float

    @property
    def passed(self) -> bool:
        """Whether the head may be used."""
        return bool(self.rows) and self.value >= self.least


def read_labels(path: Path) -> list[Labelled]:
    """A CSV with columns ``file`` (from its own folder on) and ``nsfw`` (0, 1) or ``people`` (a number).

    Raises:
        LabelsError: It is not such a file.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        found = [
            Labelled(path.parent / line["file"], _flag(line.get("nsfw")), _number(line.get("people")))
            for line in lines
        ]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError) as error:
        message = f"{path} is no file of labels: {type(error).__name__}: {error}."
        raise LabelsError(message) from error
    return found


def learn(folder: Path, labels: Sequence[Labelled], read: Callable[[Path], Pixels | None]) -> list[Fitted]:
    """Fit what the labels tell of: ``nsfw``, ``people`` or both.

    Args:
        folder: The model.
        labels: What somebody saw in the pictures.
        read: Gives uint8[h, w, 3] of a file; None for one that cannot be read, which is left out.
    """
    embedder = OnnxEmbedder(folder)
    manifest = embedder.manifest
    seen, vectors = [], []
    for label in labels:
        pixels = read(label.file)
        if pixels is not None:
            square = squared(pixels, manifest.image_size_px, manifest.resampling)
            seen.append(label)
            vectors.append(embedder.encode_images(square[None])[0])
    nsfw = [
        (vector, label.nsfw) for vector, label in zip(vectors, seen, strict=True) if label.nsfw is not None
    ]
    counted = [
        (vector, label.people)
        for vector, label in zip(vectors, seen, strict=True)
        if label.people is not None
    ]
    fitted = []
    if nsfw:
        fitted.append(
            fit_nsfw(np.stack([vector for vector, _ in nsfw]), np.array([flag for _, flag in nsfw]))
        )
    if counted:
        fitted.append(
            fit_people(np.stack([vector for vector, _ in counted]), np.array([n for _, n in counted]))
        )
    return fitted


def fit_nsfw(vectors: Vectors, nsfw: Flags) -> Fitted:
    """The head ``nsfw``; its measure is the area under the ROC curve."""
    if min(nsfw.sum(), (~nsfw).sum()) < LEAST_PICTURES:
        return Fitted("nsfw", len(nsfw), (), "area under the curve", 0.0, _LEAST_AUC)
    outside = np.empty(len(nsfw))
    for part in _parts(len(nsfw)):
        outside[part] = _logits(_fit("nsfw", vectors[~part], nsfw[~part]), vectors[part])
    row = _fit("nsfw", vectors, nsfw)
    return Fitted("nsfw", len(nsfw), (row,), "area under the curve", _area(outside, nsfw), _LEAST_AUC)


def fit_people(vectors: Vectors, counts: NDArray[np.int64]) -> Fitted:
    """The head ``people``, a row for each count that is seen often enough.

    Its measure is the share of right answers among those given: a head may say that it does not know.
    """
    often = [int(n) for n in np.unique(counts) if (counts == n).sum() >= LEAST_PICTURES]
    if len(often) < 2:  # noqa: PLR2004 - one count cannot be told from nothing
        return Fitted("people", len(counts), (), "right where it answers", 0.0, _LEAST_RIGHT)
    told = np.full(len(counts), -1)
    for part in _parts(len(counts)):
        head = _head([_fit(str(n), vectors[~part], counts[~part] == n) for n in often])
        for place in np.flatnonzero(part):
            found = head.findings(vectors[place])
            told[place] = int(found[0].label) if found else -1
    rows = tuple(_fit(str(n), vectors, counts == n) for n in often)
    given = told >= 0
    right = float((told == counts)[given].mean()) if given.any() else 0.0
    return Fitted("people", len(counts), rows, "right where it answers", right, _LEAST_RIGHT)


def add_head(folder: Path, fitted: Fitted) -> None:
    """Put a head into a model's folder; vectors stay as they are, and so does the model's version."""
    with np.load(folder / HEADS, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    head = _head(fitted.rows)
    arrays |= {
        f"{fitted.head}_labels": np.array(head.labels),
        f"{fitted.head}_vectors": head.vectors.astype(np.float16),
        f"{fitted.head}_slopes": head.slopes,
        f"{fitted.head}_offsets": head.offsets,
    }
    fresh = folder / f"{os.getpid()}.npz"
    np.savez_compressed(fresh, allow_pickle=False, **arrays)
    fresh.replace(folder / HEADS)
    manifest = ManifestFile.model_validate_json((folder / MANIFEST).read_bytes())
    found = digest(folder / HEADS)
    files = manifest.files | ({HEADS: found.sha256} if found else {})
    write_manifest(
        folder, manifest.model_copy(update={"files": files, "knows": manifest.knows | {fitted.head}})
    )


def _fit(label: str, vectors: Vectors, has: Flags) -> Row:
    """Logistic regression with a ridge, by gradients with momentum: no step costs more than one look at all.

    Source: Y. Nesterov, "Introductory Lectures on Convex Optimization", 2004, 2.2 (constant step scheme).
    """
    inputs = np.concatenate([vectors, np.ones((len(vectors), 1))], 1).astype(np.float64)
    ridge = np.full(inputs.shape[1], _RIDGE)
    ridge[-1] = 0.0  # how frequent a label is must not be shrunk
    steepest = (inputs**2).sum() / 4 + _RIDGE
    momentum = (steepest**0.5 - _RIDGE**0.5) / (steepest**0.5 + _RIDGE**0.5)
    weights = ahead = np.zeros(inputs.shape[1])
    for _ in range(_STEPS):
        likely = 0.5 + 0.5 * np.tanh(inputs @ ahead / 2)
        slope = inputs.T @ (likely - has) + ridge * ahead
        before, weights = weights, ahead - slope / steepest
        ahead = weights + momentum * (weights - before)
        if np.abs(slope).max() < _FLAT:
            break
    length = float(np.linalg.norm(weights[:-1])) or 1.0
    return Row(label, (weights[:-1] / length).astype(np.float32), length, float(weights[-1]))


def _logits(row: Row, vectors: Vectors) -> NDArray[np.float64]:
    return row.slope * (vectors @ row.vector).astype(np.float64) + row.offset


def _head(rows: Sequence[Row]) -> Head:
    return Head(
        labels=tuple(row.label for row in rows),
        vectors=np.array([row.vector for row in rows], np.float32).reshape(len(rows), -1),
        slopes=np.array([row.slope for row in rows], np.float32),
        offsets=np.array([row.offset for row in rows], np.float32),
    )


def _parts(count: int) -> list[Flags]:
    """Which pictures each of the five parts leaves out; the same ones every time."""
    places = np.random.default_rng(0).permutation(count) % _FOLDS
    return [places == part for part in range(_FOLDS)]


def _area(scores: NDArray[np.float64], has: Flags) -> float:
    """How often a picture that has it scores above one that has not; ties count half."""
    above = (scores[has][:, None] > scores[~has][None, :]).mean()
    equal = (scores[has][:, None] == scores[~has][None, :]).mean()
    return float(above + equal / 2)


def _flag(value: str | None) -> bool | None:
    if not value:
        return None
    return {"0": False, "1": True}[value.strip()]


def _number(value: str | None) -> int | None:
    if not value:
        return None
    number = int(value)
    if number < 0:
        message = f"{number} people"
        raise ValueError(message)
    return number
