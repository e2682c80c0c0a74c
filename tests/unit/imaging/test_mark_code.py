from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.imaging.mark_code import CODE_BITS, code_of, payload_of

PAYLOADS = st.integers(0, 2**48 - 1)


def clear(payload: int) -> np.ndarray:
    """What is read of a code that nothing disturbed."""
    return np.where(code_of(payload), 1.0, -1.0)


def seen(payload: int, noise: float, seed: int) -> np.ndarray:
    """A code under noise of this deviation."""
    return clear(payload) + np.random.default_rng(seed).normal(0, noise, CODE_BITS)


@given(PAYLOADS)
def test_a_code_gives_its_payload_back(payload: int) -> None:
    assert payload_of(clear(payload)) == payload


@given(PAYLOADS, st.lists(st.integers(0, CODE_BITS - 1), min_size=1, max_size=11, unique=True))
def test_any_eleven_wrong_bits_of_256_are_mended(payload: int, wrong: list[int]) -> None:
    """The free distance is 24; eleven are less than half of it."""
    read = clear(payload)
    read[wrong] *= -1
    assert payload_of(read) == payload


@given(PAYLOADS, st.integers(0, CODE_BITS - 1))
def test_a_run_of_twelve_lost_bits_is_filled_in_wherever_it_lies(payload: int, start: int) -> None:
    read = clear(payload)
    read[(np.arange(12) + start) % CODE_BITS] = 0
    assert payload_of(read) == payload


def test_a_fifth_of_wrong_bits_is_mended_where_they_are_unclear() -> None:
    read = [seen(seed * 97, 1.2, seed) for seed in range(40)]
    wrong = np.mean([(values > 0) != code_of(seed * 97) for seed, values in enumerate(read)])
    assert 0.19 < wrong < 0.22
    assert sum(payload_of(values) == seed * 97 for seed, values in enumerate(read)) >= 37


def test_chance_is_read_as_nothing() -> None:
    """One in 8,192 would pass the checksum."""
    chance = np.random.default_rng(0).normal(size=(300, CODE_BITS))
    assert [payload for values in chance if (payload := payload_of(values)) is not None] == []


def test_the_same_payload_has_the_same_code_for_ever() -> None:
    assert np.packbits(code_of(0xABCDEF012345)).tobytes().hex() == (
        "0710b5396cf766d718837c34c8932bc0a594c1238fd285f2f4f60dab3b759352"
    )


def test_a_payload_of_more_than_48_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        code_of(2**48)
