"""A migration is killed five times; every file is brought in, each once, in memory that does not grow."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.forward_proxy import Traffic, forward_proxy
from tests.e2e.program import Program, kill_when, originals
from tests.e2e.stage import Person, Stage
from tests.pictures import soft

SEED = 20_261_122
DEATHS = 5
# MIGRATE_FILES=2000 on demand.
MIGRATED = int(os.environ.get("MIGRATE_FILES", "200"))
PATIENCE_S = max(900, MIGRATED * 2)  # a file that was sent waits until the pipeline has done all before it

pytestmark = pytest.mark.timeout(max(900, MIGRATED * 6), func_only=True)


@pytest.fixture
def traffic() -> Iterator[Traffic]:
    """All that the command line says passes here."""
    with forward_proxy() as seen:
        yield seen


@pytest.fixture
def program(cloud: Stage, contributor: Person, traffic: Traffic, tmp_path: Path) -> Program:
    """The command line of a contributor who was never there before."""
    return Program(cloud, contributor, traffic, tmp_path)


def test_a_migration_that_is_killed_five_times_brings_every_file_in_once(
    cloud: Stage, contributor: Person, program: Program, traffic: Traffic, tmp_path: Path
) -> None:
    dice = random.Random(SEED)
    folder = tmp_path / "archive"
    wanted: Counter[str] = Counter()
    for number in range(MIGRATED):
        file = folder / f"{number % 9}" / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        soft(320, 240, dice).save(file, quality=80)
        wanted[hashlib.sha256(file.read_bytes()).hexdigest()] += 1
    command = ("migrate", str(folder), "--failures", str(tmp_path / "failures.csv"), "--jobs", "4")
    for _ in range(DEATHS):
        # Each file takes two calls before anybody asks how it stands.
        until = traffic.begun + dice.randrange(MIGRATED // 8, MIGRATED // 5) * 2
        assert kill_when(program.start(*command), lambda until=until: traffic.begun >= until)  # type: ignore[misc]
    memory_mb, output = [], tmp_path / "lines"
    with output.open("wb") as standard_output:
        last = program.start(*command, "--wait", str(PATIENCE_S), "--json", stdout=standard_output)
        process = psutil.Process(last.pid)
        while last.poll() is None:
            memory_mb.append(process.memory_info().rss / 1e6)
            time.sleep(0.2)
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert Counter(line["status"] in {"approved", "already_there"} for line in lines) == {True: MIGRATED}
    assert len({line["imageId"] for line in lines}) == MIGRATED
    assert originals(cloud, contributor) == wanted
    half = len(memory_mb) // 2
    first, second = max(memory_mb[:half]), max(memory_mb[half:])
    print(f"seed {SEED}: {MIGRATED} files; peak memory {first:.0f} MB, then {second:.0f} MB")  # noqa: T201
    assert second - first < 10
