"""Every process dies once at each of its AWS calls, before the call and after it; the next one completes its work.

What a death leaves behind is what the last call that changed something left. So whoever dies before a call
leaves what they leave after the one before it: in CI only the first call has a death before it. And whoever dies
after a call that only read leaves what they left before it: such calls are taken in steps, of sixteen in CI;
which ones, ``DEATH_SEED`` says. ``DEATH_STEP=1`` takes them all, before and after.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tests.model.conftest import NewWorld
from tests.model.crashes import Cut, When
from tests.model.history import violations
from tests.model.lives import LIVES, Life
from tests.model.outer_lives import OUTER_LIVES

STEP = int(os.environ.get("DEATH_STEP", "16"))
SEED = int(os.environ.get("DEATH_SEED", "0"))
READS = frozenset(
    {
        "BatchGetItem",
        "GetItem",
        "GetObject",
        "HeadObject",
        "ListMultipartUploads",
        "ListObjectVersions",
        "ListObjectsV2",
        "ListParts",
        "Query",
    }
)


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


def deadly(calls: Sequence[str], when: When) -> list[int]:
    """At which of ``calls``, from 1, to die."""
    if when == "before" and STEP > 1:
        return [1]
    every = range(1, len(calls) + 1)
    reads = [at for at in every if calls[at - 1] in READS]
    return sorted({at for at in every if calls[at - 1] not in READS}.union(reads[SEED % STEP :: STEP]))


@pytest.fixture(scope="module")
def undisturbed() -> dict[Life, list[str]]:
    """The calls of lives in which nobody dies."""
    return {}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("life", LIVES + OUTER_LIVES, ids=str)
def test_a_process_that_dies_at_any_of_its_calls_is_completed_by_the_next_one(
    new_world: NewWorld, undisturbed: dict[Life, list[str]], life: Life, when: When
) -> None:
    if life not in undisturbed:
        faults, undisturbed[life], _ = lived(new_world, life, None)
        assert faults == []
    calls = undisturbed[life]
    assert len(calls) == life.calls, calls
    for at in deadly(calls, when):
        faults, _, died = lived(new_world, life, Cut(at, when))
        assert (faults, died) == ([], 1), f"at call {at}, {calls[at - 1]}"
