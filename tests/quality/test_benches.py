"""The benchmarks still find the functions that they measure."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("bench", "smaller"),
    [("embed", "it.PHOTOS, it.BATCH = 2, 2"), ("ingest", "it.GENERATED, it.ROUNDS = 1, 1")],
)
def test_a_small_run_has_figures(bench: str, smaller: str) -> None:
    code = f"from tools.bench import {bench} as it; {smaller}; it.main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(figure["value"] > 0 for figure in figures)
    assert all(figure["bench"].startswith("ingest.") for figure in figures)
    assert figures
