from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps

from lumenstock.imaging.grey import grey_levels, miniature
from lumenstock.imaging.miniature import LEVELS, SIDE, Miniature, resemblance
from tools.scenes import scene

SEEDS = range(5_000_100, 5_000_130)
FLAT = Miniature(bytes(LEVELS), 1.5)
small = st.builds(Miniature, st.binary(min_size=LEVELS, max_size=LEVELS), st.floats(0.01, 100))


def shown(seed: int) -> Image.Image:
    return scene(seed, 300, 225).picture


def made(picture: Image.Image) -> Miniature:
    return miniature(np.asarray(picture))


def fit(one: Image.Image, other: Image.Image) -> float:
    return float(resemblance(made(one), [made(other)])[0])


def cut(picture: Image.Image, random: np.random.Generator, least: float) -> Image.Image:
    """A part of a picture at a random place, of at least ``least`` of either side."""
    wide, tall = (round(side * random.uniform(least, 1)) for side in picture.size)
    left = int(random.integers(0, picture.width - wide + 1))
    top = int(random.integers(0, picture.height - tall + 1))
    return picture.crop((left, top, left + wide, top + tall))


def test_grey_levels_are_the_mean_brightness_of_their_fields() -> None:
    fields = np.arange(0, 256).reshape(SIDE, SIDE).astype(np.uint8)
    pixels = np.repeat(np.repeat(fields, 20, 0), 30, 1)[..., None].repeat(3, 2)
    assert np.abs(grey_levels(pixels, SIDE) - fields).max() < 10
    assert miniature(pixels).aspect == 1.5


@pytest.mark.parametrize(
    "change",
    [
        ImageOps.grayscale,
        ImageOps.mirror,
        lambda picture: picture.resize((150, 112)),
        lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
        lambda picture: ImageEnhance.Contrast(picture).enhance(0.7),
    ],
    ids=["grey", "mirrored", "smaller", "darker", "paler"],
)
def test_a_changed_copy_is_the_same_picture(change) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    fits = [fit(shown(seed), change(shown(seed)).convert("RGB")) for seed in SEEDS]
    assert min(fits) > 0.95


def test_a_crop_of_any_shape_is_the_same_picture_and_the_other_way_round() -> None:
    random = np.random.default_rng(1)
    whole = [shown(seed) for seed in SEEDS]
    parts = [cut(picture, random, 0.7) for picture in whole]
    fits = np.array([fit(one, part) for one, part in zip(whole, parts, strict=True)])
    assert np.mean(fits > 0.8) > 0.85
    assert fits == pytest.approx([fit(part, one) for one, part in zip(whole, parts, strict=True)], abs=0.02)


def test_another_picture_is_another_picture() -> None:
    looks = [made(shown(seed)) for seed in SEEDS]
    fits = [resemblance(look, [other for other in looks if other is not look]) for look in looks]
    assert np.mean(np.array(fits) > 0.7) < 0.01


def test_a_picture_turned_by_a_quarter_is_no_crop() -> None:
    assert max(fit(shown(seed), shown(seed).transpose(Image.Transpose.ROTATE_90)) for seed in SEEDS) < 0.7


def test_each_is_compared_for_itself() -> None:
    looks = [made(cut(shown(seed), np.random.default_rng(seed), 0.5)) for seed in SEEDS]
    together = resemblance(looks[0], looks)
    assert together.dtype == np.float32
    assert together.tolist() == pytest.approx([resemblance(looks[0], [one])[0] for one in looks], abs=1e-5)


@given(small, st.lists(small, min_size=1, max_size=4))
def test_whatever_is_compared_the_answer_is_a_correlation(asked: Miniature, others: list[Miniature]) -> None:
    fits = resemblance(asked, others)
    assert fits.shape == (len(others),)
    assert (fits >= -1).all()
    assert (fits <= 1 + 1e-5).all()


def test_what_is_flat_resembles_nothing_not_even_itself() -> None:
    assert resemblance(FLAT, [FLAT, made(shown(SEEDS[0]))]).max() == pytest.approx(0, abs=1e-6)


def test_what_cannot_have_been_cut_out_of_it_is_none() -> None:
    look = made(shown(SEEDS[0]))
    assert resemblance(look, [Miniature(look.levels, look.aspect * 4)])[0] == -1
