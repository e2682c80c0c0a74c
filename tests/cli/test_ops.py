from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.stage import deployed_environment, local_environment
from localcloud.home import Home
from lumenstock import bootstrap, settings, use_cases
from lumenstock.adapters.aws import clients
from tests.cli.running import Run
from tests.conftest import forget_cached


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The commands set variables of their own process, which is this one."""
    before = dict(os.environ)
    monkeypatch.setenv("LUMENSTOCK_HOME", str(tmp_path / "cloud"))
    yield
    os.environ.clear()
    os.environ.update(before)
    forget_cached(bootstrap, use_cases, settings, clients)


def test_outputs_become_the_settings_of_functions(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    stacks = {
        "Lumenstock-dev-Data": {"CatalogTable": "images"},
        "Lumenstock-dev-Api": {"UserPoolClientId": "abc"},
    }
    file.write_text(json.dumps(stacks))
    assert deployed_environment(file) == {"CATALOG_TABLE": "images", "USER_POOL_CLIENT_ID": "abc"}


def test_the_local_stage_brings_its_endpoint_and_its_index(tmp_path: Path) -> None:
    home = Home(tmp_path, 4999, 8999)
    home.outputs_file.write_text(json.dumps({"CatalogTable": "images", "SearchEngine": "embedded"}))
    environment = local_environment(home)
    assert environment["CATALOG_TABLE"] == "images"
    assert environment["SEARCH_ENGINE"] == "embedded"
    assert environment["SEARCH_DIR"] == str(tmp_path / "search")
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4999"


def test_without_a_deployed_cloud_operators_are_told_how_to_start_one(run: Run) -> None:
    ran = run("ops", "reindex")
    assert ran.code == 4
    assert "lumenstock local up" in ran.err


def test_a_file_of_another_kind_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text("[1, 2]")
    ran = run("ops", "--outputs", str(file), "reindex")
    assert ran.code == 4
    assert "is not a file of `cdk deploy --outputs-file`" in ran.err


def test_an_engine_that_is_down_is_told_in_one_line(run: Run, tmp_path: Path) -> None:
    home = Home(tmp_path / "cloud", 9, 9)
    home.folder.mkdir()
    home.outputs_file.write_text(json.dumps({"UserPoolId": "p", "UserPoolClientId": "c"}))
    os.environ["LUMENSTOCK_ENGINE_PORT"] = "9"
    ran = run("ops", "grant-admin", "ada@example.org")
    assert ran.code == 4
    assert "http://127.0.0.1:9" in ran.err
    assert "Traceback" not in ran.err
