"""Pictures and copies of them, embedded one after the other or together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageOps

from lumenstock import bootstrap
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.catalog.image import Image
from lumenstock.ingest.embed_batch import EmbedBatch
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.near_duplicates import NearDuplicates
from lumenstock.ingest.picture_vectors import Models
from lumenstock.ingest.review import ReviewPolicy
from lumenstock.ingest.second_look import SecondLook
from lumenstock.search.ports import SearchIndex
from tests.conftest import Stores
from tests.unit.ingest.copies import APPROVING, SHOWN, Change, Rendered
from tests.unit.ingest.rendered import picture_of, put_file, rendered, small
from tools.train_demo import MODEL_FOLDER


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path)


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder(MODEL_FOLDER)


@pytest.fixture
def embed(embedder: OnnxEmbedder, index: EmbeddedIndex, hands: Hands) -> Callable[..., list[Image]]:
    """Embed rows in one batch, one second after the last; gives them as they then are."""

    def run(
        *rows: Image,
        policy: ReviewPolicy = APPROVING,
        by: OnnxEmbedder = embedder,
        into: SearchIndex = index,
    ) -> list[Image]:
        hands.time += timedelta(seconds=1)
        near = NearDuplicates(bootstrap.catalog(), bootstrap.hash_book(), into, hands)
        batch = EmbedBatch(
            bootstrap.catalog(), bootstrap.derivatives(), lambda: Models(by), into, near, policy, hands
        )
        batch.run([EmbedRequest(row.id, row.rev) for row in rows])
        return [bootstrap.catalog().get(row.id) for row in rows]

    return run


@pytest.fixture
def original(stores: Stores) -> Rendered:
    """An image that shows a scene."""

    def make(number: int = 1, shows: int = SHOWN, **fields: Any) -> Image:
        row = rendered(bootstrap.catalog(), stores, number, **fields)
        put_file(stores, row, small(picture_of(shows).picture))
        return row

    return make


@pytest.fixture
def copy(stores: Stores) -> Rendered:
    """An image that shows the same scene, changed."""

    def make(number: int = 2, change: Change = ImageOps.mirror, **fields: Any) -> Image:
        row = rendered(bootstrap.catalog(), stores, number, **fields)
        put_file(stores, row, small(change(picture_of(SHOWN).picture)))
        return row

    return make


@pytest.fixture
def look_again(index: EmbeddedIndex, hands: Hands) -> Callable[[timedelta], dict[str, int]]:
    """The run of the second look that comes ``after`` so long, and an hour."""

    def run(after: timedelta) -> dict[str, int]:
        near_duplicates = NearDuplicates(bootstrap.catalog(), bootstrap.hash_book(), index, hands)
        second_look = SecondLook(bootstrap.catalog(), bootstrap.hash_book(), near_duplicates)
        looked = second_look.run(hands.time + after + timedelta(hours=1))
        assert looked.faults == ()
        return {"compared": looked.compared, "told": looked.told, "withheld": looked.withheld}

    return run
