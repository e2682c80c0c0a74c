"""The real handlers on moto, in worlds of duplicates, reorderings, lost events and processes that die anywhere.

``HANDLER_WORLDS=10000`` runs more of them (300 in CI), ``HANDLER_SEED`` begins at another seed; a failure names
the seed of its world.
"""

from __future__ import annotations

import os

import pytest

from tests.model.conftest import NewWorld
from tests.model.history import violations
from tests.model.scripts import chaos

WORLDS = int(os.environ.get("HANDLER_WORLDS", "300"))
FIRST_SEED = int(os.environ.get("HANDLER_SEED", "1"))
SHARDS = 6


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
