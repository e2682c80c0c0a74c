from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, main_thread
from types import FrameType

import pytest

from gpu_batch import job
from lumenstock import bootstrap, use_cases
from lumenstock.adapters.aws.queues import Received, SqsQueue
from lumenstock.adapters.onnx.models import publish
from lumenstock.catalog.image import rendition_key
from lumenstock.catalog.states import Status
from lumenstock.ingest.embed_batch import EmbedBatch, EncodedBatch, ReadBatch
from lumenstock.ingest.embed_manifest import LISTS, read_ids, report_key, write_ids, write_slices
from lumenstock.kernel.errors import ConfigurationError, NotFoundError
from lumenstock.kernel.ids import ImageId, MediaKey
from tests.conftest import DERIVATIVES, Stores
from tests.contract.search.documents import image_id
from tests.demo_models import NEW, next_version
from tests.gpu_batch.queues import send, statuses, waiting
from tests.unit.ingest.rendered import rendered
from tools.train_demo import MODEL_FOLDER


class Interrupted(EmbedBatch):
    """The real batch, but something happens while the model works on the first one."""

    happens: Callable[[], object]

    def encode(self, batch: ReadBatch) -> EncodedBatch:
        self.happens()
        return super().encode(batch)


class StopWhileReceiving(SqsQueue):
    """The real queue, but the signal to stop comes while messages are taken from it."""

    stop: Event

    def receive(self, limit: int, wait_s: int, hold_s: int | None = None) -> list[Received]:
        self.stop.set()
        return super().receive(limit, wait_s, hold_s)


def interrupted(happens: Callable[[], object]) -> EmbedBatch:
    batch = use_cases.embed_batch()
    batch.__class__ = Interrupted
    assert isinstance(batch, Interrupted)
    batch.happens = happens
    return batch


def drain(steps: EmbedBatch, stop: Event, queue: SqsQueue | None = None) -> job.Job:
    run = job.Job(steps, stop)
    run.drain(queue or bootstrap.embed_live_queue())
    assert not run.late
    return run


def missing_file(stores: Stores, media_key: MediaKey) -> None:
    stores.s3.delete_object(Bucket=DERIVATIVES, Key=rendition_key(media_key, 1, "300"))


def test_the_queue_is_drained_once_and_every_image_approved(stores: Stores) -> None:
    rows = send(stores, *range(1, 13))
    total = drain(use_cases.embed_batch(), Event()).meter.total
    assert (total.done, total.failed, total.embedded) == (12, 0, 12)
    assert set(statuses(rows)) == {Status.APPROVED}
    assert waiting(stores) == (0, 0)


def test_a_message_that_must_come_again_rests_and_the_others_of_its_batch_go_on(stores: Stores) -> None:
    good, bad = send(stores, 1, 2)
    missing_file(stores, bad.media_key)
    total = drain(use_cases.embed_batch(), Event()).meter.total
    assert (total.done, total.failed) == (1, 1)
    assert statuses([good, bad]) == [Status.APPROVED, Status.PROCESSING]
    assert waiting(stores) == (0, 1)


def test_what_is_no_request_is_left_to_the_dead_letter_queue(stores: Stores) -> None:
    bootstrap.embed_live_queue().send({"image_id": "nobody"})
    total = drain(use_cases.embed_batch(), Event()).meter.total
    assert (total.done, total.failed) == (0, 0)
    assert waiting(stores) == (0, 1)


def test_a_stop_lets_what_is_embedded_be_written_and_gives_the_rest_back(stores: Stores) -> None:
    rows = send(stores, *range(1, 41))
    stop = Event()
    run = drain(interrupted(stop.set), stop)
    embedded = run.meter.total.embedded  # one batch: the 32, or the 8 that are read faster
    assert embedded in {8, 32}
    assert statuses(rows).count(Status.APPROVED) == embedded
    assert waiting(stores) == (40 - embedded, 0)


def test_a_stop_before_the_work_begins_gives_everything_back_at_once(stores: Stores) -> None:
    rows = send(stores, 1, 2)
    queue = StopWhileReceiving(stores.sqs, stores.embed_live_queue_url)
    queue.stop = Event()
    drain(use_cases.embed_batch(), queue.stop, queue)
    assert set(statuses(rows)) == {Status.PROCESSING}
    assert waiting(stores) == (2, 0)


