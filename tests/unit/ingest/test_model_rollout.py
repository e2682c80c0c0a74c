"""A rollout by the commands of an operator, taken again and again, and killed at any step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumenstock import bootstrap
from lumenstock.catalog.states import Status
from lumenstock.catalog.store import VectorItem
from lumenstock.embedding.model import to_f16
from lumenstock.ingest.index_changes import all_projected
from lumenstock.ingest.model_rollout import SETTLE_S
from lumenstock.ingest.reindex import Reached
from lumenstock.kernel.errors import ConflictError, NotFoundError
from lumenstock.search.ports import Change, IndexQuery, QueryVector, Tally
from lumenstock.search.rollout import Place, State
from tests.conftest import Stores
from tests.contract.search.documents import image_id, unit_vector
from tests.unit.ingest.rollout_operator import NEW, OLD, KilledError, Operator
from tests.unit.search.images import image

PICTURES = 12


def put_vectors(model: str, numbers: Iterable[int]) -> None:
    for number in numbers:
        seed = number if model == OLD else 1000 + number
        (vector_f16,) = to_f16(unit_vector(seed)[None])
        bootstrap.catalog().put_vector(image_id(number), VectorItem(model, vector_f16, 1))


@pytest.fixture
def catalog(stores: Stores) -> None:  # noqa: ARG001 - the tables
    """Twelve images and one that nobody may see, with vectors of both models."""
    for number in range(PICTURES):
        bootstrap.catalog().create(image(number, status=Status.APPROVED, model=OLD, rev=1))
    bootstrap.catalog().create(image(99, status=Status.TAKEN_DOWN, model=OLD, rev=1))
    put_vectors(OLD, range(PICTURES))
    put_vectors(NEW, range(PICTURES))


@pytest.fixture
def operator(catalog: None) -> Operator:  # noqa: ARG001 - before it
    return begun()


def begun() -> Operator:
    """Of a stage whose index holds what it must."""
    operator = Operator()
    operator.index.write(wanted())
    return operator


def wanted() -> list[Change]:
    return [
        change
        for page in bootstrap.catalog().pages()
        for change in all_projected(page.images, bootstrap.catalog())
    ]


def test_the_whole_way(operator: Operator) -> None:
    for command in ("start", "fill", "compare", "swap"):
        operator.do(command)
    operator.clock.move(5)
    assert operator.index.tally(NEW) == Tally(PICTURES, PICTURES)
    operator.do("finish")
    assert operator.record.rollout is not None
    assert operator.record.rollout.serving.model == NEW
    assert operator.places[Place.FIRST].held == {}
    assert operator.rested == [SETTLE_S], "who searches by the old model has ended by then"


def test_the_way_back(operator: Operator) -> None:
    for command in ("start", "fill", "compare", "swap", "roll back"):
        operator.do(command)
    operator.clock.move(5)
    assert operator.index.tally(OLD) == Tally(PICTURES, PICTURES)
    operator.do("finish")
    assert operator.places[Place.SECOND].held == {}
    assert operator.record.rollout is not None
    assert operator.record.rollout.serving.model == OLD


def test_what_is_embedded_later_is_filled_in_later(operator: Operator) -> None:
    for command in ("start", "fill", "compare", "start"):
        operator.do(command)
    assert operator.record.rollout is not None
    assert operator.record.rollout.state is State.OPEN


def test_the_overlap_is_of_the_nearest_ten(operator: Operator) -> None:
    for command in ("start", "fill"):
        operator.do(command)
    compared = operator.rollout.compare(5)
    vectors = {
        model: np.stack([unit_vector(n if model == OLD else 1000 + n) for n in range(PICTURES)])
        for model in (OLD, NEW)
    }
    expected = []
    for hit in operator.places[Place.FIRST].query(IndexQuery(window=5)).keyword:
        nearest = [
            set(np.argsort(-(of @ of[int(hit.id)]), kind="stable")[1:11].tolist()) for of in vectors.values()
        ]
        expected.append(len(nearest[0] & nearest[1]) / 10)
    assert compared.overlaps == pytest.approx(expected)


@pytest.fixture
def lacking(stores: Stores) -> Operator:  # noqa: ARG001 - the tables
    """A filled rollout that lacks one vector of two."""
    for number in (1, 2):
        bootstrap.catalog().create(image(number, status=Status.APPROVED, model=OLD, rev=1))
    put_vectors(OLD, [1, 2])
    put_vectors(NEW, [1])
    operator = begun()
    for command in ("start", "fill"):
        operator.do(command)
    return operator


def test_a_missing_vector_stops_the_swap(lacking: Operator) -> None:
    assert lacking.rollout.compare(5).counted.differences(0) == ["1 vectors are missing."]
    with pytest.raises(ConflictError):
        lacking.do("swap")


def test_a_missing_vector_may_be_allowed(lacking: Operator) -> None:
    assert lacking.rollout.compare(5, 1).counted.differences(1) == []
    with pytest.raises(ConflictError, match="missing"):
        lacking.do("swap")
    assert lacking.rollout.swap(1).serving.model == NEW


def test_an_index_that_lost_documents_is_not_swapped_in(operator: Operator) -> None:
    for command in ("start", "fill", "compare"):
        operator.do(command)
    operator.places[Place.SECOND].held.popitem()
    with pytest.raises(ConflictError, match="documents"):
        operator.do("swap")


def test_what_is_written_while_the_index_is_filled_is_in_it(operator: Operator) -> None:
    operator.do("start")
    row = image(50, status=Status.APPROVED, model=OLD, rev=1)
    written: list[int] = []

    def write_meanwhile(_: Reached) -> None:
        if not written:
            bootstrap.catalog().create(row)
            put_vectors(OLD, [50])
            put_vectors(NEW, [50])
            written.append(50)

    operator.rollout.fill(write_meanwhile)
    operator.index.write(all_projected([row], bootstrap.catalog()))
    for command in ("compare", "swap"):
        operator.do(command)
    operator.clock.move(5)
    assert operator.index.get([row.id])[row.id].model == NEW


def test_a_fill_that_was_cut_short_goes_on_where_it_was(operator: Operator) -> None:
    operator.do("start")
    operator.dies_at = operator.calls + 9
    with pytest.raises(KilledError):
        operator.do("fill")
    early = operator.reached[-1]
    assert 0 < early.images < PICTURES
    operator.do("fill")
    after = operator.reached[operator.reached.index(early) + 1 :]
    assert all(reached.resumed for reached in after)
    assert after[0].share > early.share
    assert after[-1].images == PICTURES + 1
    for command in ("compare", "swap"):
        operator.do(command)


def test_without_a_rollout_there_is_nothing_to_swap(operator: Operator) -> None:
    with pytest.raises(NotFoundError):
        operator.do("swap")


COMMANDS = ("start", "fill", "compare", "swap", "roll back", "finish")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(COMMANDS), st.integers(0, 12)), max_size=10))
def test_killed_anywhere_a_rollout_answers_by_one_model_and_can_be_ended(
    catalog: None,  # noqa: ARG001 - before it
    commands: list[tuple[str, int]],
) -> None:
    operator = begun()
    for command, dies_after in commands:
        operator.dies_at = operator.calls + dies_after if dies_after else 0
        with suppress(ConflictError, NotFoundError, KilledError):
            operator.do(command)
        operator.dies_at = 0
        operator.clock.move(5)
        assert_whole(operator)
    for command in ending(operator):
        operator.do(command)
    operator.clock.move(5)
    assert_whole(operator)


def ending(operator: Operator) -> Iterator[str]:
    if operator.record.rollout is not None:
        yield "finish"


def assert_whole(operator: Operator) -> None:
    """What answers holds every picture, each by the vector of the model that answers."""
    rollout = operator.record.rollout
    model = rollout.serving.model if rollout else OLD
    answer = operator.index.query(IndexQuery(vector=QueryVector(model, unit_vector(7)), window=100))
    assert {hit.id for hit in answer.vector} == {image_id(number) for number in range(PICTURES)}
    for hit in answer.vector:
        seed = int(hit.id) + (0 if model == OLD else 1000)
        assert hit.score == pytest.approx(float(unit_vector(seed) @ unit_vector(7)), abs=2e-3)
