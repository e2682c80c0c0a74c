from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.kernel.ids import ImageId
from lumenstock.search.boost import Boost
from lumenstock.search.hybrid import Leg, fuse
from lumenstock.search.ports import Signals

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
OLD_S = 0


def days_ago(days: float) -> int:
    return int((NOW - timedelta(days=days)).timestamp())


def test_what_is_neither_is_not_boosted() -> None:
    assert Boost().factor(Signals(OLD_S, premium=False, trending=0.0), NOW) == pytest.approx(1)


def test_shares_add_up() -> None:
    boost = Boost(premium=0.1, trending=0.2, fresh=0.4)
    assert boost.factor(Signals(days_ago(0), premium=True, trending=0.5), NOW) == pytest.approx(1.6)


def test_freshness_halves_every_half_life() -> None:
    boost = Boost(fresh=0.4, fresh_days=10)
    aged = [boost.factor(Signals(days_ago(age), premium=False, trending=0), NOW) for age in (0, 10, 20)]
    assert aged == pytest.approx([1.4, 1.2, 1.1])


def test_what_comes_from_the_future_is_as_fresh_as_today() -> None:
    of = [Boost().factor(Signals(days_ago(age), premium=False, trending=0), NOW) for age in (-3, 0)]
    assert of[0] == of[1]


@given(st.integers(0, 86_399))
def test_all_of_one_day_see_the_same_order(second: int) -> None:
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    signals = Signals(days_ago(7), premium=True, trending=0.3)
    assert Boost().factor(signals, midnight + timedelta(seconds=second)) == Boost().factor(signals, midnight)


def test_a_boost_lifts_by_a_few_ranks_and_not_by_many() -> None:
    ids = [ImageId(f"{n:02d}") for n in range(40)]
    fused = [item.id for item in fuse([Leg(ids)], {ids[4]: 1.05, ids[30]: 1.05})]
    assert fused.index(ids[4]) == 1
    assert fused.index(ids[30]) > 20
