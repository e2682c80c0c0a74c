from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

import numpy as np
import pytest

from gpu_batch.in_hand import InHand
from gpu_batch.meter import Meter
from gpu_batch.pipeline import FAULTS_MAX, Pipeline, Width
from gpu_batch.tasks import Task
from lumenstock.adapters.aws.queues import SqsQueue
from lumenstock.ingest.embed_batch import Outcome
from lumenstock.ingest.embed_message import EmbedRequest
from lumenstock.ingest.picture_vectors import Each, Picture
from tests.conftest import Stores
from tests.contract.search.documents import image_id
from tests.gpu_batch.queues import send, waiting
from tests.unit.search.images import image

PIXELS = np.zeros((1, 1, 3), np.uint8)
_PATIENCE_S = 20


@dataclass(frozen=True)
class Batch:
    number: int
    pictures: Sequence[Picture]


@dataclass
class Counted:
    """Batches of one task each, from 1 on; what became of them."""

    batches: int
    taken: int = 0
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    given_back: list[int] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def take(self) -> Sequence[Task]:
        with self.lock:
            if self.taken == self.batches:
                return []
            self.taken += 1
            return [Task(EmbedRequest(image_id(self.taken), self.taken), "")]

    def finish(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        self.outcomes |= {task.request.rev: outcome for task, outcome in zip(tasks, outcomes, strict=True)}

    def give_back(self, tasks: Sequence[Task]) -> None:
        self.given_back += [task.request.rev for task in tasks]


class Passing:
    """Steps that do nothing but what a test puts into them."""

    def __init__(self, **in_step: Callable[[int], object]) -> None:
        self._in_step = in_step

    def read(self, requests: Sequence[EmbedRequest], each: Each = map) -> Batch:
        (request,) = requests
        self._do("read", request.rev)
        return Batch(request.rev, list(each(lambda row: Picture(row, PIXELS, PIXELS), [image(request.rev)])))  # type: ignore[arg-type]

    def encode(self, batch: Batch) -> Batch:
        self._do("encode", batch.number)
        return batch

    def write(self, batch: Batch) -> list[Outcome]:
        self._do("write", batch.number)
        return [Outcome.DONE]

    def _do(self, step: str, number: int) -> None:
        if step in self._in_step:
            self._in_step[step](number)


def run(
    source: Counted, steps: Passing, stop: Event | None = None, *, within_s: float = _PATIENCE_S
) -> tuple[Meter, bool]:
    meter = Meter(time.monotonic)
    return meter, Pipeline(steps, source, meter, stop or Event()).run(within_s)


def failing(*numbers: int) -> Callable[[int], None]:
    def fails(number: int) -> None:
        if number in numbers:
            raise RuntimeError(number)

    return fails


def test_every_batch_goes_through_once() -> None:
    source = Counted(50)
    meter, ended = run(source, Passing())
    assert ended
    assert source.outcomes == dict.fromkeys(range(1, 51), Outcome.DONE)
    assert (meter.total.done, meter.total.failed, meter.total.embedded) == (50, 0, 50)


@pytest.mark.parametrize("step", ["read", "encode", "write"])
def test_a_batch_that_fails_in_a_step_comes_again_and_the_others_go_on(step: str) -> None:
    source = Counted(9)
    run(source, Passing(**{step: failing(3, 7)}))
    assert {number for number, outcome in source.outcomes.items() if outcome is Outcome.RETRY} == {3, 7}
    assert len(source.outcomes) == 9


def test_where_every_batch_fails_the_job_gives_up_and_says_why() -> None:
    source = Counted(1000)
    with pytest.raises(RuntimeError):
        run(source, Passing(encode=failing(*range(1001))))
    assert FAULTS_MAX <= len(source.outcomes) < 1000
    assert source.taken == len(source.outcomes) + len(source.given_back)


def test_reading_runs_ahead_of_writing_only_so_far() -> None:
    width, full, lock = Width(), Event(), Lock()
    most = width.readers + width.waiting + 1 + width.waiting + width.writers
    source, seen = Counted(100), list[int]()

    def look_when_full(_: int) -> None:
        with lock:
            if not seen:
                full.wait(_PATIENCE_S)
                seen.append(source.taken)

    run(source, Passing(read=lambda number: full.set() if number == most else None, write=look_when_full))
    assert seen == [most]
    assert len(source.outcomes) == 100


def test_a_stop_writes_what_is_embedded_and_gives_back_what_is_not() -> None:
    source, stop = Counted(100), Event()
    meter, ended = run(source, Passing(encode=lambda number: stop.set() if number == 10 else None), stop)
    assert ended
    done = {number for number, outcome in source.outcomes.items() if outcome is Outcome.DONE}
    assert len(done) == meter.total.embedded
    assert done | set(source.given_back) == set(range(1, source.taken + 1))
    assert done.isdisjoint(source.given_back)


def test_a_step_that_never_ends_does_not_keep_the_process() -> None:
    stop, forever = Event(), Event()

    def hang(_: int) -> None:
        stop.set()
        forever.wait(_PATIENCE_S)

    _, ended = run(Counted(3), Passing(encode=hang), stop, within_s=1)
    forever.set()
    assert not ended


class OneBeat(SqsQueue):
    """The real queue, but it is over once messages were held."""

    over: Event

    def hold(self, receipt_handles: Sequence[str], seconds: int) -> None:
        super().hold(receipt_handles, seconds)
        self.over.set()


def test_messages_in_hand_stay_out_of_sight_and_those_that_are_done_do_not(stores: Stores) -> None:
    send(stores, 1, 2)
    queue = OneBeat(stores.sqs, stores.embed_live_queue_url)
    queue.over = Event()
    kept, dropped = queue.receive(10, 0, hold_s=0)
    in_hand = InHand(queue, hold_s=2)
    in_hand.add([kept.receipt_handle, dropped.receipt_handle])
    in_hand.drop(dropped.receipt_handle)
    in_hand.beat(queue.over)
    assert waiting(stores) == (1, 1)
