"""The index of a stage while its model changes: no answer is of two models, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumenstock.embedding.model import to_f16
from lumenstock.kernel.errors import ConflictError, SearchUnavailableError
from lumenstock.kernel.ids import ImageId
from lumenstock.search.document import Document, Removal
from lumenstock.search.pointer import FRESH_S, Pointer
from lumenstock.search.ports import Change, IndexAnswer, IndexQuery, QueryVector, Tally
from lumenstock.search.rolling import ForeignVectorError, RollingIndex
from lumenstock.search.rollout import Edition, Place, State, opened
from tests.contract.search.documents import document, image_id, unit_vector
from tests.unit.search.clocks import StandingClock
from tests.unit.search.rollouts import CarelessIndex, Record, SomeVectors

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OLD, NEW = "demo@1", "demo@2"
WAY = [State.FILLED, State.COMPARED, State.SWAPPED]


class Stage:
    """Two indices, a record, and one process that reads and writes."""

    def __init__(self) -> None:
        self.places = {place: CarelessIndex() for place in Place}
        self.record, self.vectors, self.clock = Record(), SomeVectors(), StandingClock()
        self.index = self.process()
        self.written: dict[ImageId, Change] = {}

    def process(self) -> RollingIndex:
        return RollingIndex(Pointer(self.record, self.clock), lambda place: self.places[place], self.vectors)

    def embedded(self, number: int, model: str = OLD, version: int = 1) -> Document:
        """A document with the vector of ``model``; the catalogue has those of both models."""
        for of in (OLD, NEW):
            self.vectors.items[image_id(number), of] = vector_f16(number, of)
        return document(number, vector=vector(number, model), model=model, version=version)

    def open(self) -> None:
        self.record.write(opened(self.record.rollout, OLD, NEW, NOW))

    def move(self, *states: State) -> None:
        for state in states:
            assert self.record.rollout is not None
            self.record.write(self.record.rollout.moved(state, NOW))
        self.clock.move(FRESH_S)

    def models_in(self, place: Place, *numbers: int) -> set[str]:
        return {found.model for found in self.places[place].get([image_id(n) for n in numbers]).values()}


def vector(number: int, model: str) -> np.ndarray:
    return unit_vector(number if model == OLD else 1000 + number)


def vector_f16(number: int, model: str) -> bytes:
    (value,) = to_f16(vector(number, model)[None])
    return value


def asking(number: int, model: str) -> IndexQuery:
    return IndexQuery(vector=QueryVector(model, vector(number, model)))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_without_a_rollout_there_is_one_index_as_ever(stage: Stage) -> None:
    stage.index.write([stage.embedded(1), document(2, model=NEW, vector=vector(2, NEW)), document(3)])
    assert stage.models_in(Place.FIRST, 1, 2, 3) == {OLD, NEW, ""}
    assert stage.index.query(asking(1, OLD)).vector[0].id == image_id(1)
    assert stage.places[Place.SECOND].tally(NEW) == Tally(0, 0)


def test_while_a_rollout_is_open_a_write_goes_to_both_each_with_its_own_vector(stage: Stage) -> None:
    stage.open()
    stage.index.write(
        [stage.embedded(1), stage.embedded(2, NEW), document(3, model=OLD, vector=vector(3, OLD))]
    )
    assert stage.models_in(Place.FIRST, 1, 2, 3) == {OLD}
    assert stage.models_in(Place.SECOND, 1, 2) == {NEW}
    assert stage.models_in(Place.SECOND, 3) == {""}, "embedded by the old model only: found by its words"


def test_a_removal_goes_to_both(stage: Stage) -> None:
    stage.open()
    stage.index.write([stage.embedded(1)])
    stage.index.write([Removal(image_id(1), 2)])
    assert [stage.places[place].tally(OLD).documents for place in Place] == [0, 0]


def test_who_began_to_write_before_a_rollout_was_opened_writes_to_the_new_index_as_well(stage: Stage) -> None:
    stage.index.write([stage.embedded(9)])  # this process knows: there is no rollout
    stage.open()
    stage.index.write([stage.embedded(1)])
    assert stage.models_in(Place.SECOND, 1) == {NEW}


@pytest.mark.parametrize("model", [OLD, NEW])
@pytest.mark.parametrize("states", [[], WAY, [*WAY, State.ROLLED_BACK]])
def test_a_question_is_answered_by_the_index_of_its_own_model(
    stage: Stage, model: str, states: list[State]
) -> None:
    stage.open()
    stage.index.write([stage.embedded(n) for n in range(5)])
    stage.move(*states)
    hits = stage.index.query(asking(3, model)).vector
    assert (hits[0].id, len(hits)) == (image_id(3), 5)
    assert hits[0].score == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("states", "foreign"), [([], NEW), (WAY, OLD), ([*WAY, State.ROLLED_BACK], NEW)])
def test_a_vector_of_the_model_whose_index_goes_is_refused(
    stage: Stage, states: list[State], foreign: str
) -> None:
    stage.open()
    stage.index.write([stage.embedded(1)])
    stage.move(*states, State.CLOSING)
    with pytest.raises(ForeignVectorError):
        stage.index.query(asking(1, foreign))
    assert issubclass(ForeignVectorError, SearchUnavailableError), "so the words alone answer"


def test_no_index_takes_a_query_of_another_model_whatever_it_holds(stage: Stage) -> None:
    stage.open()
    stage.places[Place.FIRST].write([stage.embedded(1, NEW)])  # put there past everything
    with pytest.raises(ForeignVectorError):
        stage.index.edition(Edition(OLD, Place.FIRST)).query(asking(1, NEW))


def test_a_swap_is_seen_by_who_knew_nothing_of_it(stage: Stage) -> None:
    stage.open()
    stage.index.write([stage.embedded(1)])
    assert stage.index.get([image_id(1)])[image_id(1)].model == OLD
    stage.move(*WAY)
    assert stage.index.get([image_id(1)])[image_id(1)].model == NEW


def test_a_record_that_cannot_be_read_is_as_it_was(stage: Stage) -> None:
    stage.open()
    stage.index.write([stage.embedded(1)])
    stage.record.down = True
    stage.clock.move(60)
    assert stage.index.query(asking(1, OLD)).vector[0].id == image_id(1)


def test_who_never_read_the_record_answers_nothing(stage: Stage) -> None:
    stage.record.down = True
    with pytest.raises(SearchUnavailableError):
        stage.process().query(IndexQuery())


def test_a_write_that_cannot_look_at_the_record_comes_again(stage: Stage) -> None:
    stage.index.write([stage.embedded(1)])
    stage.record.down = True
    with pytest.raises(SearchUnavailableError):
        stage.index.write([stage.embedded(2)])


def test_the_record_is_read_once_in_five_seconds(stage: Stage) -> None:
    for _ in range(10):
        stage.index.query(IndexQuery())
    assert stage.record.reads == 1
    stage.clock.move(FRESH_S)
    stage.index.query(IndexQuery())
    assert stage.record.reads == 2


def write(stage: Stage, number: int, model: str) -> None:
    """What the embedding and the indexer do: the row first, the index then."""
    change = stage.embedded(number, model, version=len(stage.written) + 1)
    stage.written[change.id] = change
    stage.index.write([change])


def step(stage: Stage, state: State) -> None:
    """What an operator's command does, if there is such a step."""
    rollout = stage.record.rollout
    assert rollout is not None
    try:
        moved = rollout.moved(state, NOW)
    except ConflictError:
        return
    if state is State.FILLED and moved.other:
        stage.index.edition(moved.other).rebuild(stage.written.values())
    stage.record.write(moved)