@pytest.fixture
def terminate(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Sends SIGTERM as the kernel does, to the main thread, and returns when that has heard of it."""
    install, heard = signal.signal, Event()

    def install_heard(number: int, handler: Callable[[int, FrameType | None], None]) -> object:
        def handle(came: int, frame: FrameType | None) -> None:
            handler(came, frame)
            heard.set()

        return install(number, handle)

    def send_sigterm() -> None:
        signal.pthread_kill(main_thread().ident or 0, signal.SIGTERM)
        assert heard.wait(30)

    monkeypatch.setattr(signal, "signal", install_heard)
    return send_sigterm


def test_a_process_that_gets_a_sigterm_ends_well_with_the_batch_in_hand_done(
    stores: Stores, terminate: Callable[[], None]
) -> None:
    rows = send(stores, *range(1, 41))
    interrupted(terminate)
    assert job.main() == 0
    embedded = statuses(rows).count(Status.APPROVED)
    assert embedded in {8, 32}
    assert waiting(stores) == (40 - embedded, 0)


def test_the_job_of_a_backfill_drains_the_other_queue(stores: Stores) -> None:
    (live,) = send(stores, 1)
    bulk = rendered(bootstrap.catalog(), stores, 2)
    bootstrap.embed_bulk_queue().send({"image_id": bulk.id, "rev": bulk.rev})
    assert job.main(["bulk"]) == 0
    assert statuses([live, bulk]) == [Status.PROCESSING, Status.APPROVED]


def test_without_a_model_the_job_fails_and_no_message_is_lost(
    stores: Stores, set_stage: Callable[..., None], tmp_path: Path
) -> None:
    for file in MODEL_FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "image.onnx").write_bytes(b"not a graph")
    set_stage(MODEL_DIR=str(tmp_path))
    send(stores, 1, 2)
    with pytest.raises(ConfigurationError):
        job.main()
    assert sum(waiting(stores)) == 2


def listed(stores: Stores, numbers: Sequence[int], key: str) -> list[ImageId]:
    rows = [rendered(bootstrap.catalog(), stores, number) for number in numbers]
    write_ids(bootstrap.originals(), key, [row.id for row in rows])
    return [row.id for row in rows]


def test_a_list_is_worked_through_and_what_failed_is_reported(stores: Stores) -> None:
    key = f"{LISTS}one.csv"
    ids = listed(stores, range(1, 9), key)
    write_ids(bootstrap.originals(), key, [*read_ids(bootstrap.originals(), key), image_id(99)])
    missing_file(stores, bootstrap.catalog().get(image_id(7)).media_key)
    assert job.main([key]) == 0
    assert read_ids(bootstrap.originals(), report_key(key)) == [image_id(7)]
    rows = bootstrap.catalog().get_many(ids)
    assert {one for one in ids if rows[one].status is not Status.APPROVED} == {image_id(7)}


def test_a_list_that_could_not_be_finished_asks_to_be_run_again_and_the_next_run_finishes_it(
    stores: Stores, terminate: Callable[[], None]
) -> None:
    key = f"{LISTS}one.csv"
    ids = listed(stores, range(1, 41), key)
    interrupted(terminate)
    assert job.main([key]) == job.UNFINISHED
    with pytest.raises(NotFoundError):
        read_ids(bootstrap.originals(), report_key(key))
    use_cases.embed_batch.cache_clear()
    assert job.main([key]) == 0
    assert read_ids(bootstrap.originals(), report_key(key)) == []
    rows = bootstrap.catalog().get_many([image_id(number) for number in range(1, 41)])
    assert {(row.status, row.version) for row in rows.values()} == {(Status.APPROVED, 5)}
    assert len(rows) == len(ids)


def test_a_child_of_an_array_takes_its_own_slice(stores: Stores, set_stage: Callable[..., None]) -> None:
    rows = [rendered(bootstrap.catalog(), stores, number) for number in range(1, 8)]
    folder = f"{LISTS}many/"
    lengths = write_slices(bootstrap.originals(), folder, [row.id for row in rows], 3)
    assert lengths == [3, 3, 1]
    set_stage(AWS_BATCH_JOB_ARRAY_INDEX="1")
    assert job.main([folder]) == 0
    assert [status is Status.APPROVED for status in statuses(rows)] == [*[False] * 3, *[True] * 3, False]
    assert read_ids(bootstrap.originals(), f"{folder}00001.failed.csv") == []


def test_vectors_of_a_published_model_are_made_and_rows_stay(stores: Stores, tmp_path: Path) -> None:
    rows = send(stores, 1, 2)
    assert job.main() == 0
    before = [bootstrap.catalog().get(row.id) for row in rows]
    list(publish(next_version(tmp_path), NEW, bootstrap.originals()))
    key = f"{LISTS}next.csv"
    write_ids(bootstrap.originals(), key, [row.id for row in rows])
    assert job.main([key, "--model", NEW]) == 0
    assert all(bootstrap.catalog().get_vector(row.id, NEW) for row in rows)
    assert [bootstrap.catalog().get(row.id) for row in rows] == before


def test_a_folder_of_slices_needs_a_child_of_an_array() -> None:
    with pytest.raises(ConfigurationError):
        job.main([f"{LISTS}many/"])
