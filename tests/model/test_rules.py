"""100,000 worlds of the pure rules against the reference. ``RULE_SEED`` begins elsewhere; a failure names its seed."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.model.reference import OPERATIONS
from tests.model.rules import Rules

WORLDS = int(os.environ.get("RULE_WORLDS", "100000"))
FIRST_SEED = int(os.environ.get("RULE_SEED", "1"))
SHARDS = 4


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_rules_do_what_the_reference_allows(shard: int) -> None:
    for seed in range(FIRST_SEED + shard, FIRST_SEED + WORLDS, SHARDS):
        faults = Rules(seed).run()
        assert faults == [], f"RULE_WORLDS=1 RULE_SEED={seed}"


def test_the_worlds_reach_every_status_and_write_by_every_operation() -> None:
    writes: Counter[tuple[str, str]] = Counter()

    class Watched(Rules):
        def _step(self, operation: str) -> None:
            before = self._row.row
            super()._step(operation)
            if self._row.row is not before:
                writes[operation, self._row.row.status] += 1

    for seed in range(4000):
        Watched(seed).run()
    assert {operation for operation, _ in writes} == set(OPERATIONS)
    assert len({status for _, status in writes}) == 8, "all but the first one, uploading"
