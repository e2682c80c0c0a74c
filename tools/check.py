"""``make check``: every gate that needs no running system; a line for each, the output of what fails."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PRODUCT = (
    "layers/common/python/lumenstock",
    "functions",
    "gpu_batch",
    "encoders",
    "infra",
    "localcloud",
    "cli",
)


@dataclass(frozen=True, slots=True)
class Gate:
    """One command that must exit 0."""

    name: str
    command: Sequence[str]


def tool(name: str, *arguments: str) -> list[str]:
    """A command of the development environment."""
    return [str(BIN / name), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    """A module of ``tools`` or ``infra`` as a command."""
    return [sys.executable, "-m", name, *arguments]


GATES = (
    # Longest first: two run at a time.
    Gate("types", tool("mypy", "--num-workers", "2", *PRODUCT, "tools", "tests")),
    Gate("templates", module("infra.gates")),
    Gate("format", tool("ruff", "format", "--check", ".")),
    Gate("lint", tool("ruff", "check", ".")),
    Gate("imports", tool("lint-imports")),
    Gate("security", tool("bandit", "-q", "-c", "pyproject.toml", "-r", *PRODUCT)),
    Gate("api document", module("tools.openapi", "--check")),
    Gate("catalogues", module("tools.catalogues", "--check")),
)


def run(gate: Gate) -> bool:
    """Run one gate; True if it passed."""
    started = time.perf_counter()
    done = subprocess.run(gate.command, cwd=ROOT, capture_output=True, text=True, check=False)
    mark = "✗" if done.returncode else "✓"
    lines = [f"{mark} {gate.name} ({time.perf_counter() - started:.0f} s)"]
    if done.returncode:
        lines += [f"  $ {' '.join(gate.command)}", done.stdout, done.stderr]
    print("\n".join(lines), flush=True)
    return done.returncode == 0


def main() -> int:
    """Run all gates, or those named on the command line."""
    wanted = sys.argv[1:]
    chosen = [gate for gate in GATES if not wanted or gate.name in wanted]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return 0 if all(list(pool.map(run, chosen))) else 1


if __name__ == "__main__":
    sys.exit(main())
