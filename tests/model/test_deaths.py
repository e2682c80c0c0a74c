"""Every process dies once at each of its AWS calls, before the call and after it; the next one completes its work."""

from __future__ import annotations

import pytest

from tests.model.account_lives import ACCOUNT_LIVES
from tests.model.conftest import NewWorld
from tests.model.crashes import Cut, When
from tests.model.history import violations
from tests.model.lives import LIVES, Life
from tests.model.outer_lives import OUTER_LIVES
from tests.model.webhook_lives import WEBHOOK_LIVES


def lived(new_world: NewWorld, life: Life, cut: Cut | None) -> tuple[list[str], list[str], int]:
    """Let a life happen; its first process of that name dies at ``cut``.

    Returns:
        What is wrong in the end, the calls that the longest such process made, and how many died.
    """
    world = new_world(1)
    kills, name = world.knife.kills, life.process
    kills.clear()
    world.knife.longest.clear()
    world.knife.choose = lambda process: cut if process == name and not kills[name] else None
    life.script(world)
    return violations(world.end()), world.knife.longest.get(name, []), kills[name]


@pytest.fixture(scope="module")
def undisturbed() -> dict[Life, list[str]]:
    """The calls of lives in which nobody dies."""
    return {}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("life", LIVES + OUTER_LIVES + WEBHOOK_LIVES + ACCOUNT_LIVES, ids=str)
def test_a_process_that_dies_at_any_of_its_calls_is_completed_by_the_next_one(
    new_world: NewWorld, undisturbed: dict[Life, list[str]], life: Life, when: When
) -> None:
    if life not in undisturbed:
        faults, undisturbed[life], _ = lived(new_world, life, None)
        assert faults == []
    calls = undisturbed[life]
    assert len(calls) == life.calls, calls
    for at, call in enumerate(calls, 1):
        faults, _, died = lived(new_world, life, Cut(at, when))
        assert (faults, died) == ([], 1), f"at call {at}, {call}"
