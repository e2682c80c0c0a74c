"""How good the search is: a thousand scenes, embedded once, and every figure held against the baseline."""

from __future__ import annotations

from math import log2
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.kernel.errors import ConfigurationError
from tools.search_quality import HELD_OUT_SEEDS, QUERY_SEEDS, photos
from tools.search_quality.baseline import MARGIN, PAGE, faults, page, read_baseline
from tools.search_quality.measure import Figure, measure
from tools.search_quality.ranking import ndcg, precision
from tools.train_demo import MODEL_FOLDER

COPIES = (
    "re-encoded copies",
    "mirrored copies",
    "copies without 5 % at each side",
    "copies without a fifth",
)


@pytest.fixture(scope="module")
def figures() -> tuple[Figure, ...]:
    return measure(OnnxEmbedder(MODEL_FOLDER), HELD_OUT_SEEDS, QUERY_SEEDS)


@pytest.mark.slow
@pytest.mark.xdist_group("search quality")
def test_the_search_is_as_good_as_is_asked_and_as_it_was(figures: tuple[Figure, ...]) -> None:
    assert len(HELD_OUT_SEEDS) == 1000
    assert faults(figures, read_baseline()) == []


@pytest.mark.slow
@pytest.mark.xdist_group("search quality")
def test_what_is_asked_of_the_search_is_what_buyers_were_promised(figures: tuple[Figure, ...]) -> None:
    least = {figure.name: figure.least for figure in figures}
    value = {figure.name: figure.value for figure in figures}
    assert least["captions: semantic P@5"] == 0.85
    assert least["unseen words: semantic P@5"] == 0.6
    assert least["colour filter: precision"] == 0.95
    assert min(least[f"similar: {what} first"] or 0 for what in COPIES) >= 0.93
    for asked in ("captions", "unseen words"):
        better = max(value[f"{asked}: keyword nDCG@10"], value[f"{asked}: semantic nDCG@10"])
        assert least[f"{asked}: hybrid nDCG@10"] == pytest.approx(better - 0.02)


def test_the_page_tells_the_baseline() -> None:
    assert PAGE.read_text() == page(), "run `make search-quality ARGS=--write`"


BEFORE = {"one": 0.9, "two": 0.5}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((0.9, 0.5), 0),
        ((0.9 - MARGIN * 0.9, 0.5), 0),
        ((0.9 - MARGIN * 1.1, 0.5), 1),
        ((0.9, 0.39), 2),
        ((1.0, 1.0), 0),
    ],
)
def test_a_fall_by_more_than_the_margin_and_too_little_are_told(
    values: tuple[float, float], told: int
) -> None:
    one, two = values
    assert len(faults([Figure("one", one), Figure("two", two, 0.4)], BEFORE)) == told


def test_a_figure_that_nobody_measures_any_more_is_told_but_for_photos() -> None:
    assert faults([Figure("one", 0.9)], {**BEFORE, "22 photos: hybrid nDCG@10": 0.7}) == [
        "two was not measured."
    ]


def test_ndcg_is_the_textbook_s() -> None:
    gains, ideal = [0.0, 2.0, 1.0], [2.0, 1.0, 1.0]
    best = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert ndcg(gains, ideal) == pytest.approx((2 / log2(3) + 1 / log2(4)) / best)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_no_order_is_better_than_the_ideal_one(gains: list[float], chance: object) -> None:
    shuffled = gains.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # random.Random
    assert 0 <= ndcg(shuffled, gains) <= 1 + 1e-9
    assert ndcg(sorted(gains, reverse=True), gains) == pytest.approx(1)


def test_an_empty_place_is_a_wrong_one() -> None:
    assert precision([True, True], 5) == 0.4


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Three photos, two of them with a title."""
    for number, name in enumerate(("sea.jpg", "fire.jpg", "nameless.jpg")):
        noise = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / name)
    (tmp_path / photos.OWN_LABELS).write_text(
        '[titles]\n"sea.jpg" = "Calm sea"\n"fire.jpg" = "Camp fire"\n"lost.jpg" = "Lost"\n'
        '[questions]\nsea = ["sea.jpg", "lost.jpg"]\nlost = ["lost.jpg"]\n'
    )
    return tmp_path


def test_only_photos_that_are_there_are_asked_for(album: Path) -> None:
    labels = photos.labels_for(album)
    assert labels.titles.keys() == {"sea.jpg", "fire.jpg"}
    assert labels.questions == {"sea": {"sea.jpg"}}


def test_photos_are_found_by_their_titles(album: Path) -> None:
    found = photos.measure(OnnxEmbedder(MODEL_FOLDER), album)
    assert found == photos.Found(count=2, titles=1.0, both=1.0, copies_first=1.0)


def test_a_folder_without_a_title_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").touch()
    with pytest.raises(ConfigurationError, match=photos.OWN_LABELS):
        photos.labels_for(tmp_path)
