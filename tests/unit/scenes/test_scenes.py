from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image

from lumenstock.catalog.categories import Category
from tools.scenes import TRAINING_SEEDS, Scene, scene
from tools.scenes.kinds import KINDS, Kind
from tools.search_quality import HELD_OUT_SEEDS, QUERY_SEEDS
from tools.search_quality.unseen import UNSEEN_QUERIES

NAMES = [kind.name for kind in KINDS]
SMALL = (96, 72)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [scene(seed, *SMALL) for seed in range(600)]


def test_the_same_seed_gives_the_same_scene_to_the_last_pixel() -> None:
    for seed in range(20):
        one, two = scene(seed, *SMALL), scene(seed, *SMALL)
        assert (one.caption, one.tags) == (two.caption, two.tags)
        assert one.picture.tobytes() == two.picture.tobytes()


def test_another_size_shows_the_same_scene_finer() -> None:
    apart = []
    for seed in range(20):
        small, large = scene(seed, 160, 120), scene(seed, 640, 480)
        assert (small.caption, small.kind, small.tags) == (large.caption, large.kind, large.tags)
        reduced = [made.picture.resize((32, 24), Image.Resampling.BOX) for made in (small, large)]
        apart.append(np.abs(np.asarray(reduced[0], float) - np.asarray(reduced[1], float)).mean())
    assert np.mean(apart) < 4  # of 255; two different scenes are 60 apart
    assert max(apart) < 12


@pytest.mark.parametrize(("width_px", "height_px"), [(32, 32), (33, 61), (400, 100), (100, 400)])
def test_a_picture_has_the_size_that_was_asked_for(width_px: int, height_px: int) -> None:
    for seed in range(12):
        picture = scene(seed, width_px, height_px).picture
        assert picture.size == (width_px, height_px)
        assert picture.mode == "RGB"


def test_every_kind_turns_up_and_no_two_scenes_are_alike(scenes: list[Scene]) -> None:
    assert {made.kind for made in scenes} == set(NAMES)
    assert len({made.picture.tobytes() for made in scenes}) == len(scenes)


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_scene_is_labelled_as_its_kind(scenes: list[Scene], kind: Kind) -> None:
    made = next(made for made in scenes if made.kind == kind.name)
    assert made.tags[0] == made.kind
    assert len(set(made.tags)) == len(made.tags) > 1
    assert made.category == kind.category
    assert made.category in set(Category)
    assert np.asarray(made.picture).std() > 4


def test_captions_are_short_plain_english(scenes: list[Scene]) -> None:
    for made in scenes:
        assert re.fullmatch(r"[a-z]+( [a-z]+)+|[a-z]+", made.caption), made.caption
        assert not re.search(r"\ba [aeio]|\ban [^aeio]", made.caption), made.caption
        assert len(made.caption) < 100


def test_colours_in_the_words_are_tags(scenes: list[Scene]) -> None:
    named = [made for made in scenes if made.kind in {"car", "umbrella", "flower", "cat"}]
    for made in named:
        for colour in ("red", "blue", "purple", "yellow"):
            assert (colour in made.caption.split()) <= (colour in made.tags)


@pytest.mark.slow
def test_queries_called_unseen_share_no_word_with_any_caption() -> None:
    known = {word for seed in range(1500) for word in scene(seed, 32, 32).caption.split()}
    asked = {word for query in UNSEEN_QUERIES for word in query.split()}
    assert asked & known == set()
    assert {kind for kinds in UNSEEN_QUERIES.values() for kind in kinds} <= set(NAMES)


def test_measuring_and_training_take_different_scenes() -> None:
    assert not set(TRAINING_SEEDS) & (set(HELD_OUT_SEEDS) | set(QUERY_SEEDS))
    assert not set(HELD_OUT_SEEDS) & set(QUERY_SEEDS)
