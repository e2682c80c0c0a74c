"""The real handlers on moto, in worlds of duplicates, reorderings, lost events and processes that die anywhere.

``HANDLER_WORLDS=10000`` runs more of them (300 in CI), ``HANDLER_SEED`` begins at another seed; a failure names
the seed of its world.
"""

from __future__ import annotations

import os

import pytest

from tests.model.conftest import NewWorld
from tests.model.crashes import Cut, When
from tests.model.history import violations
from tests.model.scripts import GOOD, PICTURE, chaos

WORLDS = int(os.environ.get("HANDLER_WORLDS", "300"))
FIRST_SEED = int(os.environ.get("HANDLER_SEED", "1"))
SHARDS = 6
# The AWS calls of one process in a world without faults; a test counts them.
CALLS = {
    "validate": 6,
    "render": 2,
    "watermark": 2,
    "metadata": 2,
    "record": 3,
    "embed": 14,
    "indexer": 2,
    "take_down": 5,
    "restore": 5,
}


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_happens_nothing_is_lost_doubled_or_half_visible(new_world: NewWorld, shard: int) -> None:
    for seed in range(FIRST_SEED + shard, FIRST_SEED + WORLDS, SHARDS):
        world = new_world(seed)
        chaos(world)
        assert violations(world.end()) == [], f"HANDLER_WORLDS=1 HANDLER_SEED={seed}"


def test_the_worlds_hold_what_they_promise(new_world: NewWorld) -> None:
    """Of thirty worlds: what works on pictures dies, and every end is reached."""
    ends, killed = set(), set()
    for seed in range(30):
        world = new_world(seed)
        world.knife.kills.clear()
        chaos(world)
        killed |= set(world.knife.kills)
        ends |= {new.status for _, new in world.end().writes}
    assert killed >= {"validate", "render", "record", "embed", "indexer"}
    assert ends >= {"approved", "rejected", "taken_down"}


def one_life(new_world: NewWorld, name: str, cut: Cut | None) -> tuple[list[str], int, int]:
    """A picture comes, is approved, taken down and restored; the first process of ``name`` dies at ``cut``.

    Returns:
        What is wrong in the end, how many calls the process made at most, and how many died.
    """
    world = new_world(1)
    world.knife.kills.clear()
    world.knife.most_calls.clear()
    kills = world.knife.kills
    world.knife.choose = lambda process: cut if process == name and not kills[name] else None
    image = world.upload(PICTURE, GOOD)
    world.settle()
    world.take_down(image.id)
    world.restore(image.id)
    world.settle()
    return violations(world.end()), world.knife.most_calls[name], world.knife.kills[name]


@pytest.mark.parametrize("name", CALLS)
def test_a_process_makes_as_many_calls_as_it_is_killed_at(new_world: NewWorld, name: str) -> None:
    assert one_life(new_world, name, None) == ([], CALLS[name], 0)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", CALLS)
def test_a_process_that_dies_at_any_of_its_calls_is_completed_by_the_next_one(
    new_world: NewWorld, name: str, when: When
) -> None:
    for call in range(1, CALLS[name] + 1):
        faults, _, died = one_life(new_world, name, Cut(call, when))
        assert (faults, died) == ([], 1), f"at call {call}"
