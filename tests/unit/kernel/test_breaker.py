"""Closed, open, half-open."""

from __future__ import annotations

import pytest

from lumenstock.kernel.breaker import CircuitBreaker
from tests.unit.search.clocks import StandingClock


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def breaker(clock: StandingClock) -> CircuitBreaker:
    return CircuitBreaker(clock)


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def test_four_failures_in_a_row_are_let_pass(breaker: CircuitBreaker) -> None:
    fail(breaker, 4)
    assert breaker.allows()


def test_the_fifth_opens_it(breaker: CircuitBreaker) -> None:
    fail(breaker, 5)
    assert not breaker.allows()


def test_a_success_between_starts_the_count_anew(breaker: CircuitBreaker) -> None:
    fail(breaker, 4)
    breaker.succeeded()
    fail(breaker, 4)
    assert breaker.allows()


def test_failures_that_lie_more_than_half_a_minute_back_do_not_count(
    breaker: CircuitBreaker, clock: StandingClock
) -> None:
    fail(breaker, 4)
    clock.move(31)
    fail(breaker, 1)
    assert breaker.allows()


def test_after_a_minute_one_call_is_let_through(breaker: CircuitBreaker, clock: StandingClock) -> None:
    fail(breaker, 5)
    clock.move(59)
    assert not breaker.allows()
    clock.move(1)
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_it_closes_when_that_call_succeeds(breaker: CircuitBreaker, clock: StandingClock) -> None:
    fail(breaker, 5)
    clock.move(60)
    breaker.allows()
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_it_rests_again_when_that_call_fails(breaker: CircuitBreaker, clock: StandingClock) -> None:
    fail(breaker, 5)
    clock.move(60)
    breaker.allows()
    fail(breaker, 1)
    clock.move(59)
    assert not breaker.allows()
    clock.move(1)
    assert breaker.allows()


def test_a_trial_that_never_says_how_it_went_is_followed_by_another(
    breaker: CircuitBreaker, clock: StandingClock
) -> None:
    fail(breaker, 5)
    clock.move(60)
    assert breaker.allows()
    clock.move(60)
    assert breaker.allows()
