"""``make mutants``: break the rules on purpose and count what the tests notice.

Works on a copy of the tree. cosmic-ray makes the mutants; each of a seeded sample is run against those tests
that execute the broken line, which one run with coverage tells beforehand. A mutant whose line no test
executes has survived; it is killed where tests fail with it and the same pass without it. Fails when fewer
than 85 % are killed.
"""

from __future__ import annotations

import ast
import json
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import chdir
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cosmic_ray.mutating import mutate_and_test, mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.testing import run_tests
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome
from coverage import CoverageData

ROOT = Path(__file__).parents[1]
PACKAGE = "layers/common/python/lumenstock"
SEED = 20261121
SAMPLE_PER_AREA = 20
REQUIRED_SHARE = 0.85
AREAS = {
    "kernel and catalogue": (f"{PACKAGE}/kernel", f"{PACKAGE}/catalog"),
    "search": (f"{PACKAGE}/search",),
    "ingest rules": (f"{PACKAGE}/ingest",),
}
TESTS = ("tests/unit", "tests/functions", "tests/contract/search")
QUICK = "not slow and not e2e and not opensearch and not dynamodb_local"
# Where `|` stands in these packages it joins types, which nothing evaluates; whether two equal numbers are
# one object is the interpreter's business; and what is compared by `is` is one of its kind and has no order.
NOT_RUN = re.compile(
    "core/(ReplaceBinaryOperator_BitOr_|ReplaceComparisonOperator_((?!Is).*_Is(Not)?|Is(Not)?_(?!Is).*)$)"
)
# `frozen=True` forbids what no code does, and `slots=True` saves memory.
NOT_BEHAVIOUR = "@dataclass("
# Tests a mutant beside those that bear its module's name, so that it takes seconds. A line that runs at
# import is executed for all who use its module, of whom few look at it.
MOST_TESTS, MOST_TESTS_OF_MODULE = 100, 1000
TIMEOUT_S = 300.0
PYTEST = (sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:randomly")


Lines = Mapping[Path, Mapping[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one line, and the tests that execute the line."""

    area: str
    spec: MutationSpec
    tests: tuple[str, ...]


def copy_tree(target: Path) -> None:
    """Copy what git knows of the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def executed_lines(tree: Path) -> Lines:
    """Run all tests once: file → line → the tests that execute it."""
    print("running the tests once, to see which lines each executes", flush=True)
    watched = (f"--cov={PACKAGE}", "--cov=functions", "--cov-context=test", "--cov-report=")
    chosen = ("-n", "auto", "-m", QUICK, *watched)
    subprocess.run([*PYTEST, *chosen, *TESTS], cwd=tree, check=True)
    data = CoverageData(str(tree / ".coverage"))
    data.read()
    lines: dict[Path, dict[int, list[str]]] = {}
    for file in data.measured_files():
        by_line = data.contexts_by_lineno(file)
        lines[Path(file)] = {
            line: [context.removesuffix("|run") for context in contexts if context.endswith("|run")]
            for line, contexts in by_line.items()
        }
    return lines


def mutants(area: str, tree: Path, lines: Lines) -> Iterator[Mutant]:
    """A sample of an area's mutants, by the seed."""
    config, session = tree / "mutants.toml", tree / f"{area.replace(' ', '-')}.sqlite"
    config.write_text(
        f"[cosmic-ray]\nmodule-path = {list(AREAS[area])}\ntimeout = 1.0\nexcluded-modules = []\n"
        'test-command = "unused"\n[cosmic-ray.distributor]\nname = "local"\n'
    )
    cosmic_ray = Path(sys.executable).parent / "cosmic-ray"
    subprocess.run([cosmic_ray, "init", config.name, session.name], cwd=tree, check=True)
    with use_db(str(session)) as database:
        specs = [spec for item in database.work_items for spec in item.mutations]
    specs = sorted((spec for spec in specs if _changes_behaviour(spec, tree)), key=_order)
    chance = random.Random(SEED)  # noqa: S311 - a sample
    possible = (spec for spec in chance.sample(specs, len(specs)) if _compiles(spec, tree))
    for spec in islice(possible, SAMPLE_PER_AREA):
        module = ".".join(spec.module_path.relative_to(Path(PACKAGE).parent).with_suffix("").parts)
        yield Mutant(area, spec, tuple(_tests(tree / spec.module_path, module, spec, lines, chance)))


def _changes_behaviour(spec: MutationSpec, tree: Path) -> bool:
    line = (tree / spec.module_path).read_text().splitlines()[spec.start_pos[0] - 1]
    return not NOT_RUN.match(spec.operator_name) and not line.startswith(NOT_BEHAVIOUR)


def _compiles(spec: MutationSpec, tree: Path) -> bool:
    """What does not is noticed by Python itself: the `*` of a signature is no product."""
    operator = get_operator(spec.operator_name)(**(spec.operator_args or {}))
    mutated = mutate_code((tree / spec.module_path).read_text(), operator, spec.occurrence)
    try:
        compile(mutated, str(spec.module_path), "exec")
    except SyntaxError:
        return False
    return True


def _order(spec: MutationSpec) -> tuple[str, ...]:
    return str(spec.module_path), spec.operator_name, str(spec.operator_args), f"{spec.occurrence:06d}"


def _in_functions(file: Path) -> frozenset[int]:
    """The lines that run when something is called, and not at import."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    bodies = (node.body for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, functions))
    statements = (one for body in bodies for one in (body if isinstance(body, list) else [body]))
    return frozenset(line for one in statements for line in range(one.lineno, (one.end_lineno or 0) + 1))


def _called(file: Path, lines: Lines) -> Mapping[int, list[str]]:
    """The lines of ``file`` that a test called."""
    called = _in_functions(file)
    return {line: tests for line, tests in lines.get(file, {}).items() if line in called}


def _tests(file: Path, module: str, spec: MutationSpec, lines: Lines, chance: random.Random) -> list[str]:
    """Those that bear the module's name, then what calls the line; at import, what uses its module."""
    called = _called(file, lines)
    found = {test for line in range(spec.start_pos[0], spec.end_pos[0] + 1) for test in called.get(line, ())}
    most = MOST_TESTS
    if not found:
        importers = [other for other in lines if f"from {module} import" in other.read_text()]
        users = [called] if called else [_called(other, lines) for other in importers]
        found = {test for used in users for tests in used.values() for test in tests}
        most = MOST_TESTS_OF_MODULE
    own = sorted(path for folder in TESTS for path in Path(folder).rglob(f"test_{file.stem}.py"))
    others = sorted(test for test in found if f"/test_{file.stem}.py::" not in test)
    return [*map(str, own), *chance.sample(others, min(most, len(others)))]


def outcome_of(mutant: Mutant, tree: Path) -> str:
    """``killed``, ``timed out`` or ``survived``; prints what survived.

    Raises:
        SystemExit: Its tests fail without it as well, or cannot be run at all.
    """
    if not mutant.tests:
        print(f"  no test executes {mutant.spec.module_path}:{mutant.spec.start_pos[0]}")
        return "survived"
    arguments, failures = tree / "tests.txt", tree / ".pytest_cache/v/cache/lastfailed"
    arguments.write_text("\n".join(mutant.tests))
    failures.unlink(missing_ok=True)
    command = shlex.join([*PYTEST, "-m", QUICK, "-x", f"@{arguments}"])
    with chdir(tree):
        result = mutate_and_test([mutant.spec], command, TIMEOUT_S)
        if result.test_outcome is TestOutcome.KILLED and result.output == "timeout":
            return "timed out"
        if result.test_outcome is TestOutcome.KILLED:
            # pytest ends with an error, too, where a test is not found or fails anyhow. Only what failed is
            # run again: one test; all of them where no test failed, as when a module cannot be imported.
            failed = (
                [test for test in json.loads(failures.read_text()) if "::" in test]
                if failures.exists()
                else []
            )
            arguments.write_text("\n".join(failed or mutant.tests))
            control, said = run_tests(command, TIMEOUT_S)
            if control is not TestOutcome.SURVIVED:
                sys.exit(f"{mutant.spec.module_path}: without the mutant its tests do not pass\n{said}")
            return "killed"
    print(f"  {result.test_outcome}: {mutant.spec.operator_name}\n{result.diff}")
    return "survived"


def main() -> int:
    """Run all areas and print the table."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve()
        copy_tree(tree)
        lines = executed_lines(tree)
        chosen = [mutant for area in AREAS for mutant in mutants(area, tree, lines)]
        started = time.perf_counter()
        for number, mutant in enumerate(chosen, 1):
            outcome = outcome_of(mutant, tree)
            counts[mutant.area][outcome] += 1
            spent = time.perf_counter() - started
            place = f"{Path(mutant.spec.module_path).name}:{mutant.spec.start_pos[0]}"
            print(f"{number}/{len(chosen)} {outcome:10} {place} ({spent:.0f} s)", flush=True)
    print(f"\n{'area':24}{'killed':>8}{'timed out':>11}{'survived':>10}")
    for area, found in {**counts, "all": sum(counts.values(), Counter())}.items():
        print(f"{area:24}{found['killed']:>8}{found['timed out']:>11}{found['survived']:>10}")
    share = sum(found["killed"] for found in counts.values()) / len(chosen)
    print(f"{share:.0%} of {len(chosen)} mutants killed")
    return 0 if share >= REQUIRED_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
