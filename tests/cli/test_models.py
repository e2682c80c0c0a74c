from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from encoders.checkpoint import WEIGHTS
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from tests.cli.running import Ran, Run
from tests.encoders.conftest import hub, made
from tests.encoders.hub import Hub, status
from tools.scenes import scene

__all__ = ["hub", "made"]

NAME = "clip-vit-l-14"
Call = Callable[..., Ran]

WORDS = """
neutral = ["a photo."]
[categories]
nature = ["a photo of nature."]
[[group]]
name = "few"
prompts = ["a photo of {}."]
terms = "ocean, night"
"""


@pytest.fixture
def models(run: Run, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs ``lumenstock models …`` on folders of its own."""
    monkeypatch.setenv("LUMENSTOCK_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    (tmp_path / "words.toml").write_text(WORDS)

    def call(command: str, *arguments: str) -> Ran:
        options = [] if command == "list" else [NAME]
        if command in {"fetch", "export"}:
            options += ["--lock", str(tmp_path / "models.lock")]
        if command == "export":
            options += ["--vocabulary", str(tmp_path / "words.toml")]
        return run("models", command, *options, *arguments)

    return call


def _listed(models: Call) -> dict[str, dict[str, str]]:
    return {row["model"]: row for row in models("list", "--json").lines}


def test_a_model_goes_from_the_hub_to_an_embedder(models: Call, tmp_path: Path) -> None:
    assert _listed(models)[f"{NAME}@1"]["state"] == "not fetched"
    fetched = models("fetch")
    assert fetched.code == 0
    assert "Commit it" in fetched.err
    assert set(json.loads((tmp_path / "models.lock").read_text())) == {NAME}
    assert _listed(models)[f"{NAME}@1"]["state"] == "fetched"
    exported = models("export")
    assert exported.code == 0
    embedder = OnnxEmbedder(Path(exported.out.strip()))
    assert embedder.encode_texts(["night"]).shape == (1, 768)
    assert embedder.tags
    assert embedder.tags.labels == ("ocean", "night")
    row = _listed(models)[f"{NAME}@1"]
    assert (row["state"], row["knows"], row["queries"]) == ("exported", "categories, tags", "text.onnx")


def test_the_shipped_model_is_listed_too(models: Call) -> None:
    assert _listed(models)["demo@1"]["state"] == "shipped"
    assert "demo@1" in models("list").out


def test_what_was_not_fetched_is_not_exported(models: Call) -> None:
    ran = models("export")
    assert ran.code == 5
    assert f"lumenstock models fetch {NAME}" in ran.err


def test_what_was_changed_since_the_fetch_is_not_exported(models: Call, tmp_path: Path) -> None:
    models("fetch")
    with (tmp_path / "models" / NAME / "checkpoint" / WEIGHTS).open("ab") as file:
        file.write(b"\0")
    ran = models("export")
    assert ran.code == 5
    assert "is not the file that models.lock names" in ran.err


def test_a_hub_that_refuses_is_told_by_its_cause(models: Call, hub: Hub) -> None:
    hub.faults["config.json"] = [status(403)]
    ran = models("fetch")
    assert ran.code == 5
    assert "The hub refuses" in ran.err


def test_a_hub_that_does_not_answer_is_told_with_a_way_out(
    models: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.models.time.sleep", lambda _s: None)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    ran = models("fetch")
    assert ran.code == 4
    assert "--hub" in ran.err


def test_an_unknown_model_is_told_with_those_that_are_known(run: Run) -> None:
    ran = run("models", "fetch", "clip-vit-xxl")
    assert ran.code == 5
    assert NAME in ran.err


def test_a_machine_without_the_libraries_is_told_their_group(
    models: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "encoders.export", None)
    ran = models("export")
    assert ran.code == 4
    assert "dependency group `models`" in ran.err


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(100):
        scene(number, 80, 60).picture.save(folder / f"{number:03d}.jpg")
    (folder / "notes.txt").write_text("not a picture")
    return folder


def test_an_evaluation_prints_its_table_and_decides_what_serves(models: Call, photos: Path) -> None:
    models("fetch")
    models("export")
    ran = models("evaluate", str(photos), "--least-overlap", "0", "--apply")
    assert ran.code == 0, ran.out
    assert "100 pictures, 1,5" in ran.out
    assert "overlap@10" in ran.out
    assert "notes.txt is passed over" in ran.err
    assert _listed(models)[f"{NAME}@1"]["queries"] == "text.int8.onnx"


def test_a_model_that_does_not_pass_has_an_exit_code_of_its_own(
    models: Call, photos: Path, tmp_path: Path
) -> None:
    models("fetch")
    models("export")
    (tmp_path / "queries.txt").write_text("\n".join(f"night {number}" for number in range(30)))
    queries = ("--queries", str(tmp_path / "queries.txt"))
    ran = models("evaluate", str(photos), *queries, "--least-overlap", "1", "--apply")
    assert ran.code == 8
    assert "✗" in ran.out
    assert _listed(models)[f"{NAME}@1"]["queries"] == "text.onnx"


def test_an_evaluation_needs_an_exported_model(models: Call, photos: Path) -> None:
    ran = models("evaluate", str(photos))
    assert ran.code == 4
    assert "no valid model" in ran.err


def test_a_model_is_taught_by_labels_and_tells_what_it_learned(models: Call, photos: Path) -> None:
    models("fetch")
    models("export")
    for number in range(60):  # nothing is easier to tell apart than black and white
        Image.new("RGB", (64, 64), ("black", "white")[number % 2]).save(photos / f"plain{number}.png")
    lines = [f"plain{number}.png,{number % 2},{number % 2}" for number in range(60)]
    (photos / "labels.csv").write_text("\n".join(["file,nsfw,people", *lines, "lost.jpg,1,1"]))
    ran = models("fit", str(photos / "labels.csv"))
    assert ran.code == 0, ran.out
    assert "lost.jpg is passed over" in ran.err
    assert _listed(models)[f"{NAME}@1"]["knows"] == "categories, nsfw, people, tags"


def test_labels_that_teach_nothing_leave_the_model_as_it_is(models: Call, photos: Path) -> None:
    models("fetch")
    models("export")
    lines = [f"{number:03d}.jpg,{number % 2}" for number in range(30)]
    (photos / "labels.csv").write_text("\n".join(["file,nsfw", *lines]))
    ran = models("fit", str(photos / "labels.csv"))
    assert ran.code == 8
    assert _listed(models)[f"{NAME}@1"]["knows"] == "categories, tags"
