from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from localcloud.cdk import flatten
from localcloud.engine import settings
from localcloud.home import REPOSITORY, Home
from lumenstock.kernel.errors import ConfigurationError


def test_by_default_it_lives_in_the_repository() -> None:
    assert Home.from_environment({}) == Home(REPOSITORY / ".local", 4566, 8080)


def test_the_environment_moves_it(tmp_path: Path) -> None:
    names = {
        "LUMENSTOCK_HOME": str(tmp_path),
        "LUMENSTOCK_ENGINE_PORT": "4576",
        "LUMENSTOCK_FRONT_PORT": "8090",
    }
    assert Home.from_environment(names) == Home(tmp_path, 4576, 8090)


def test_the_secret_is_drawn_once_and_for_the_owner_only(home: Home) -> None:
    same = [Home(home.folder, 1, 2) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda one: one.operator_secret, same))
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 40
    assert stat.S_IMODE((home.folder / "credentials.json").stat().st_mode) == 0o600


def test_a_secret_that_is_being_written_is_not_half_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    dump, others = json.dump, []

    def overtaken(*arguments: Any) -> None:
        monkeypatch.setattr(json, "dump", dump)
        others.append(Home(home.folder, 1, 2).operator_secret)
        dump(*arguments)

    monkeypatch.setattr(json, "dump", overtaken)
    assert [home.operator_secret] == others
    assert [path.name for path in home.folder.iterdir()] == ["credentials.json"]


def test_two_homes_have_two_secrets(tmp_path: Path) -> None:
    assert Home(tmp_path / "a", 1, 2).operator_secret != Home(tmp_path / "b", 1, 2).operator_secret


def test_the_engine_sees_nothing_of_the_callers_environment(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("STRIPE_KEY", "sk_live")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    environ = settings(home)
    assert not {"AWS_PROFILE", "STRIPE_KEY", "PYTHONPATH"} & environ.keys()
    assert environ["AUTH"] == "true"
    assert environ["BIND_HOST"] == "127.0.0.1"


def test_outputs_of_all_stacks_become_one_mapping() -> None:
    stacks = {"Data": {"CatalogTable": "t", "ExportsOutputRefX": "x"}, "Api": {"ApiId": "a"}}
    assert flatten(stacks) == {"CatalogTable": "t", "ApiId": "a"}


def test_an_output_of_two_stacks_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="Two has an output Url"):
        flatten({"One": {"Url": "a"}, "Two": {"Url": "b"}})
