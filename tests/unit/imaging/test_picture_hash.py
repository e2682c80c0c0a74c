from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lumenstock.imaging.picture_hash import NEAR, PictureHash
from lumenstock.imaging.picture_hashing import picture_hash
from tools.scenes import scene

FULL = (5_000_002, 5_000_003, 5_000_004, 5_000_005, 5_000_007, 5_000_008)  # not mere gradients
T = Image.Transpose
ORIENTATIONS = [
    T.FLIP_LEFT_RIGHT,
    T.FLIP_TOP_BOTTOM,
    T.ROTATE_180,
    T.ROTATE_90,
    T.ROTATE_270,
    T.TRANSPOSE,
    T.TRANSVERSE,
]


def shown(seed: int = FULL[1]) -> Image.Image:
    return scene(seed, 400, 300).picture


def hashed(picture: Image.Image) -> PictureHash:
    found = picture_hash(np.asarray(picture))
    assert found is not None
    return found


def bits_apart(one: PictureHash, other: PictureHash) -> int:
    return (one.bits ^ other.bits).bit_count()


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=lambda one: one.name)
def test_a_picture_is_known_in_every_orientation_though_its_bits_are_others(orientation: T) -> None:
    upright, turned = hashed(shown()), hashed(shown().transpose(orientation))
    assert bits_apart(upright, turned) > NEAR
    assert upright.distance(turned) <= 8
    assert turned.distance(upright) <= 8


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=lambda one: one.name)
def test_a_turned_picture_shares_a_band_with_the_upright_one(orientation: T) -> None:
    known, turned = hashed(shown()), hashed(shown().transpose(orientation))
    assert {*turned.bands_in_doubt()} & {*known.bands()}


def test_other_pictures_are_far_whichever_way_they_are_turned() -> None:
    known = [hashed(shown(seed)) for seed in FULL]
    distances = [a.distance(b) for at, a in enumerate(known) for b in known[at + 1 :]]
    assert min(distances) > NEAR


def test_at_another_size_it_is_almost_the_same() -> None:
    assert hashed(shown()).distance(hashed(shown().resize((200, 150)))) <= 8


def test_what_shows_nothing_has_no_hash() -> None:
    assert picture_hash(np.full((200, 300, 3), 127, np.uint8)) is None


def test_a_picture_that_is_its_own_mirror_image_has_no_hash() -> None:
    """Half of its waves are nothing, and their signs chance."""
    half = np.asarray(shown())
    assert picture_hash(np.concatenate([half, half[:, ::-1]], axis=1)) is None


def test_its_name_is_64_hex_digits_and_leads_back() -> None:
    found = PictureHash(0x2A)
    assert found.hex == "0" * 62 + "2a"
    assert PictureHash.of_hex(found.hex) == found


@given(st.integers(0, 2**256 - 1))
def test_the_bands_are_the_same_of_a_picture_mirrored_at_its_diagonal(bits: int) -> None:
    digits = f"{bits:0256b}"
    mirrored = "".join(digits[column::16] for column in range(16))
    assert PictureHash(int(mirrored, 2)).bands() == PictureHash(bits).bands()


def test_a_band_names_its_place_so_that_equal_bits_elsewhere_do_not_meet() -> None:
    bands = PictureHash(0).bands()
    assert len(set(bands)) == len(bands) == 2


def test_in_doubt_a_picture_is_looked_for_as_if_its_weakest_bits_were_wrong() -> None:
    found = hashed(shown())
    assert {*found.bands()} < {*found.bands_in_doubt()}
    assert len(found.bands_in_doubt()) == 8
    for place in found.doubtful[:2]:
        assert {*PictureHash(found.bits ^ 1 << (255 - place)).bands()} <= {*found.bands_in_doubt()}


def test_where_only_the_bits_are_known_there_is_no_doubt() -> None:
    known = PictureHash.of_hex(hashed(shown()).hex)
    assert known.bands_in_doubt() == known.bands()
    assert known == hashed(shown())
