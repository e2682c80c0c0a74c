"""Images that a backfill made anew: their vector follows, and nobody is shown or hidden by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.embed_batch import EmbedBatch, Outcome
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.near_duplicates import NearDuplicates
from lumenstock.ingest.picture_vectors import Models
from lumenstock.ingest.review import ReviewPolicy
from lumenstock.kernel.clock import SystemClock
from tests.conftest import Stores
from tests.unit.ingest.rendered import picture_of, put_file, rendered, small
from tools.train_demo import MODEL_FOLDER

MODEL = "demo@1"


class Worker:
    """The embedding of a stage, its index, and images that went through it."""

    def __init__(self, stores: Stores, folder: Path, policy: ReviewPolicy) -> None:
        self.stores, self.index = stores, EmbeddedIndex(folder)
        self.catalog = bootstrap.catalog()
        embedder = OnnxEmbedder(MODEL_FOLDER)
        near = NearDuplicates(self.catalog, bootstrap.hash_book(), self.index, SystemClock())
        self.batch = EmbedBatch(
            self.catalog,
            bootstrap.derivatives(),
            lambda: Models(embedder),
            self.index,
            near,
            policy,
            SystemClock(),
        )

    def embedded(self, **fields: object) -> Image:
        row = rendered(self.catalog, self.stores, 1, **fields)
        self.embed(row)
        return self.catalog.get(row.id)

    def embed(self, row: Image) -> None:
        assert self.batch.run([EmbedRequest(row.id, row.rev)]) == [Outcome.DONE]

    def renewed(self, row: Image, scene: int = 2) -> Image:
        """The next revision, with the picture of another scene: its vector must differ."""
        row = self.catalog.update(row.id, lambda present: present.changed(rev=present.rev + 1))
        put_file(self.stores, row, small(picture_of(scene).picture))
        return row

    def vector(self, row: Image) -> tuple[int, bytes]:
        item = self.catalog.get_vector(row.id, MODEL)
        assert item is not None
        return item.rev, item.vector_f16


@pytest.fixture
def worker(stores: Stores, tmp_path: Path) -> Worker:
    return Worker(stores, tmp_path, ReviewPolicy("auto", approve_unscored=True))


def test_a_new_revision_gets_a_new_vector_and_the_index_has_it(worker: Worker) -> None:
    old = worker.embedded()
    new = worker.renewed(old)
    before = worker.vector(old)
    worker.embed(new)
    rev, vector = worker.vector(new)
    assert (before[0], rev) == (1, 2)
    assert vector != before[1]
    document = worker.index.get([new.id])[new.id]
    assert document.vector_f16 == vector
    assert f"/{new.rev}/" in document.thumbnail


def test_it_stays_approved_where_a_new_picture_would_wait_for_a_moderator(
    stores: Stores, tmp_path: Path, worker: Worker
) -> None:
    new = worker.renewed(worker.embedded())
    strict = Worker(stores, tmp_path, ReviewPolicy("all", approve_unscored=False))
    strict.embed(new)
    row = strict.catalog.get(new.id)
    assert (row.status, row.ai_tags != new.ai_tags) == (Status.APPROVED, True)
    assert strict.vector(new)[0] == 2


def test_one_that_waits_for_a_moderator_goes_on_waiting(stores: Stores, tmp_path: Path) -> None:
    strict = Worker(stores, tmp_path, ReviewPolicy("all", approve_unscored=False))
    new = strict.renewed(strict.embedded())
    strict.embed(new)
    assert strict.catalog.get(new.id).status is Status.PENDING_REVIEW
    assert strict.vector(new)[0] == 2
    assert new.id not in strict.index.get([new.id])


def test_a_second_message_changes_nothing(worker: Worker) -> None:
    new = worker.renewed(worker.embedded())
    worker.embed(new)
    row, vector = worker.catalog.get(new.id), worker.vector(new)
    worker.embed(new)
    assert (worker.catalog.get(new.id), worker.vector(new)) == (row, vector)


def test_the_vector_of_another_model_is_made_anew(worker: Worker) -> None:
    row = worker.embedded()
    row = worker.catalog.update(row.id, lambda present: present.changed(model="old@1"))
    worker.embed(row)
    assert worker.catalog.get(row.id).model == MODEL


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda row: replace(row, status=Status.TAKEN_DOWN, version=row.version + 1),
        lambda row: row.changed(rev=row.rev + 1),
    ],
)
def test_one_that_was_taken_down_or_renewed_again_keeps_what_it_says(
    worker: Worker, meanwhile: Callable[[Image], Image]
) -> None:
    new = worker.renewed(worker.embedded())
    gone = worker.catalog.update(new.id, meanwhile)
    worker.embed(new)
    assert worker.catalog.get(new.id) == gone
