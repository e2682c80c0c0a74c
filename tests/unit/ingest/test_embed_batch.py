from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lumenstock import bootstrap
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from lumenstock.catalog.image import Image, rendition_key
from lumenstock.catalog.states import Status
from lumenstock.embedding.model import from_f16
from lumenstock.imaging.grey import miniature
from lumenstock.imaging.miniature import Miniature, resemblance
from lumenstock.ingest.embed_batch import EmbedBatch, Outcome
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.near_duplicates import NearDuplicates
from lumenstock.ingest.picture_vectors import Models
from lumenstock.ingest.review import ReviewPolicy
from lumenstock.kernel.clock import SystemClock
from lumenstock.kernel.errors import ConfigurationError
from lumenstock.search.ports import IndexQuery, SearchIndex
from tests.conftest import DERIVATIVES, Stores
from tests.contract.search.documents import image_id, numbers
from tests.unit.ingest.faulty import Broken, Meanwhile, Picky, Refusing
from tests.unit.ingest.rendered import picture_of, put_file, rendered, small
from tools.train_demo import MODEL_FOLDER

pytestmark = pytest.mark.usefixtures("stores")

MODEL = "demo@1"
APPROVING = ReviewPolicy("auto", approve_unscored=True)


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder(MODEL_FOLDER)


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path)


@pytest.fixture
def batch(embedder: OnnxEmbedder, index: EmbeddedIndex) -> EmbedBatch:
    return batch_with(embedder, index)


def batch_with(
    embedder: OnnxEmbedder,
    index: SearchIndex,
    policy: ReviewPolicy = APPROVING,
) -> EmbedBatch:
    clock = SystemClock()
    near = NearDuplicates(bootstrap.catalog(), bootstrap.hash_book(), index, clock)
    return EmbedBatch(
        bootstrap.catalog(), bootstrap.derivatives(), lambda: Models(embedder), index, near, policy, clock
    )


@pytest.fixture
def processing(stores: Stores) -> Callable[..., Image]:
    return lambda number=1, **fields: rendered(bootstrap.catalog(), stores, number, **fields)


def ask(*rows: Image) -> list[EmbedRequest]:
    return [EmbedRequest(row.id, row.rev) for row in rows]


def found(index: SearchIndex) -> list[int]:
    return sorted(numbers(index.query(IndexQuery()).keyword))


def test_a_rendered_image_is_embedded_annotated_approved_and_found(
    batch: EmbedBatch, index: EmbeddedIndex, processing: Callable[..., Image]
) -> None:
    assert batch.run(ask(processing())) == [Outcome.DONE]
    row = bootstrap.catalog().get(image_id(1))
    assert (row.status, row.version, row.model) == (Status.APPROVED, 5, MODEL)
    assert row.ai_tags
    assert sum(swatch.share for swatch in row.palette) == pytest.approx(1, abs=0.01)
    vector = bootstrap.catalog().get_vector(row.id, MODEL)
    assert vector is not None
    document = index.get([row.id])[row.id]
    assert (document.version, document.model, document.vector_f16) == (5, MODEL, vector.vector_f16)
    own = Miniature(document.miniature, document.width_px / document.height_px)
    assert document.miniature == vector.miniature
    assert resemblance(miniature(np.asarray(picture_of(1).picture)), [own])[0] > 0.95


def test_the_vector_lies_where_the_caption_of_the_picture_points(
    batch: EmbedBatch, embedder: OnnxEmbedder, processing: Callable[..., Image]
) -> None:
    rows = [processing(number) for number in range(1, 9)]
    batch.run(ask(*rows))
    vectors = np.stack(
        [from_f16(item.vector_f16) for row in rows if (item := bootstrap.catalog().get_vector(row.id, MODEL))]
    )
    captions = embedder.encode_texts([picture_of(number).caption for number in range(1, 9)])
    scores = captions @ vectors.T
    assert np.diag(scores).mean() > scores.mean() + 0.3


def test_what_no_model_can_tell_stays_null(batch: EmbedBatch, processing: Callable[..., Image]) -> None:
    batch.run(ask(processing()))
    assert bootstrap.catalog().get(image_id(1)).nsfw is None


