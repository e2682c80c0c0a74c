"""What every embedder promises, held against the model that ships and one that is exported from a CLIP checkpoint.

The latter has random weights: what a model must know, only the shipped one is asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.catalog.categories import Category
from lumenstock.embedding.model import DIM, Embedder, Pixels, from_f16, to_f16
from lumenstock.kernel.errors import ConfigurationError
from tests.encoders.made import made_model
from tools.train_demo import MODEL_FOLDER

MODELS = ("clip of random weights", "demo")
TEXTS = ["a red car", "sunset over the ocean", "", "?!", "zyxwv", "Ærøskøbing 北京", "word " * 500]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_model(tmp_path_factory.mktemp("clip"))


@pytest.fixture(params=MODELS)
def folder(request: pytest.FixtureRequest, clip: Path) -> Path:
    return MODEL_FOLDER if request.param == "demo" else clip


@pytest.fixture
def embedder(folder: Path) -> Embedder:
    return OnnxEmbedder(folder)


@pytest.fixture
def pixels(embedder: Embedder) -> Pixels:
    size_px = embedder.manifest.image_size_px
    return np.random.default_rng(0).integers(0, 255, (5, size_px, size_px, 3), np.uint8)


def test_pictures_become_unit_vectors_of_768_floats(embedder: Embedder, pixels: Pixels) -> None:
    vectors = embedder.encode_images(pixels)
    assert vectors.shape == (5, DIM) == (5, 768)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("value", [0, 255])
def test_a_picture_without_any_contrast_becomes_a_unit_vector(embedder: Embedder, value: int) -> None:
    size_px = embedder.manifest.image_size_px
    (vector,) = embedder.encode_images(np.full((1, size_px, size_px, 3), value, np.uint8))
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_texts_of_any_kind_become_unit_vectors_of_768_floats(embedder: Embedder) -> None:
    vectors = embedder.encode_texts(TEXTS)
    assert vectors.shape == (len(TEXTS), DIM)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_picture_s_vector_does_not_depend_on_the_others_in_its_batch(
    embedder: Embedder, pixels: Pixels
) -> None:
    alone = np.concatenate([embedder.encode_images(pixels[number : number + 1]) for number in range(5)])
    assert embedder.encode_images(pixels) == pytest.approx(alone, abs=1e-5)


def test_a_text_s_vector_does_not_depend_on_the_length_of_the_others(embedder: Embedder) -> None:
    alone = np.concatenate([embedder.encode_texts([text]) for text in TEXTS])
    assert embedder.encode_texts(TEXTS) == pytest.approx(alone, abs=1e-5)


def test_another_process_of_the_same_model_says_the_same(
    embedder: Embedder, folder: Path, pixels: Pixels
) -> None:
    again = OnnxEmbedder(folder)
    assert (embedder.encode_images(pixels) == again.encode_images(pixels)).all()
    assert (embedder.encode_texts(TEXTS) == again.encode_texts(TEXTS)).all()


def test_case_does_not_matter_and_words_do(embedder: Embedder) -> None:
    lower, upper, other = embedder.encode_texts(["red car", "RED Car", "snowy mountains"])
    assert lower @ upper == pytest.approx(1, abs=1e-5)
    assert lower @ other < 0.9


def test_the_shipped_model_tells_a_car_from_mountains() -> None:
    car, mountains = OnnxEmbedder(MODEL_FOLDER).encode_texts(["red car", "snowy mountains"])
    assert car @ mountains < 0.5


def test_half_precision_keeps_every_vector(embedder: Embedder, pixels: Pixels) -> None:
    vectors = embedder.encode_images(pixels)
    kept = np.stack([from_f16(stored) for stored in to_f16(vectors)])
    assert (kept * vectors).sum(1) == pytest.approx(1, abs=1e-5)


def test_the_heads_are_those_that_the_manifest_says_it_knows(embedder: Embedder) -> None:
    knows = embedder.manifest.knows
    assert (embedder.tags is not None) == ("tags" in knows)
    assert (embedder.categories is not None) == ("categories" in knows)
    for head in (embedder.tags, embedder.categories):
        if head is not None:
            assert head.vectors.shape == (len(head.labels), DIM)
            assert np.linalg.norm(head.vectors, axis=1) == pytest.approx(1, abs=2e-3)


def test_categories_are_those_of_the_marketplace(embedder: Embedder) -> None:
    assert embedder.categories is None or set(embedder.categories.labels) <= set(Category)


def test_the_manifest_vouches_for_every_file_and_names_no_other(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    present = {file.name for file in folder.iterdir()} - {"manifest.json", "NOTICE"}
    assert manifest["files"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in present
    }


def _copied(folder: Path, target: Path) -> Path:
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


@pytest.mark.parametrize("name", ["image.onnx", "text.onnx", "tokenizer.json", "heads.npz"])
@pytest.mark.parametrize("fault", ["changed", "missing"])
def test_a_file_that_is_not_the_manifest_s_is_never_used(
    folder: Path, tmp_path: Path, pixels: Pixels, name: str, fault: str
) -> None:
    file = _copied(folder, tmp_path) / name
    file.write_bytes(file.read_bytes() + b" ") if fault == "changed" else file.unlink()
    embedder = OnnxEmbedder(tmp_path)
    uses: dict[str, Callable[[], object]] = {
        "image.onnx": lambda: embedder.encode_images(pixels),
        "text.onnx": lambda: embedder.encode_texts(["car"]),
        "tokenizer.json": lambda: embedder.encode_texts(["car"]),
        "heads.npz": lambda: embedder.tags,
    }
    with pytest.raises(ConfigurationError, match=name):
        uses[name]()


def test_searching_never_loads_the_image_tower(folder: Path, tmp_path: Path) -> None:
    (_copied(folder, tmp_path) / "image.onnx").unlink()
    assert OnnxEmbedder(tmp_path).encode_texts(["car"]).shape == (1, DIM)


@pytest.mark.parametrize("content", [None, b"{}", b"not json"])
def test_a_folder_without_a_valid_manifest_is_no_model(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(ConfigurationError):
        OnnxEmbedder(tmp_path)
