"""Search with a model that was swapped in: it is published, and no layer holds it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.adapters.onnx.models import publish
from lumenstock.bootstrap import embedder
from tests.conftest import Stores
from tests.contract.search.documents import document, image_id
from tests.demo_models import NEW, next_version, swap
from tests.functions.search.conftest import Get
from tools.train_demo import MODEL_FOLDER


@pytest.fixture(autouse=True)
def _swapped(
    stores: Stores,  # noqa: ARG001 - the stage
    get: Get,  # noqa: ARG001 - the service
    set_stage: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stage in which ``demo@2`` answers, though ``demo@1`` was deployed."""
    set_stage(MODEL_DIR=str(MODEL_FOLDER))
    monkeypatch.setattr(bootstrap, "embedder", embedder)  # and not what `get` put there
    swap()
    boat = OnnxEmbedder(MODEL_FOLDER).encode_texts(["boat"])[0]
    bootstrap.search_index().write([document(1, title="untitled", vector=boat, model=NEW)])
    list(publish(next_version(tmp_path), NEW, bootstrap.originals()))


def test_words_are_encoded_by_it(get: Get) -> None:
    page = get("/v1/search", q="boat", mode="semantic").json()
    assert page["degraded"] is False
    assert [result["id"] for result in page["results"]] == [image_id(1)]