@pytest.mark.parametrize(
    "policy", [ReviewPolicy("all", approve_unscored=True), ReviewPolicy("auto", approve_unscored=False)]
)
def test_a_stage_that_reviews_sends_it_to_a_moderator_and_shows_nothing(
    embedder: OnnxEmbedder, index: EmbeddedIndex, processing: Callable[..., Image], policy: ReviewPolicy
) -> None:
    assert batch_with(embedder, index, policy).run(ask(processing())) == [Outcome.DONE]
    assert bootstrap.catalog().get(image_id(1)).status is Status.PENDING_REVIEW
    assert found(index) == []


def test_the_contributor_s_categories_stay_and_the_model_s_fill_an_empty_list(
    batch: EmbedBatch, processing: Callable[..., Image]
) -> None:
    rows = [processing(number) for number in range(1, 13)]
    chosen = bootstrap.catalog().update(rows[0].id, lambda row: row.changed(categories=("sports",)))
    batch.run(ask(chosen, *rows[1:]))
    found_rows = bootstrap.catalog().get_many([row.id for row in rows])
    assert found_rows[chosen.id].categories == ("sports",)
    right = [
        picture_of(number).category in found_rows[image_id(number)].categories for number in range(2, 13)
    ]
    assert sum(right) >= 8


def test_a_second_run_changes_nothing_and_is_done(
    batch: EmbedBatch, index: EmbeddedIndex, processing: Callable[..., Image]
) -> None:
    requests = ask(processing())
    batch.run(requests)
    first = bootstrap.catalog().get(image_id(1)), index.get([image_id(1)])
    assert batch.run(requests) == [Outcome.DONE]
    assert (bootstrap.catalog().get(image_id(1)), index.get([image_id(1)])) == first


def test_the_same_message_twice_in_a_batch_is_done_twice(
    batch: EmbedBatch, processing: Callable[..., Image]
) -> None:
    row = processing()
    assert batch.run(ask(row, row)) == [Outcome.DONE, Outcome.DONE]
    assert bootstrap.catalog().get(row.id).version == 5


def test_an_image_that_died_before_the_index_was_told_is_indexed_by_the_repeat(
    embedder: OnnxEmbedder, tmp_path: Path, processing: Callable[..., Image]
) -> None:
    index = Refusing(tmp_path)
    batch, requests = batch_with(embedder, index), ask(processing())
    assert batch.run(requests) == [Outcome.RETRY]
    assert bootstrap.catalog().get(image_id(1)).status is Status.APPROVED
    index.down = False
    assert batch.run(requests) == [Outcome.DONE]
    assert found(index) == [1]


@pytest.mark.parametrize("status", [Status.REJECTED, Status.DELETED, Status.PROCESSING_FAILED])
def test_an_image_that_ended_meanwhile_is_left_as_it_is(
    batch: EmbedBatch, index: EmbeddedIndex, processing: Callable[..., Image], status: Status
) -> None:
    row = processing()
    ended = bootstrap.catalog().update(row.id, lambda present: present.moved(status, present.entered_at))
    assert batch.run(ask(row)) == [Outcome.DONE]
    assert bootstrap.catalog().get(row.id) == ended
    assert found(index) == []


def _rejected(row: Image) -> Image:
    return row.moved(Status.REJECTED, row.entered_at)


def _processed_anew(row: Image) -> Image:
    return row.changed(rev=row.rev + 1, renditions=())


@pytest.mark.parametrize("change", [_rejected, _processed_anew])
def test_an_image_that_changes_while_it_is_embedded_is_left_as_it_is(
    index: EmbeddedIndex, processing: Callable[..., Image], change: Callable[[Image], Image]
) -> None:
    row = processing()
    embedder = Meanwhile(MODEL_FOLDER)
    embedder.happens = lambda: bootstrap.catalog().update(row.id, change)
    assert batch_with(embedder, index).run(ask(row)) == [Outcome.DONE]
    assert bootstrap.catalog().get(row.id) == change(row)
    assert found(index) == []


