"""What a model may say without having been taught: the file of words, and how a word comes to be told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from encoders.errors import ModelError
from encoders.heads import zero_shot
from encoders.vocabulary import read_vocabulary
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.catalog.categories import Category
from tests.encoders.made import FEW_WORDS

FILE = """
neutral = ["a photo."]
[categories]
nature = ["a photo of nature."]
[[group]]
name = "one"
prompts = ["a photo of {}.", "{}"]
terms = "oak tree, roller\\ncoaster,"
"""


def test_the_vocabulary_has_a_thousand_terms_a_stock_agency_sells() -> None:
    tags = read_vocabulary().tags
    assert len(tags) >= 1000
    assert {"oak tree", "business meeting", "skyscraper", "copy space", "christmas tree"} <= set(tags)
    assert [term for term in tags if term != term.lower() or len(term.split()) > 4] == []
    assert all("{}" not in prompt for prompts in tags.values() for prompt in prompts)


def test_its_categories_are_all_those_of_the_marketplace() -> None:
    assert set(read_vocabulary().categories) == set(Category)


def test_every_term_goes_into_the_prompts_of_its_group(tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text(FILE)
    assert read_vocabulary(tmp_path / "words.toml").tags == {
        "oak tree": ("a photo of oak tree.", "oak tree"),
        "roller coaster": ("a photo of roller coaster.", "roller coaster"),
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("oak tree,", "oak tree, oak tree,"), "'oak tree' twice"),
        (FILE.replace('neutral = ["a photo."]', ""), "neutral"),
        (FILE.replace('terms = "', 'term = "'), "terms"),
        ("= =", "is no vocabulary"),
    ],
    ids=["a term twice", "no neutral prompts", "a misspelt key", "no TOML"],
)
def test_a_vocabulary_that_cannot_be_used_is_told_by_its_fault(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "words.toml").write_text(text)
    with pytest.raises(ModelError, match=told):
        read_vocabulary(tmp_path / "words.toml")


def test_a_label_s_confidence_is_the_model_s_odds_against_a_photo_of_nothing(made: Path) -> None:
    embedder, sharpness = OnnxEmbedder(made), 100.0
    (row,) = zero_shot(embedder, {"car": FEW_WORDS.tags["car"]}, FEW_WORDS.neutral, sharpness)
    means = [
        embedder.encode_texts(list(prompts)).mean(0) for prompts in (FEW_WORDS.tags["car"], FEW_WORDS.neutral)
    ]
    car, nothing = (mean / np.linalg.norm(mean) for mean in means)
    picture = np.random.default_rng(0).standard_normal(768)
    picture /= np.linalg.norm(picture)
    odds = np.exp(sharpness * np.array([car @ picture, nothing @ picture]))
    told = 1 / (1 + np.exp(-(row.slope * (row.vector @ picture) + row.offset)))
    assert told == pytest.approx(odds[0] / odds.sum(), abs=1e-4)
    assert np.linalg.norm(row.vector) == pytest.approx(1, abs=1e-5)


def test_what_says_nothing_is_told_nothing(made: Path) -> None:
    embedder = OnnxEmbedder(made)
    tags = embedder.tags
    assert tags
    neutral = embedder.encode_texts(list(FEW_WORDS.neutral)).mean(0)
    assert tags.findings(neutral / np.linalg.norm(neutral)) == ()
    (night,) = embedder.encode_texts(["night"])
    assert tags.findings(night)[0].label == "night"
