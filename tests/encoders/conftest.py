from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.encoders.made import made_model


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that no test changes; its checkpoint lies beside it."""
    return made_model(tmp_path_factory.mktemp("clip"))


@pytest.fixture
def checkpoint(made: Path, tmp_path: Path) -> Path:
    """A checkpoint of one's own."""
    return Path(shutil.copytree(made.parent / "checkpoint", tmp_path / "checkpoint"))


@pytest.fixture
def model(made: Path, tmp_path: Path) -> Path:
    """A model of one's own."""
    return Path(shutil.copytree(made, tmp_path / "model"))
