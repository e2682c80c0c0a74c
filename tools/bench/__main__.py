"""``make bench``: run every benchmark, show its lines, and write docs/benchmarks.md from them.

With names as arguments only those run; the page keeps the lines of the others, if it is of this machine.

A benchmark is a module of this folder whose lines on standard output are
``{"bench": NAME, "value": NUMBER, "unit": UNIT}``; everything else it says goes to standard error.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`; do not edit. CPU seconds are user + system time of all processes that take part;
ratios compare with the peer in the same run, so they hold on a busy machine where wall times do not.

Machine: {machine}.

| figure | value | unit | command | date |
|---|---:|---|---|---|
"""
# Figure, value, unit, command, date.
ROW = re.compile(
    r"\| `[^|]+` \| [^|]+ \| [^|]+ \| `python -m tools\.bench\.(?P<bench>\w+)` \| \d{4}-\d\d-\d\d \|"
)


def machine() -> str:
    """Processor, cores, memory and Python of this machine."""
    info = Path("/proc/cpuinfo")
    model = platform.processor() or platform.machine()
    if info.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores of {model}, {memory_gib:.0f} GiB, Python {platform.python_version()}"


def benchmarks() -> list[str]:
    """Names of all benchmarks, or of those on the command line."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("__"))
    return [name for name in found if not sys.argv[1:] or name in sys.argv[1:]]


def kept_rows(running: list[str]) -> list[str]:
    """The whole lines of the page whose benchmark still exists and is not among those that run now.

    Raises:
        SystemExit: There are such, and the page says that they are of another machine.
    """
    here = {path.stem for path in Path(__file__).parent.glob("*.py")} - set(running)
    page = PAGE.read_text()
    rows = [row for row in map(ROW.fullmatch, page.splitlines()) if row and row["bench"] in here]
    if rows and f"\nMachine: {machine()}.\n" not in page:
        message = f"{PAGE.name} is of another machine than this ({machine()}): run all benchmarks"
        sys.exit(f"{message}, or see the figures of one by its module")
    return [row[0] for row in rows]


def main() -> int:
    """Run them one after another; the page is written only when all of them ran."""
    date, failed = datetime.now(UTC).date(), False
    kept_rows(benchmarks())  # says before all the work that there is another machine's page
    rows, measured = [], []
    for name in benchmarks():
        command = f"python -m tools.bench.{name}"
        print(f"→ {command}", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"tools.bench.{name}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        failed |= done.returncode != 0
        measured += [name] if done.stdout else []
        for line in done.stdout.splitlines():
            print(line, flush=True)
            figure = json.loads(line)
            value = f"{figure['value']:.4g} | {figure['unit']}"
            rows.append(f"| `{figure['bench']}` | {value} | `{command}` | {date} |")
    if failed:
        return 1
    rows += kept_rows(measured)  # what could not be measured here keeps its lines
    PAGE.write_text(HEAD.format(machine=machine()) + "\n".join(sorted(rows)) + "\n")
    print(f"written to {PAGE.relative_to(ROOT)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
