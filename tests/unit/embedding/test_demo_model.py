from __future__ import annotations

from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from tools.train_demo import MODEL_FOLDER

SHIPPED_MB = 9


def test_the_model_is_small_enough_to_ship() -> None:
    assert sum(file.stat().st_size for file in MODEL_FOLDER.iterdir()) <= SHIPPED_MB * 1_000_000


def test_the_model_says_that_it_is_a_demonstrator_and_whose_words_it_learned_from() -> None:
    manifest = OnnxEmbedder(MODEL_FOLDER).manifest
    notice = (MODEL_FOLDER / "NOTICE").read_text()
    assert "demonstrator" in notice.lower()
    assert "not CLIP" in notice
    for text in (notice, manifest.licence):
        assert "all-MiniLM-L6-v2" in text
        assert "Apache-2.0" in text


def test_it_does_not_claim_to_know_what_is_indecent_or_who_is_in_the_picture() -> None:
    manifest = OnnxEmbedder(MODEL_FOLDER).manifest
    assert manifest.knows == {"tags", "categories"}
    assert manifest.visual_weight <= 0.3
