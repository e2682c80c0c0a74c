"""What must hold of the definition itself: lint, limits, retries, and the time that the longest run takes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from functions.manifest import FUNCTIONS
from lumenstock.ingest.plan import MAX_GROUPS

ROOT = Path(__file__).parents[2]
FILE = ROOT / "statemachines/ingest.asl.json"
DEFINITION: dict[str, Any] = json.loads(FILE.read_text())
LONGEST_RUN_S = 240  # an Express execution ends at 300; the dispatcher must hear of it in time
COLD_START_S = 4  # Lambda's own time-out does not count the start, ours does


def states_of(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All states, also those inside others."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in (*state.get("Branches", ()), *filter(None, [state.get("ItemProcessor")])):
            yield from states_of(inner)


def tasks_of(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: state for name, state in states_of(machine) if state["Type"] == "Task"}


def waits_s(retrier: dict[str, Any]) -> float:
    waits = (retrier["IntervalSeconds"] * retrier["BackoffRate"] ** n for n in range(retrier["MaxAttempts"]))
    return float(sum(min(wait, retrier["MaxDelaySeconds"]) for wait in waits))


def longest_s(machine: dict[str, Any], name: str | None = None) -> float:
    """Seconds of the longest way from a state to the end: all attempts, each up to its time-out, and all waits."""
    state = machine["States"][name or machine["StartAt"]]
    own = 0.0
    if state["Type"] == "Task":
        # A throttled attempt does not run; every other one may take all its time.
        runs = 1 + sum(r["MaxAttempts"] for r in state["Retry"] if "States.ALL" in r["ErrorEquals"])
        own = runs * state["TimeoutSeconds"] + sum(map(waits_s, state["Retry"]))
    elif state["Type"] == "Parallel":
        own = max(map(longest_s, state["Branches"]))
    elif state["Type"] == "Map":
        waves = -(-MAX_GROUPS // state["MaxConcurrency"])
        own = waves * longest_s(state["ItemProcessor"])
    following = [
        state.get("Next"),
        state.get("Default"),
        *(rule["Next"] for rule in state.get("Choices", ())),
    ]
    return own + max((longest_s(machine, target) for target in following if target), default=0.0)


def test_the_longest_run_ends_before_the_machine_does() -> None:
    assert 100 < longest_s(DEFINITION) < LONGEST_RUN_S


@pytest.mark.parametrize("name", ["Validate", "Develop", "RenderGroup", "Watermark", "Record"])
def test_a_longer_time_out_on_the_longest_way_would_be_noticed(name: str) -> None:
    planted = deepcopy(DEFINITION)
    tasks_of(planted)[name]["TimeoutSeconds"] += 15
    assert longest_s(planted) >= LONGEST_RUN_S


def test_every_task_may_run_as_long_as_its_function_and_start_cold() -> None:
    timeouts = {spec.name.removeprefix("ingest-"): spec.timeout_s for spec in FUNCTIONS}
    for name, task in tasks_of(DEFINITION).items():
        function_s = timeouts[task["Arguments"]["FunctionName"].strip("${}")]
        assert function_s is not None
        assert task["TimeoutSeconds"] >= function_s + COLD_START_S, name


def test_every_task_survives_throttling_and_one_fault_of_any_kind() -> None:
    for name, task in tasks_of(DEFINITION).items():
        throttled, anything = task["Retry"]
        assert throttled["ErrorEquals"] == ["Lambda.TooManyRequestsException"], name
        assert (anything["ErrorEquals"], anything["MaxAttempts"]) == (["States.ALL"], 1), name
        assert {retrier["JitterStrategy"] for retrier in task["Retry"]} == {"FULL"}, name


def test_no_failure_is_caught() -> None:
    """A caught fault would end the run well, and the queue would delete the message."""
    assert not [name for name, state in states_of(DEFINITION) if "Catch" in state]


def test_the_functions_are_the_six_tasks() -> None:
    names = {task["Arguments"]["FunctionName"] for task in tasks_of(DEFINITION).values()}
    tasks = ("validate", "develop", "render", "watermark", "metadata", "record")
    assert names == {f"${{{task}}}" for task in tasks}


def test_nothing_is_shaped_on_a_parallel_state() -> None:
    """The local engine ignores it there, and a run would look right and be wrong."""
    for _, state in states_of(DEFINITION):
        if state["Type"] == "Parallel":
            assert not {"Arguments", "Output", "Assign"} & state.keys()


def test_every_map_says_how_many_at_once() -> None:
    found = [state["MaxConcurrency"] for _, state in states_of(DEFINITION) if state["Type"] == "Map"]
    assert found == [MAX_GROUPS]


def test_the_machines_time_is_the_stages_business() -> None:
    assert "TimeoutSeconds" not in DEFINITION


VALIDATOR = ROOT / "node_modules/.bin/asl-validator"
STATELINT = Path(sys.executable).with_name("statelint")
LINTERS = [[str(VALIDATOR), "--no-arn-check", "--json-path"], [str(STATELINT)]]


def lint(command: list[str], definition: dict[str, Any], folder: Path) -> bool:
    if not shutil.which(command[0]):
        pytest.skip(f"{Path(command[0]).name} is not installed")
    path = folder / "machine.asl.json"
    path.write_text(json.dumps(definition))
    answer = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and "error" not in answer.stdout.lower()


@pytest.mark.parametrize("command", LINTERS, ids=["asl-validator", "statelint"])
def test_the_linters_find_nothing(command: list[str], tmp_path: Path) -> None:
    assert lint(command, DEFINITION, tmp_path)


@pytest.mark.parametrize("command", LINTERS, ids=["asl-validator", "statelint"])
def test_the_linters_would_find_a_missing_state(command: list[str], tmp_path: Path) -> None:
    planted = deepcopy(DEFINITION)
    planted["States"]["Derive"]["Next"] = "Nowhere"
    assert not lint(command, planted, tmp_path)
