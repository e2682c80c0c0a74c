"""Which folder's model a stage takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumenstock.adapters.onnx.folders import load_model
from lumenstock.kernel.errors import ConfigurationError
from lumenstock.settings import Settings
from tests.demo_models import next_version
from tools.train_demo import MODEL_FOLDER


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The demo model, and the same as its next version."""
    return MODEL_FOLDER, next_version(tmp_path)


@pytest.mark.parametrize(("asked", "found"), [("", "demo@1"), ("demo@1", "demo@1"), ("demo@2", "demo@2")])
def test_the_model_that_is_asked_for_is_found(folders: tuple[Path, Path], asked: str, found: str) -> None:
    assert load_model(asked, folders, "cpu").manifest.id == found


def test_a_model_that_no_folder_holds_is_named(folders: tuple[Path, Path]) -> None:
    with pytest.raises(ConfigurationError, match="clip@1"):
        load_model("clip@1", (*folders, Path("nowhere")), "cpu")


def test_models_lie_beside_the_one_that_was_deployed(tmp_path: Path) -> None:
    for name in ("demo", "clip@1"):
        (tmp_path / name).mkdir()
    stage = Settings(model_dir=tmp_path / "demo")
    assert set(stage.model_folders) == {tmp_path / "demo", tmp_path / "clip@1"}
    assert stage.model_folders[0] == tmp_path / "demo", "the one that answers without a rollout"
    elsewhere = Settings(model_dir=tmp_path / "demo", candidate_model_dir=tmp_path / "clip@1")
    assert elsewhere.model_folders[:2] == (tmp_path / "demo", tmp_path / "clip@1")
