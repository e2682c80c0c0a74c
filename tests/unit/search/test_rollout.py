"""The record of a rollout: its steps, and what holds after any of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.kernel.errors import ConflictError
from lumenstock.search.rollout import Edition, Place, Rollout, State, opened

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OLD, NEW = "demo@1", "demo@2"
WAY = [State.FILLED, State.COMPARED, State.SWAPPED]


def begun(*states: State) -> Rollout:
    rollout = opened(None, OLD, NEW, NOW)
    for state in states:
        rollout = rollout.moved(state, NOW)
    return rollout


def test_a_rollout_begins_in_the_place_beside_what_answers() -> None:
    rollout = begun()
    assert rollout.serving == Edition(OLD, Place.FIRST)
    assert rollout.other == Edition(NEW, Place.SECOND)
    assert rollout.fed == (rollout.serving, rollout.other)


def test_a_swap_lets_the_new_model_answer_and_a_rollback_the_old_one() -> None:
    assert begun(*WAY).serving == Edition(NEW, Place.SECOND)
    assert begun(*WAY, State.ROLLED_BACK).serving == Edition(OLD, Place.FIRST)
    assert begun(*WAY, State.ROLLED_BACK, State.SWAPPED).serving == Edition(NEW, Place.SECOND)


@pytest.mark.parametrize("states", [WAY, [*WAY, State.ROLLED_BACK], WAY[:2], []])
def test_both_indices_are_fed_until_one_is_about_to_go(states: list[State]) -> None:
    rollout = begun(*states)
    assert {edition.model for edition in rollout.fed} == {OLD, NEW}
    closing = rollout.moved(State.CLOSING, NOW)
    assert closing.fed == (rollout.serving,)
    assert closing.moved(State.CLOSED, NOW).other is None


def test_a_rollout_cannot_be_swapped_before_it_was_compared() -> None:
    with pytest.raises(ConflictError, match="not swapped"):
        begun(State.FILLED).moved(State.SWAPPED, NOW)


def test_a_step_that_was_taken_is_not_taken_again() -> None:
    rollout = begun(*WAY)
    assert rollout.moved(State.SWAPPED, NOW) is rollout


def test_another_rollout_waits_for_the_end_of_this_one() -> None:
    with pytest.raises(ConflictError, match="finish it first"):
        opened(begun(State.FILLED), OLD, "clip@1", NOW)
    with pytest.raises(ConflictError, match="finish it first"):
        opened(begun(State.CLOSING), OLD, NEW, NOW)


def test_the_same_rollout_goes_on() -> None:
    rollout = begun(State.FILLED)
    assert opened(rollout, OLD, NEW, NOW) is rollout


def test_the_next_rollout_begins_where_the_last_one_ended() -> None:
    closed = begun(*WAY, State.CLOSING, State.CLOSED)
    following = opened(closed, "never asked for", "clip@1", NOW)
    assert following.serving == Edition(NEW, Place.SECOND)
    assert following.other == Edition("clip@1", Place.FIRST)
    assert following.version == closed.version + 1


def test_a_model_that_answers_is_not_rolled_out() -> None:
    with pytest.raises(ConflictError, match="already"):
        opened(None, OLD, OLD, NOW)
    with pytest.raises(ConflictError, match="already"):
        opened(begun(*WAY, State.CLOSING, State.CLOSED), OLD, NEW, NOW)


@given(st.lists(st.sampled_from(State), max_size=30))
def test_whatever_is_tried_two_indices_are_of_two_models_in_two_places(tried: list[State]) -> None:
    rollout, swapped = begun(), False
    for state in tried:
        before = rollout
        try:
            rollout = rollout.moved(state, NOW)
        except ConflictError:
            rollout = before
        if rollout.state is State.SWAPPED:
            swapped = True
        elif rollout.state is State.ROLLED_BACK:
            swapped = False
        assert rollout.version == before.version + (rollout != before)
        assert rollout.serving.model == (NEW if swapped else OLD)
        if rollout.other is not None:
            assert {rollout.serving.model, rollout.other.model} == {OLD, NEW}
            assert rollout.serving.place is rollout.other.place.other
        else:
            assert rollout.state is State.CLOSED
