"""What the command refuses before it reads or makes anything; the rest is proved on the deployed stage."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lumenstock import bootstrap, settings
from lumenstock.adapters.aws import clients
from tests.cli.running import Run
from tests.conftest import forget_cached


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A deployed cloud at an address where nothing listens."""
    before = dict(os.environ)
    home = tmp_path / "cloud"
    home.mkdir()
    (home / "outputs.json").write_text(
        json.dumps({"CatalogTable": "c", "OriginalsBucket": "o", "BackfillRoleArn": "arn:aws:iam::1:role/r"})
    )
    monkeypatch.setenv("LUMENSTOCK_HOME", str(home))
    monkeypatch.setenv("LUMENSTOCK_ENGINE_PORT", "9")
    yield
    os.environ.clear()
    os.environ.update(before)
    forget_cached(bootstrap, settings, clients)


def test_a_filter_that_selects_nothing_is_refused_with_the_fields_that_there_are(run: Run) -> None:
    ran = run("ops", "backfill", "start", "--filter", "stauts=approved")
    assert ran.code == 5
    assert "contributor" in ran.err


@pytest.mark.parametrize("name", ["a/b", "x" * 41, "ü"])
def test_a_name_that_is_no_part_of_a_key_is_refused(run: Run, name: str) -> None:
    ran = run("ops", "backfill", "start", "--name", name)
    assert (ran.code, "40 letters" in ran.err) == (5, True)


@pytest.mark.parametrize("command", ["status", "rerun"])
def test_a_job_that_nobody_made_is_told(run: Run, command: str) -> None:
    ran = run("ops", "backfill", command, "6f9619ff")
    assert (ran.code, "There is no job 6f9619ff" in ran.err) == (5, True)


def test_an_engine_that_is_down_is_told_in_one_line(run: Run) -> None:
    ran = run("ops", "backfill", "start", "--name", "a")
    assert ran.code == 4
    assert "http://127.0.0.1:9" in ran.err
