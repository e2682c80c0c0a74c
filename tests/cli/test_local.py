from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.local import _coloured
from cli.main import app
from localcloud import coverage
from localcloud.logs import Line

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home in which nothing runs, on ports on which nobody listens."""
    monkeypatch.setenv("LUMENSTOCK_HOME", str(tmp_path))
    monkeypatch.setenv("LUMENSTOCK_ENGINE_PORT", "1")
    monkeypatch.setenv("LUMENSTOCK_FRONT_PORT", "2")


def test_status_of_what_does_not_run_fails_and_says_what_to_do() -> None:
    result = RUNNER.invoke(app, ["local", "status"])
    assert result.exit_code == 4
    assert "engine    down" in result.stdout
    assert "lumenstock local up" in result.stderr


def test_down_of_what_does_not_run_is_done() -> None:
    result = RUNNER.invoke(app, ["local", "down"])
    assert result.exit_code == 0
    assert "was not running" in result.stderr


def test_coverage_lists_every_type_with_its_reasons() -> None:
    printed = RUNNER.invoke(app, ["local", "coverage"]).stdout
    for name, row in coverage.table().items():
        assert name in printed
        assert all(reason in printed for reason in (*row.applied.values(), *row.ignored.values()))


def test_a_log_line_shows_who_what_and_the_rest() -> None:
    text = _coloured(Line(0, "ingest-validate", "ERROR", "failed", {"image_id": "01J"}))
    assert text.plain.endswith("ingest-validate  ERROR   failed  image_id=01J")
    assert any("red" in str(span.style) for span in text.spans)


def test_a_function_keeps_its_colour() -> None:
    first, second = (_coloured(Line(at, "auth-api", "INFO", "text")) for at in (0, 1))
    assert [span.style for span in first.spans] == [span.style for span in second.spans]
