"""Two models at a time: new pictures get both vectors, older ones the other one's, and no row is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lumenstock import bootstrap, use_cases
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.models import PUBLISHED, publish
from lumenstock.catalog.image import rendition_key
from lumenstock.catalog.states import Status
from lumenstock.embedding.model import Embedder
from lumenstock.ingest.embed_batch import Outcome
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.revector import Revector, all_lacking
from lumenstock.kernel.errors import UnavailableError
from lumenstock.search.rollout import State
from tests.conftest import DERIVATIVES, Stores
from tests.contract.search.documents import image_id
from tests.demo_models import NEW, OLD, move, next_version, open_rollout, swap
from tests.unit.ingest.rendered import rendered
from tools.train_demo import MODEL_FOLDER


@pytest.fixture
def following(tmp_path: Path) -> Path:
    """The folder of the demo model's next version."""
    return next_version(tmp_path)


@pytest.fixture
def stage(stores: Stores, set_stage: Callable[..., None], tmp_path: Path, following: Path) -> Stores:
    """A stage with both models at hand."""
    set_stage(
        SEARCH_ENGINE="embedded",
        SEARCH_DIR=str(tmp_path / "search"),
        MODEL_DIR=str(MODEL_FOLDER),
        REVIEW="auto",
        APPROVE_UNSCORED="true",
    )
    list(publish(following, NEW, bootstrap.originals()))
    return stores


def embed(stores: Stores, number: int) -> None:
    row = rendered(bootstrap.catalog(), stores, number)
    assert use_cases.embed_batch().run([EmbedRequest(row.id, row.rev)]) == [Outcome.DONE]


def models_of(number: int) -> set[str]:
    return {
        model for model in (OLD, NEW) if bootstrap.catalog().get_vector(image_id(number), model) is not None
    }


def test_without_a_rollout_a_picture_is_embedded_by_one_model(stage: Stores) -> None:
    embed(stage, 1)
    assert models_of(1) == {OLD}


def test_while_a_rollout_is_open_a_picture_is_embedded_by_both(stage: Stores) -> None:
    open_rollout()
    embed(stage, 1)
    assert models_of(1) == {OLD, NEW}
    assert bootstrap.catalog().get(image_id(1)).model == OLD
    move(State.FILLED, State.COMPARED, State.SWAPPED)
    embed(stage, 2)
    assert models_of(2) == {OLD, NEW}
    assert bootstrap.catalog().get(image_id(2)).model == NEW


def test_a_stage_without_the_other_model_goes_on_with_one(stage: Stores) -> None:
    for key in list(bootstrap.originals().keys(PUBLISHED)):
        bootstrap.originals().delete(key)
    open_rollout()
    embed(stage, 1)
    assert models_of(1) == {OLD}


def test_the_model_of_a_swap_answers_at_once(stage: Stores) -> None:  # noqa: ARG001 - the stage
    assert bootstrap.embedder().manifest.id == OLD
    swap()
    assert bootstrap.embedder().manifest.id == NEW


def test_a_picture_that_lacks_a_vector_gets_it_and_its_row_stays(stage: Stores, following: Path) -> None:
    embed(stage, 1)
    before = bootstrap.catalog().get(image_id(1))
    again = Revector(bootstrap.catalog(), bootstrap.derivatives(), OnnxEmbedder(following))
    assert list(all_lacking(bootstrap.catalog(), NEW, lambda _: None)) == [before.id]
    requests = [EmbedRequest(before.id, before.rev), EmbedRequest(image_id(404), 1)]
    assert again.write(again.encode(again.read(requests))) == [Outcome.DONE, Outcome.DONE]
    assert models_of(1) == {OLD, NEW}
    assert bootstrap.catalog().get(image_id(1)) == before
    assert list(all_lacking(bootstrap.catalog(), NEW, lambda _: None)) == []
    assert again.read(requests).pictures == [], "what has its vector is not embedded again"


def test_a_vector_that_has_no_miniature_is_made_anew(stage: Stores, following: Path) -> None:
    embed(stage, 1)
    again = Revector(bootstrap.catalog(), bootstrap.derivatives(), OnnxEmbedder(following))
    request = [EmbedRequest(image_id(1), 1)]
    again.write(again.encode(again.read(request)))
    made = bootstrap.catalog().get_vector(image_id(1), NEW)
    assert made is not None
    bootstrap.catalog().put_vector(image_id(1), replace(made, miniature=b""))
    assert list(all_lacking(bootstrap.catalog(), NEW, lambda _: None)) == [image_id(1)]
    again.write(again.encode(again.read(request)))
    assert bootstrap.catalog().get_vector(image_id(1), NEW) == made


def test_a_bucket_that_does_not_answer_for_the_other_model_keeps_nothing_from_the_one_that_serves(
    stage: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_rollout()
    embedder_of = bootstrap.embedder_of

    def failing(model: str) -> Embedder:
        if model == NEW:
            raise UnavailableError
        return embedder_of(model)

    monkeypatch.setattr(bootstrap, "embedder_of", failing)
    embed(stage, 1)
    assert models_of(1) == {OLD}


def test_a_picture_that_cannot_be_read_comes_again(stage: Stores, following: Path) -> None:
    embed(stage, 1)
    row = bootstrap.catalog().get(image_id(1))
    assert row.status is Status.APPROVED
    stage.s3.delete_object(Bucket=DERIVATIVES, Key=rendition_key(row.media_key, row.rev, "300"))
    again = Revector(bootstrap.catalog(), bootstrap.derivatives(), OnnxEmbedder(following))
    assert again.write(again.encode(again.read([EmbedRequest(row.id, row.rev)]))) == [Outcome.RETRY]
