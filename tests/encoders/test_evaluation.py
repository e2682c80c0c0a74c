from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from encoders.errors import EvaluationError
from encoders.evaluation import evaluate, let_serve, overlap_at_10
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import MANIFEST, TEXT_GRAPH, TEXT_GRAPH_INT8
from lumenstock.embedding.model import Pixels
from tools.train_demo import MODEL_FOLDER

QUERIES = [f"{size} {thing}" for size in ("red", "snowy", "night", "ocean") for thing in "abcdefgh"]


@pytest.fixture(scope="module")
def pictures() -> list[Pixels]:
    random = np.random.default_rng(3)
    return [random.integers(0, 256, (60, 70, 3), np.uint8) for _ in range(100)]


def _serving(folder: Path) -> str:
    serving: str = json.loads((folder / MANIFEST).read_text())["queries"]
    return serving


def test_a_model_that_keeps_its_promises_passes_and_int8_may_serve(
    model: Path, pictures: list[Pixels]
) -> None:
    evaluation = evaluate(model, pictures, QUERIES, least_overlap=0)
    assert evaluation.passed
    assert evaluation.cosine
    assert 0.99 < evaluation.cosine[0] <= evaluation.cosine[1] < 1
    assert set(evaluation.p50_ms) == {TEXT_GRAPH, TEXT_GRAPH_INT8}
    assert let_serve(model, evaluation) == _serving(model) == TEXT_GRAPH_INT8
    served, int8 = (
        OnnxEmbedder(model, queries=name).encode_texts(["night"]) for name in ("", TEXT_GRAPH_INT8)
    )
    assert (served == int8).all()


def test_int8_that_finds_other_pictures_may_not_serve(model: Path, pictures: list[Pixels]) -> None:
    let_serve(model, evaluate(model, pictures, QUERIES, least_overlap=0))
    evaluation = evaluate(model, pictures, QUERIES, least_overlap=1)
    assert [gate.name for gate in evaluation.gates if not gate.passed] == ["int8 with fp32, overlap@10"]
    assert let_serve(model, evaluation) == _serving(model) == TEXT_GRAPH


def test_a_model_without_int8_is_evaluated_by_what_it_has(pictures: list[Pixels]) -> None:
    evaluation = evaluate(MODEL_FOLDER, pictures, QUERIES)
    assert evaluation.passed
    assert evaluation.cosine is None
    assert len(evaluation.gates) == 2


@pytest.mark.parametrize(("some", "asked"), [(99, 32), (100, 19), (0, 0)])
def test_too_little_to_evaluate_with_is_no_evaluation(
    model: Path, pictures: list[Pixels], some: int, asked: int
) -> None:
    with pytest.raises(EvaluationError, match=f"{some} pictures and {asked} queries"):
        evaluate(model, pictures[:some], QUERIES[:asked])


def test_the_overlap_counts_what_both_find_among_ten() -> None:
    images = np.eye(40, dtype=np.float32)
    one, other = np.zeros((2, 2, 40), np.float32)
    one[0, :10] = other[0, :10] = 1  # the same ten
    one[1, :10] = 1
    other[1, 5:15] = 1  # five of them
    assert overlap_at_10(one, other, images) == pytest.approx(0.75)
