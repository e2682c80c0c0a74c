"""The benchmarks still find the functions that they measure."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.bench import __main__ as page

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


OLD = "| `ingest.peak_rss_mb` | 123.2 | MB | `python -m tools.bench.ingest` | 2026-11-21 |"
GONE = "| `ingest.gone` | 1 | MB | `python -m tools.bench.gone` | 2026-11-21 |"
UNDATED = "| `search.suggest.p99_ms` | 4.96 | ms | `python -m tools.bench.search` |"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page of this machine."""
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    page.PAGE.write_text(page.HEAD.format(machine=page.machine()) + f"{OLD}\n{GONE}\n{UNDATED}\n")
    return page.PAGE


@pytest.mark.usefixtures("written")
def test_the_page_keeps_dated_lines_of_what_does_not_run_and_still_exists() -> None:
    assert page.kept_rows(["embed"]) == [OLD]
    assert page.kept_rows(["embed", "ingest"]) == []


def test_lines_of_another_machine_are_not_kept_under_the_name_of_this_one(written: Path) -> None:
    written.write_text(written.read_text().replace(page.machine(), "64 cores of another"))
    with pytest.raises(SystemExit, match="of another machine"):
        page.kept_rows(["embed"])
    assert page.kept_rows(["embed", "ingest"]) == []
