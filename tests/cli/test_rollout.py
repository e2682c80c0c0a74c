"""A rollout by its commands, against stores and an embedded index; the job runs as AWS Batch would run it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions.gpu import EMBED_JOB
from gpu_batch import job
from lumenstock import bootstrap, settings, use_cases
from lumenstock.adapters.onnx.folder import TEXT_GRAPH, ModelFolder
from lumenstock.ingest import model_rollout
from lumenstock.ingest.embed_batch import Outcome
from lumenstock.ingest.embed_message import EmbedRequest
from tests.cli.running import Ran, Run
from tests.conftest import Stores, forget_cached
from tests.contract.search.documents import image_id
from tests.demo_models import change_manifest, next_version
from tests.unit.ingest.rendered import rendered
from tools.train_demo import MODEL_FOLDER


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
    forget_cached(bootstrap, use_cases, settings)


@pytest.fixture
def ops(
    stores: Stores,
    set_stage: Callable[..., None],
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Runs a command of a rollout in a stage of four approved pictures, with two versions of the demo model."""
    outputs = tmp_path / "outputs.json"
    outputs.write_text("{}")
    set_stage(
        SEARCH_ENGINE="embedded",
        SEARCH_DIR=str(tmp_path / "search"),
        MODEL_DIR=str(MODEL_FOLDER),
        REVIEW="auto",
        APPROVE_UNSCORED="true",
    )
    monkeypatch.setattr(model_rollout, "SETTLE_S", 0)
    rows = [rendered(bootstrap.catalog(), stores, number) for number in range(1, 5)]
    requests = [EmbedRequest(row.id, row.rev) for row in rows]
    assert use_cases.embed_batch().run(requests) == [Outcome.DONE] * 4

    def runs(*words: str) -> Ran:
        return run("ops", "--outputs", str(outputs), "rollout", *words)

    return runs


def run_as_batch_does(printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command said is to be run, for the one slice there is."""
    folder = printed.split()[3]
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "0")
    forget_cached(settings)
    command = EMBED_JOB.run_with(source=folder, model="demo@2", idle_s="0")
    assert command[:3] == ["python", "-m", "gpu_batch.job"]
    assert job.main(command[3:]) == 0


def test_a_rollout_by_its_commands(ops: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = ops("start", "demo@2", "--folder", str(next_version(tmp_path)))
    assert started.code == 0, started.err
    assert "published manifest.json" in started.err
    assert "4 images have no vector of demo@2" in started.err
    run_as_batch_does(started.out, monkeypatch)
    assert bootstrap.catalog().get(image_id(1)).model == "demo@1", "rows stay as they are"
    assert "0 images" in ops("start", "demo@2").err
    for command in ("fill", "compare", "swap"):
        done = ops(command)
        assert done.code == 0, (command, done.err)
        if command == "compare":
            assert "overlap@10 of 4 pictures: 1.000" in done.out, "the same weights under another version"
    bootstrap.pointer().fresh()
    assert bootstrap.embedder().manifest.id == "demo@2"
    assert bootstrap.search_index().tally("demo@2").vectors == 4
    assert "demo@1 answers" in ops("rollback").err
    assert "demo@2 answers" in ops("swap").err
    assert "closed" in ops("finish").err
    assert ops("status").code == 0


def test_an_index_that_lacks_vectors_is_not_swapped_in(ops: Run, tmp_path: Path) -> None:
    assert ops("start", "demo@2", "--folder", str(next_version(tmp_path))).code == 0
    assert ops("fill").code == 0
    compared = ops("compare")
    assert (compared.code, "4 vectors are missing" in compared.err) == (1, True)
    assert ops("swap").code != 0
    assert "demo@1 answers" in ops("status").err


def test_a_folder_of_another_model_opens_no_rollout(ops: Run, tmp_path: Path) -> None:
    started = ops("start", "demo@3", "--folder", str(next_version(tmp_path)))
    assert (started.code != 0, "is demo@2" in started.err) == (True, True)
    assert bootstrap.serving_model() is None


def test_a_model_that_functions_would_not_find_opens_no_rollout(ops: Run) -> None:
    started = ops("start", "demo@9")
    assert (started.code != 0, "nor published" in started.err) == (True, True)
    assert bootstrap.serving_model() is None


def test_a_model_that_reads_no_words_opens_no_rollout(ops: Run, tmp_path: Path) -> None:
    folder = next_version(tmp_path)
    (folder / TEXT_GRAPH).write_bytes(b"no graph")
    files = dict(ModelFolder(folder).files)
    change_manifest(folder, files=files | {TEXT_GRAPH: hashlib.sha256(b"no graph").hexdigest()})
    started = ops("start", "demo@2", "--folder", str(folder))
    assert (started.code != 0, "cannot encode words" in started.err) == (True, True)
    assert bootstrap.serving_model() is None


def test_a_model_without_a_version_is_none(ops: Run) -> None:
    assert ops("start", "demo").code != 0
