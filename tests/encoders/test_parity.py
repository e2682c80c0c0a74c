"""Our graphs and sentence-transformers say the same of the same checkpoint.

The oracle's answers are kept (`make parity` asks it anew): torch takes 5 GB, and its word does not change.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from encoders.checkpoint import Checkpoint
from encoders.graph import Precision
from encoders.towers import image_graph, text_graph
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.folder import IMAGE_GRAPH, IMAGE_GRAPH_FP16, TEXT_GRAPH, TEXT_GRAPH_INT8
from lumenstock.embedding.model import Resampling, Vectors
from lumenstock.embedding.preprocess import squared
from tools.clip_parity import ANSWERS
from tools.clip_parity.compare import Answers, cosines, our_answers
from tools.clip_parity.samples import TEXTS, pictures

LEAST_COSINE = 0.99999
LONGEST = 77


@pytest.fixture(scope="module")
def oracle() -> Answers:
    return Answers.read(ANSWERS)


@pytest.fixture(scope="module")
def ours(made: Path) -> Answers:
    return our_answers(OnnxEmbedder(made))


def _run(file: Path, **given: object) -> Vectors:
    session = onnxruntime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
    (vectors,) = session.run(None, given)
    return np.asarray(vectors, np.float32)


def _ids(model: Path, length: int | None = None) -> list[np.ndarray]:
    """Ids of each text by itself, or padded to ``length`` with the end."""
    embedder = OnnxEmbedder(model)
    rows = [np.array([embedder.tokens(text)]) for text in TEXTS]
    if length is None:
        return rows
    return [np.pad(row, ((0, 0), (0, length - row.shape[1])), constant_values=row[0, -1]) for row in rows]


def test_the_oracle_was_sentence_transformers(oracle: Answers) -> None:
    assert oracle.by.startswith("sentence-transformers ")


def test_every_text_becomes_the_oracle_s_tokens(ours: Answers, oracle: Answers) -> None:
    assert ours.tokens.tolist() == oracle.tokens.tolist()


def test_every_text_has_the_oracle_s_vector(ours: Answers, oracle: Answers) -> None:
    assert cosines(ours.texts, oracle.texts).min() >= LEAST_COSINE


def test_every_picture_has_the_oracle_s_vector_resized_and_cropped_in_the_graph(
    ours: Answers, oracle: Answers
) -> None:
    assert cosines(ours.images, oracle.images).min() >= LEAST_COSINE


def test_a_picture_squared_by_the_pipeline_has_the_oracle_s_vector(made: Path, oracle: Answers) -> None:
    embedder = OnnxEmbedder(made)
    assert embedder.manifest.resampling is Resampling.BICUBIC
    squares = [
        squared(picture, embedder.manifest.image_size_px, Resampling.BICUBIC) for picture in pictures()
    ]
    assert cosines(embedder.encode_images(np.stack(squares)), oracle.images).min() >= LEAST_COSINE


def test_texts_and_pictures_differ_enough_for_parity_to_mean_something(oracle: Answers) -> None:
    for vectors in (oracle.texts, oracle.images):
        likeness = vectors @ vectors.T
        assert np.median(likeness[np.triu_indices(len(vectors), 1)]) < 0.99


def test_a_query_of_only_its_own_tokens_equals_the_padded_one(made: Path) -> None:
    short = np.concatenate([_run(made / TEXT_GRAPH, ids=ids) for ids in _ids(made)])
    full = np.concatenate([_run(made / TEXT_GRAPH, ids=ids) for ids in _ids(made, LONGEST)])
    assert (short * full).sum(1).min() >= LEAST_COSINE


def test_int8_queries_stay_near_fp32_and_are_a_third_of_its_size(made: Path) -> None:
    ids = np.concatenate(_ids(made, LONGEST))
    whole, bytes_ = (_run(made / name, ids=ids) for name in (TEXT_GRAPH, TEXT_GRAPH_INT8))
    near = (whole * bytes_).sum(1)
    assert 0.999 <= near.min() <= near.max() < 1 - 1e-7
    assert (made / TEXT_GRAPH_INT8).stat().st_size < (made / TEXT_GRAPH).stat().st_size * 0.35


def test_fp16_images_stay_near_fp32_and_are_half_its_size(made: Path) -> None:
    pixels = pictures()[2][None]
    whole, halves = (_run(made / name, pixels=pixels) for name in (IMAGE_GRAPH, IMAGE_GRAPH_FP16))
    assert (whole * halves).sum() >= 0.9999
    assert (made / IMAGE_GRAPH_FP16).stat().st_size < (made / IMAGE_GRAPH).stat().st_size * 0.55


def test_images_are_never_int8(made: Path) -> None:
    with pytest.raises(ValueError, match="fp16 or fp32"):
        image_graph(Checkpoint.open(made.parent / "checkpoint"), Precision.INT8)


def test_the_same_checkpoint_gives_the_same_bytes(made: Path) -> None:
    again = Checkpoint.open(made.parent / "checkpoint")
    assert text_graph(again, Precision.INT8) == (made / TEXT_GRAPH_INT8).read_bytes()
    assert image_graph(again, Precision.FP16) == (made / IMAGE_GRAPH_FP16).read_bytes()