def test_two_workers_with_the_same_message_make_one_approval_and_one_document(
    index: EmbeddedIndex, embedder: OnnxEmbedder, processing: Callable[..., Image]
) -> None:
    row = processing()
    slower = Meanwhile(MODEL_FOLDER)
    slower.happens = lambda: batch_with(embedder, index).run(ask(row))
    assert batch_with(slower, index).run(ask(row)) == [Outcome.DONE]
    assert bootstrap.catalog().get(row.id).version == 5
    assert index.get([row.id])[row.id].version == 5


def test_a_message_of_an_unknown_image_is_done(batch: EmbedBatch) -> None:
    assert batch.run([EmbedRequest(image_id(99), 1)]) == [Outcome.DONE]


def test_a_message_of_an_older_revision_is_done_and_the_newer_still_gets_embedded(
    batch: EmbedBatch, processing: Callable[..., Image]
) -> None:
    row = processing(rev=2)
    assert batch.run([EmbedRequest(row.id, 1)]) == [Outcome.DONE]
    assert bootstrap.catalog().get(row.id).status is Status.PROCESSING
    assert batch.run(ask(row)) == [Outcome.DONE]
    assert bootstrap.catalog().get(row.id).status is Status.APPROVED


@pytest.mark.parametrize("behind", [{"rev": 1}, {"renditions": ()}])
def test_a_message_that_comes_before_its_row_is_seen_must_come_again(
    batch: EmbedBatch, stores: Stores, processing: Callable[..., Image], behind: dict[str, object]
) -> None:
    row = bootstrap.catalog().update(processing(rev=2).id, lambda present: present.changed(**behind))
    put_file(stores, row, small(picture_of(1).picture))
    assert batch.run([EmbedRequest(row.id, 2)]) == [Outcome.RETRY]
    assert bootstrap.catalog().get(row.id) == row


def test_a_missing_and_a_damaged_file_are_retried_alone(
    batch: EmbedBatch, stores: Stores, index: EmbeddedIndex, processing: Callable[..., Image]
) -> None:
    rows = [processing(number) for number in (1, 2, 3)]
    put_file(stores, rows[0], small(picture_of(1).picture)[:-400])
    stores.s3.delete_object(Bucket=DERIVATIVES, Key=rendition_key(rows[1].media_key, 1, "300"))
    assert batch.run(ask(*rows)) == [Outcome.RETRY, Outcome.RETRY, Outcome.DONE]
    assert found(index) == [3]


def test_a_picture_that_the_model_fails_on_is_found_by_halving_and_the_others_go_on(
    stores: Stores, index: EmbeddedIndex, processing: Callable[..., Image]
) -> None:
    rows = [processing(number) for number in range(1, 9)]
    put_file(stores, rows[4], small(picture_of(5).picture.point(lambda _: 0)))
    picky = Picky(MODEL_FOLDER)
    picky.batches = []
    outcomes = batch_with(picky, index).run(ask(*rows))
    assert [number for number, outcome in enumerate(outcomes) if outcome is Outcome.RETRY] == [4]
    assert found(index) == [1, 2, 3, 4, 6, 7, 8]
    assert picky.batches == [8, 4, 4, 2, 1, 1, 2]


def test_what_is_no_unit_vector_is_never_written(
    index: EmbeddedIndex, processing: Callable[..., Image]
) -> None:
    rows = [processing(number) for number in (1, 2)]
    assert batch_with(Broken(MODEL_FOLDER), index).run(ask(*rows)) == [Outcome.RETRY, Outcome.DONE]
    assert bootstrap.catalog().get_vector(rows[0].id, MODEL) is None


def test_more_than_32_are_embedded_in_batches_of_32(
    index: EmbeddedIndex, processing: Callable[..., Image]
) -> None:
    rows = [processing(number) for number in range(1, 36)]
    picky = Picky(MODEL_FOLDER)
    picky.batches = []
    assert set(batch_with(picky, index).run(ask(*rows))) == {Outcome.DONE}
    assert picky.batches == [32, 3]


def test_without_a_valid_model_nothing_is_halved_and_the_fault_is_raised(
    index: EmbeddedIndex, processing: Callable[..., Image], tmp_path: Path
) -> None:
    for file in MODEL_FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "image.onnx").write_bytes(b"not a graph")
    with pytest.raises(ConfigurationError):
        batch_with(OnnxEmbedder(tmp_path), index).run(ask(processing()))
