"""Heads are learned from labels, kept only where they are right, and then tell in the pipeline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from encoders.errors import ModelError
from encoders.fitting import add_head, fit_nsfw, fit_people, read_labels
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.embedding.model import DIM, Vectors
from lumenstock.ingest.annotate import annotate

RANDOM = np.random.default_rng(11)
PIXELS = np.full((8, 8, 3), 90, np.uint8)


def _pictures(directions: Vectors, which: np.ndarray, noise: float = 0.6) -> Vectors:
    """Unit vectors near the direction that ``which`` names."""
    around = directions[which] + noise * RANDOM.standard_normal((len(which), DIM)) / DIM**0.5
    unit: Vectors = (around / np.linalg.norm(around, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.fixture
def directions() -> Vectors:
    made: Vectors = np.linalg.qr(RANDOM.standard_normal((DIM, 4)))[0].T.astype(np.float32)
    return made


@pytest.fixture
def which() -> np.ndarray:
    return np.arange(150) % 3


def test_a_head_that_is_right_outside_its_labels_is_used_by_the_pipeline(
    model: Path, directions: Vectors, which: np.ndarray
) -> None:
    vectors = _pictures(directions, which)
    nsfw, people = fit_nsfw(vectors, which == 2), fit_people(vectors, which)
    assert nsfw.passed
    assert people.passed
    before = annotate(OnnxEmbedder(model), vectors[0], PIXELS)
    assert (before.nsfw, before.people) == (None, None)
    for fitted in (nsfw, people):
        add_head(model, fitted)
    embedder = OnnxEmbedder(model)
    assert embedder.manifest.knows == {"tags", "categories", "nsfw", "people"}
    fresh = _pictures(directions, np.array([0, 1, 2]))
    found = [annotate(embedder, vector, PIXELS) for vector in fresh]
    assert [annotation.people for annotation in found] == [0, 1, 2]
    scores = [annotation.nsfw for annotation in found]
    assert max(scores[0] or 0, scores[1] or 0) < 0.5 < (scores[2] or 0) <= 1


def test_a_fitted_head_leaves_tags_and_categories_as_they_are(
    model: Path, directions: Vectors, which: np.ndarray
) -> None:
    before = OnnxEmbedder(model).tags
    add_head(model, fit_nsfw(_pictures(directions, which), which == 2))
    after = OnnxEmbedder(model).tags
    assert before
    assert after
    assert before.labels == after.labels
    assert (before.vectors == after.vectors).all()


def test_labels_that_the_vectors_do_not_show_are_not_learned(directions: Vectors, which: np.ndarray) -> None:
    vectors = _pictures(directions, np.zeros(150, int))
    assert not fit_nsfw(vectors, which == 2).passed
    assert not fit_people(vectors, which).passed


def test_too_few_labels_are_not_learned_from(directions: Vectors) -> None:
    few = np.arange(60) % 3 == 2
    assert not fit_nsfw(_pictures(directions, few.astype(int)), few).passed
    once = np.zeros(60, int)
    assert not fit_people(_pictures(directions, once), once).passed


def test_a_picture_like_none_of_the_labels_is_not_counted(
    model: Path, directions: Vectors, which: np.ndarray
) -> None:
    add_head(model, fit_people(_pictures(directions, which), which))
    assert annotate(OnnxEmbedder(model), directions[3], PIXELS).people is None


def test_labels_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("file,nsfw,people\na.jpg,0,2\nb.jpg,1,\nc/d.jpg,,0\n")
    first, second, third = read_labels(file)
    assert (first.file, first.nsfw, first.people) == (tmp_path / "a.jpg", False, 2)
    assert (second.nsfw, second.people) == (True, None)
    assert (third.nsfw, third.people) == (None, 0)


@pytest.mark.parametrize(
    "text",
    ["name,nsfw\na.jpg,1\n", "file,nsfw\na.jpg,yes\n", "file,people\na.jpg,-1\n", "file,people\na,x\n"],
)
def test_a_file_that_holds_no_labels_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(ModelError, match="is no file of labels"):
        read_labels(tmp_path / "labels.csv")
