"""Another model comes into service while searches and writes go on, on every engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from threading import Event, Thread

import pytest

from lumenstock.embedding.model import Vectors, to_f16
from lumenstock.kernel.clock import SystemClock
from lumenstock.search import pointer
from lumenstock.search.document import Document
from lumenstock.search.pointer import Pointer
from lumenstock.search.ports import IndexQuery, QueryVector, Tally
from lumenstock.search.rolling import ForeignVectorError, RollingIndex
from lumenstock.search.rollout import Place, State, opened
from lumenstock.search.upkeep import KeptIndex
from tests.contract.search.conftest import EVERY_IMPLEMENTATION, IMPLEMENTATIONS
from tests.contract.search.documents import document, image_id, unit_vector
from tests.unit.search.rollouts import Record, SomeVectors

OLD, NEW = "demo@1", "demo@2"
PICTURES = 40


class Stage:
    """Two indices of one engine, and the record of which is which."""

    def __init__(self, index_in: Mapping[Place, KeptIndex]) -> None:
        self.record, self.vectors = Record(), SomeVectors()
        for number in range(PICTURES + 10):
            for model in (OLD, NEW):
                (self.vectors.items[image_id(number), model],) = to_f16(vector(number, model)[None])
        self.index_in = index_in

    def process(self) -> RollingIndex:
        return RollingIndex(Pointer(self.record, SystemClock()), self.index_in.__getitem__, self.vectors)

    def move(self, *states: State) -> None:
        for state in states:
            assert self.record.rollout is not None
            self.record.write(self.record.rollout.moved(state, SystemClock().now()))

    def serving(self) -> str:
        return self.record.rollout.serving.model if self.record.rollout else OLD


class Searches(Thread):
    """Asks for one picture after the other, by the vector of the model that answers at that moment."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(daemon=True)
        self.stage, self.over = stage, Event()
        self.answered, self.faults = 0, list[str]()

    def run(self) -> None:
        index = self.stage.process()
        while not self.over.is_set():
            number = self.answered % PICTURES
            try:
                query = QueryVector(model := self.stage.serving(), vector(number, model))
                hits = index.query(IndexQuery(vector=query, window=5)).vector
            except Exception as error:  # noqa: BLE001 - none may come
                self.faults.append(repr(error))
                return
            if hits[0].id != image_id(number) or abs(hits[0].score - 1) > 1e-3:
                self.faults.append(f"{number} by {model}: {hits[0]}")
            self.answered += 1


def vector(number: int, model: str) -> Vectors:
    return unit_vector(number if model == OLD else 1000 + number)


def embedded(number: int) -> Document:
    return document(number, vector=vector(number, OLD), model=OLD)


@pytest.fixture(params=EVERY_IMPLEMENTATION)
def stage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage whose processes look at the record each time."""
    monkeypatch.setattr(pointer, "FRESH_S", 0)
    with ExitStack() as stack:
        opened_twice = {
            place: stack.enter_context(IMPLEMENTATIONS[request.param](request))() for place in Place
        }
        yield Stage(opened_twice)


def test_no_search_fails_and_none_is_mixed_while_a_model_is_swapped_in_and_out(stage: Stage) -> None:
    writer = stage.process()
    writer.write([embedded(number) for number in range(PICTURES)])
    searches = Searches(stage)
    searches.start()
    stage.record.write(opened(None, OLD, NEW, SystemClock().now()))
    rollout = stage.record.rollout
    assert rollout is not None
    assert rollout.other is not None
    writer.write([embedded(PICTURES)])
    writer.edition(rollout.other).rebuild(embedded(number) for number in range(PICTURES + 1))
    for states in ([State.FILLED, State.COMPARED, State.SWAPPED], [State.ROLLED_BACK], [State.SWAPPED]):
        stage.move(*states)
        seen = searches.answered
        while searches.is_alive() and searches.answered < seen + 10:
            searches.over.wait(0.01)
    writer.write([embedded(PICTURES + 1)])
    searches.over.set()
    searches.join(30)
    # Only now: a search that projects what came before keeps a write waiting for the next search.
    assert [writer.edition(one).index.tally(one.model) for one in rollout.fed] == [Tally(42, 42)] * 2
    assert searches.faults == []
    assert searches.answered > 30


def test_an_emptied_index_takes_the_next_model(stage: Stage) -> None:
    writer = stage.process()
    writer.write([embedded(number) for number in range(5)])
    stage.record.write(opened(None, OLD, NEW, SystemClock().now()))
    writer.write([embedded(5)])
    stage.move(State.CLOSING)
    rollout = stage.record.rollout
    assert rollout is not None
    assert rollout.other is not None
    writer.edition(rollout.other).rebuild(())
    stage.move(State.CLOSED)
    assert writer.edition(rollout.other).index.tally(NEW) == Tally(0, 0)
    writer.write([embedded(6)])
    assert writer.tally(OLD) == Tally(7, 7)
    with pytest.raises(ForeignVectorError):
        writer.query(IndexQuery(vector=QueryVector(NEW, vector(1, NEW))))
