"""A mutant counts as killed only by a test that passes without it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cosmic_ray.work_item import MutationSpec

from tools import mutants
from tools.mutants import Mutant

MODULE = """STEP = 1 + 1


def total(first, second):
    return first + second
"""
TESTS = """\
from price import STEP, total


def test_looks():
    assert (STEP, total(2, 3)) == (2, 5)


def test_does_not_look():
    total(2, 3)


def test_fails_anyhow():
    assert total(2, 3) == 6


def test_waits():
    while total(2, 3) != 5:
        pass
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two lines to break, and their tests, run by pytest alone: its plugins take five times as long."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(mutants, "PYTEST", (sys.executable, "-m", "pytest", "-q"))
    (tmp_path / "price.py").write_text(MODULE)
    (tmp_path / "test_price.py").write_text(TESTS)
    return tmp_path


def broken(*tests: str, operator: str = "core/ReplaceBinaryOperator_Add_Sub", occurrence: int = 1) -> Mutant:
    spec = MutationSpec(Path("price.py"), operator, occurrence, (5, 11), (5, 25))
    return Mutant("prices", spec, tuple(f"test_price.py::{test}" for test in tests))


def test_a_test_that_passes_without_the_mutant_kills_it(tree: Path) -> None:
    assert mutants.outcome_of(broken("test_does_not_look", "test_looks"), tree) == "killed"
    assert (tree / "price.py").read_text() == MODULE


def test_tests_of_several_files_may_kill_it(tree: Path) -> None:
    (tree / "test_more.py").write_text("def test_of_another_file():\n    pass\n")
    others = broken("test_looks")
    mutant = Mutant("prices", others.spec, (*others.tests, "test_more.py::test_of_another_file"))
    assert mutants.outcome_of(mutant, tree) == "killed"


def test_what_is_no_python_is_no_mutant(tree: Path) -> None:
    (tree / "price.py").write_text("def total(*, first):\n    return first * 2\n")
    specs = [
        MutationSpec(Path("price.py"), "core/ReplaceBinaryOperator_Mul_Add", occurrence, (1, 1), (1, 2))
        for occurrence in range(2)
    ]
    assert [mutants._compiles(spec, tree) for spec in specs] == [False, True]


def test_a_module_that_cannot_be_imported_is_killed(tree: Path) -> None:
    (tree / "price.py").write_text(MODULE + "\n\nif STEP != 2:\n    raise ValueError\n")
    assert mutants.outcome_of(broken("test_looks", occurrence=0), tree) == "killed"


def test_a_mutant_that_no_test_looks_at_survives(tree: Path) -> None:
    assert mutants.outcome_of(broken("test_does_not_look"), tree) == "survived"


def test_a_test_that_fails_without_the_mutant_stops_the_run(tree: Path) -> None:
    with pytest.raises(SystemExit, match="test_fails_anyhow"):
        mutants.outcome_of(broken("test_does_not_look", "test_fails_anyhow"), tree)


def test_a_test_that_is_not_there_stops_the_run(tree: Path) -> None:
    with pytest.raises(SystemExit, match="without the mutant its tests do not pass"):
        mutants.outcome_of(broken("test_gone"), tree)


def test_a_test_that_does_not_end_is_told_apart(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "TIMEOUT_S", 5.0)
    assert mutants.outcome_of(broken("test_waits"), tree) == "timed out"
