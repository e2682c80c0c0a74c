from __future__ import annotations

import pytest

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from tools.train_demo import MODEL_FOLDER
from tools.train_demo.evaluate import HELD_OUT_SEEDS, QUERY_SEEDS, Report, evaluate

SHIPPED_MB = 9


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    index = EmbeddedIndex(tmp_path_factory.mktemp("index"))
    return evaluate(OnnxEmbedder(MODEL_FOLDER), index, HELD_OUT_SEEDS, QUERY_SEEDS[:500])


@pytest.mark.slow
def test_five_finds_of_a_thousand_unseen_scenes_are_of_the_query_s_kind(report: Report) -> None:
    assert len(HELD_OUT_SEEDS) == 1000
    assert report.precision >= 0.85


@pytest.mark.slow
def test_no_kind_is_lost_altogether(report: Report) -> None:
    assert min(report.by_kind.values()) > 0.25


@pytest.mark.slow
def test_words_that_it_never_saw_are_mostly_understood(report: Report) -> None:
    assert sum(report.unseen.values()) / len(report.unseen) >= 0.6


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
