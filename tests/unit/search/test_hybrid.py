from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.kernel.ids import ImageId
from lumenstock.search.hybrid import Leg, fuse

IDS = [ImageId(letter) for letter in "abcdefgh"]
rankings = st.permutations(IDS).flatmap(lambda ids: st.integers(0, len(ids)).map(lambda n: ids[:n]))


def order(*legs: Leg) -> str:
    return "".join(fused.id for fused in fuse(legs))


def test_one_leg_keeps_its_order() -> None:
    assert order(Leg([ImageId(letter) for letter in "cab"])) == "cab"


def test_a_place_counts_one_over_sixty_plus_rank() -> None:
    fused = fuse([Leg([ImageId("a"), ImageId("b")]), Leg([ImageId("b")], 0.5)])
    assert {item.id: item.score for item in fused} == pytest.approx({"a": 1 / 61, "b": 1 / 62 + 0.5 / 61})


def test_what_both_legs_find_comes_before_what_one_finds() -> None:
    assert order(Leg([ImageId("a"), ImageId("c")]), Leg([ImageId("b"), ImageId("c")]))[0] == "c"


def test_the_heavier_leg_decides() -> None:
    words, looks = [ImageId("a"), ImageId("b")], [ImageId("b"), ImageId("a")]
    assert order(Leg(words), Leg(looks, 0.3)) == "ab"
    assert order(Leg(words), Leg(looks, 1.7)) == "ba"


def test_equal_scores_come_by_rising_id() -> None:
    assert order(Leg([ImageId("b"), ImageId("a")]), Leg([ImageId("a"), ImageId("b")])) == "ab"


def test_a_leg_without_weight_only_adds_members() -> None:
    assert order(Leg([ImageId("b"), ImageId("a")]), Leg([ImageId("c"), ImageId("a")], 0.0)) == "bac"


def test_no_legs_fuse_to_nothing() -> None:
    assert fuse([]) == ()
    assert fuse([Leg([]), Leg([])]) == ()


@given(rankings, rankings, st.sampled_from((0.25, 0.5, 1.0)))
def test_the_fused_list_is_the_exact_one(words: list[ImageId], looks: list[ImageId], weight: float) -> None:
    exact: dict[ImageId, Fraction] = {}
    for ids, share in ((words, Fraction(1)), (looks, Fraction(weight))):
        for rank, item in enumerate(ids, start=1):
            exact[item] = exact.get(item, Fraction(0)) + share / (60 + rank)
    fused = fuse([Leg(words), Leg(looks, weight)])
    assert [item.id for item in fused] == sorted(exact, key=lambda item: (-exact[item], item))
