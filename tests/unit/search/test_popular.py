from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.search.popular import CALLERS, REMEMBERED, PopularQueries
from tests.unit.search.clocks import StandingClock

KEY = b"k" * 32


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def popular(clock: StandingClock) -> PopularQueries:
    return PopularQueries(clock, KEY)


def ask(popular: PopularQueries, query: str, callers: int) -> None:
    for number in range(callers):
        popular.note(query, f"198.51.{number}.7")


def test_a_query_shows_once_enough_different_callers_asked_it(popular: PopularQueries) -> None:
    ask(popular, "Golden  Hour", CALLERS - 1)
    assert popular.beginning("gold", 8) == ()
    popular.note("golden hour", "203.0.113.1")
    assert popular.beginning(" GOLD", 8) == ("golden hour",)
    assert popular.beginning("hour", 8) == ()


@pytest.mark.parametrize(
    "addresses",
    [
        ["198.51.100.7"] * 20,
        [f"198.51.100.{number}" for number in range(20)],
        [f"2001:db8:1:1::{number}" for number in range(20)],
        ["", "unknown", "1.2.3", "::/0", "1.2.3.4:80"] * 5,
    ],
)
def test_one_caller_is_one_however_often_and_from_whichever_address_of_a_network(
    popular: PopularQueries, addresses: list[str]
) -> None:
    for address in addresses:
        popular.note("golden hour", address)
    assert popular.beginning("golden", 8) == ()


def test_a_day_later_a_caller_no_longer_counts(popular: PopularQueries, clock: StandingClock) -> None:
    ask(popular, "golden hour", CALLERS)
    clock.move(23 * 3600)
    assert popular.beginning("golden", 8) == ("golden hour",)
    clock.move(2 * 3600)
    assert popular.beginning("golden", 8) == ()


def test_those_of_most_callers_come_first_and_ties_by_name(popular: PopularQueries) -> None:
    for query, callers in {"red car": 6, "red barn": 5, "red apple": 5, "blue car": 9}.items():
        ask(popular, query, callers)
    assert popular.beginning("red", 8) == ("red car", "red apple", "red barn")
    assert popular.beginning("red", 1) == ("red car",)


@pytest.mark.parametrize(
    "query", ["ann@example.org", "call 0171 234567", "https://x.org", "4111 1111", "a" * 81, '"x"', "  "]
)
def test_what_is_more_than_words_is_not_counted(popular: PopularQueries, query: str) -> None:
    ask(popular, query, CALLERS)
    assert popular.beginning(query[:2], 8) == ()


@pytest.mark.parametrize(
    "query", ["route 66", "children's book", "black-white cat", "übergröße", "東京 夜景"]
)
def test_plain_words_of_any_language_are(popular: PopularQueries, query: str) -> None:
    ask(popular, query, CALLERS)
    assert len(popular.beginning(query[:2], 8)) == 1


def test_memory_is_bounded_and_what_was_asked_last_stays(popular: PopularQueries) -> None:
    ask(popular, "golden hour", CALLERS)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for number in range(REMEMBERED):
        one, two, three = number // 676 % 26, number // 26 % 26, number % 26
        popular.note(f"x{letters[one]}{letters[two]}{letters[three]}", "203.0.113.9")
    assert popular.beginning("golden", 8) == ()
    ask(popular, "silver", CALLERS)
    assert popular.beginning("silver", 8) == ("silver",)


@given(st.text(max_size=100), st.text(max_size=50))
def test_nothing_is_an_error(query: str, address: str) -> None:
    popular = PopularQueries(StandingClock(), KEY)
    popular.note(query, address)
    assert popular.beginning(query, 8) == ()
