from __future__ import annotations

from pathlib import Path

import pytest

from localcloud import sources
from localcloud.home import REPOSITORY, Home


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name in ("app.py", "cdk.json", "functions/auth/api.py", "layers/common/python/lumenstock/x.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("1")
    return root


@pytest.mark.parametrize(
    "name",
    [
        "app.py",
        "functions/auth/api.py",
        "layers/common/python/lumenstock/x.py",
        "infra/new.py",
        "localcloud/applied.py",
        "localcloud/coverage.json",
    ],
)
def test_a_change_of_the_sources_asks_for_a_deployment(home: Home, repository: Path, name: str) -> None:
    before = sources.digest(home, repository)
    assert sources.digest(home, repository) == before
    (repository / name).parent.mkdir(exist_ok=True)
    (repository / name).write_text("2")
    assert sources.digest(home, repository) != before


@pytest.mark.parametrize(
    "name", ["README.md", "functions/auth/__pycache__/api.pyc", "localcloud/logs.py", "tests/test_x.py"]
)
def test_a_change_elsewhere_does_not(home: Home, repository: Path, name: str) -> None:
    before = sources.digest(home, repository)
    (repository / name).parent.mkdir(parents=True, exist_ok=True)
    (repository / name).write_text("2")
    assert sources.digest(home, repository) == before


def test_a_renamed_file_is_a_change(home: Home, repository: Path) -> None:
    before = sources.digest(home, repository)
    (repository / "functions/auth/api.py").rename(repository / "functions/auth/service.py")
    assert sources.digest(home, repository) != before


def test_another_address_is_another_deployment(home: Home, repository: Path) -> None:
    elsewhere = Home(home.folder, home.engine_port, home.front_port + 1)
    assert sources.digest(elsewhere, repository) != sources.digest(home, repository)


def test_every_file_that_it_names_is_there() -> None:
    named = [*sources._FILES, *(f"localcloud/{name}" for name in sources._STEPS)]
    assert [name for name in named if not (REPOSITORY / name).is_file()] == []
