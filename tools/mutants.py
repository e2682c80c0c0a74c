"""``make mutants``: break the rules on purpose and count what the tests notice.

Works on a copy of the tree. cosmic-ray makes the mutants; a seeded sample of them is run against the tests of
the same area. Fails when fewer than 85 % are killed.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "layers/common/python/lumenstock"
SEED = 20261121
SAMPLE_PER_AREA = 20
REQUIRED_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Area:
    """Modules that are broken, and the tests that should notice."""

    name: str
    modules: tuple[str, ...]
    tests: str


AREAS = (
    Area("kernel and catalogue", (f"{PACKAGE}/kernel", f"{PACKAGE}/catalog"), "tests/unit"),
    Area("search", (f"{PACKAGE}/search",), "tests/unit/search tests/contract/search"),
    Area("ingest rules", (f"{PACKAGE}/ingest", f"{PACKAGE}/imaging"), "tests/unit tests/functions"),
)


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


def sample(session: Path, size: int) -> None:
    """Keep ``size`` mutants of a session, chosen by the seed."""
    with sqlite3.connect(session) as database:
        order = (
            "SELECT job_id FROM mutation_specs ORDER BY module_path, operator_name, operator_args, occurrence"
        )
        jobs = [row[0] for row in database.execute(order)]
        kept = set(random.Random(SEED).sample(range(len(jobs)), min(size, len(jobs))))  # noqa: S311 - a sample
        dropped = [(job,) for number, job in enumerate(jobs) if number not in kept]
        database.executemany("DELETE FROM mutation_specs WHERE job_id = ?", dropped)
        database.executemany("DELETE FROM work_items WHERE job_id = ?", dropped)


def run_area(area: Area, tree: Path) -> tuple[int, int]:
    """Run one area's sample; returns killed and all."""
    name = area.name.replace(" ", "-")
    config, session = tree / f"{name}.toml", tree / f"{name}.sqlite"
    pytest = "-m pytest -x -q -p no:randomly -p no:cacheprovider -m 'not slow and not e2e'"
    test = f"{sys.executable} {pytest} {area.tests}"
    config.write_text(
        "[cosmic-ray]\n"
        f"module-path = {json.dumps(list(area.modules))}\n"
        "timeout = 120.0\nexcluded-modules = []\n"
        f"test-command = {json.dumps(test)}\n"
        '[cosmic-ray.distributor]\nname = "local"\n'
    )
    cosmic_ray = [str(Path(sys.executable).parent / "cosmic-ray")]
    for step in (["init", config.name, session.name], ["baseline", config.name]):
        subprocess.run([*cosmic_ray, *step], cwd=tree, check=True)
    sample(session, SAMPLE_PER_AREA)
    subprocess.run([*cosmic_ray, "exec", config.name, session.name], cwd=tree, check=True)
    killed = total = 0
    with sqlite3.connect(session) as database:
        results = database.execute(
            "SELECT r.test_outcome, m.module_path, m.operator_name, r.diff "
            "FROM work_results r JOIN mutation_specs m USING (job_id)"
        )
        for outcome, module, operator, diff in results:
            total += 1
            if str(outcome).upper().endswith("KILLED"):
                killed += 1
            else:
                print(f"  survived: {module} {operator}\n{diff}")
    return killed, total


def main() -> int:
    """Run all areas and print the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        copy_tree(tree)
        for area in AREAS:
            started = time.perf_counter()
            killed, total = run_area(area, tree)
            rows.append((area.name, killed, total, time.perf_counter() - started))
            print(f"{area.name}: {killed} of {total} killed", flush=True)
    killed, total = sum(row[1] for row in rows), sum(row[2] for row in rows)
    print(f"\n{'area':24}{'killed':>8}{'mutants':>9}{'s':>7}")
    for name, hit, count, seconds in rows:
        print(f"{name:24}{hit:>8}{count:>9}{seconds:>7.0f}")
    print(f"{'all':24}{killed:>8}{total:>9}   {killed / total:.0%}")
    return 0 if killed >= REQUIRED_SHARE * total else 1


if __name__ == "__main__":
    sys.exit(main())