STEP = st.one_of(
    st.sampled_from([*State, "open", "die", "later"]),
    st.tuples(st.integers(0, 5), st.sampled_from([OLD, NEW])),
)


@settings(max_examples=300)
@given(st.lists(STEP, max_size=20))
def test_no_history_brings_vectors_of_two_models_into_one_answer(steps: Sequence[object]) -> None:
    stage = Stage()
    stage.open()
    for doing in steps:
        if isinstance(doing, State):
            step(stage, doing)
        elif isinstance(doing, tuple):
            write(stage, *doing)
        elif doing == "open":
            with suppress(ConflictError):
                stage.open()
        elif doing == "later":
            stage.clock.move(FRESH_S)
        else:
            stage.index = stage.process()
        for model in (OLD, NEW):
            with suppress(ForeignVectorError):
                assert_of_one_model(stage.index.query(asking(0, model)), model)
    stage.clock.move(FRESH_S)
    rollout = stage.record.rollout
    assert rollout is not None
    answer = stage.index.query(asking(0, rollout.serving.model))
    assert {hit.id for hit in answer.vector} == set(stage.written), "what answers has everything"


def assert_of_one_model(answer: IndexAnswer, model: str) -> None:
    for hit in answer.vector:
        expected = float(vector(0, model) @ vector(int(hit.id), model))
        assert hit.score == pytest.approx(expected, abs=2e-3)


def test_changes_are_documents_and_removals() -> None:
    assert set(get_args(Change)) == {Document, Removal}, "another kind may carry a vector past `fitted`"
