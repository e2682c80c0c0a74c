"""Writes go on when the engine is overloaded, in smaller pieces; what is wrong is named, all else is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from opensearchpy.exceptions import ConnectionError as NotConnectedError
from opensearchpy.exceptions import TransportError

from lumenstock.adapters.opensearch.bulk import FIRST_PAUSE_S, MOST_RECORDS, STEP, TRIES, Bulk
from lumenstock.adapters.opensearch.records import records_of
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.search.refusal import IndexRefusedError
from tests.contract.search.documents import document, image_id, unit_vector

Answer = Callable[[int, str], int | None]


class Engine:
    """Answers bulk requests: ``answer`` gives the status of an item by the request's number and the id."""

    def __init__(self, answer: Answer = lambda *_: 201) -> None:
        self.answer = answer
        self.requests: list[list[str]] = []
        self.written: list[str] = []

    def bulk(self, body: str, index: str, params: dict[str, str]) -> dict[str, Any]:
        assert params["require_alias"] == "true"
        ids = [json.loads(line)["index"]["_id"] for line in body.splitlines()[::2]]
        self.requests.append(ids)
        items = []
        for image in ids:
            status = self.answer(len(self.requests), image)
            if status is None:
                raise TransportError(429, "too_many_requests")
            result: dict[str, Any] = {"_id": image, "_index": f"{index}-1", "status": status}
            if status >= 300:
                result["error"] = {"type": "trouble", "reason": f"trouble {status}"}
            else:
                self.written.append(image)
            items.append({"index": result})
        return {"items": items}


def bulk(engine: Engine, pauses: list[float] | None = None) -> Bulk:
    rests: list[float] = [] if pauses is None else pauses
    return Bulk(engine, visible=False, pause=rests.append, chance=lambda: 0.5)  # type: ignore[arg-type] # what Bulk uses of a client


def some(count: int) -> list[Any]:
    return records_of(document(n) for n in range(count))


def test_what_is_overloaded_is_sent_again_and_nothing_else() -> None:
    engine = Engine(lambda request, image: 429 if request == 1 and image == image_id(1) else 201)
    assert bulk(engine).send(some(3), "w") == {"w-1"}
    assert engine.requests == [[image_id(0), image_id(1), image_id(2)], [image_id(1)]]


def test_requests_halve_under_overload_and_grow_by_steps_after_it() -> None:
    engine = Engine(lambda request, _: None if request <= 2 else 201)
    bulk(engine).send(some(600), "w")
    first = MOST_RECORDS // 4
    assert [len(ids) for ids in engine.requests] == [
        500,
        250,
        first,
        first + STEP,
        first + 2 * STEP,
        600 - 3 * first - 3 * STEP,
    ]


def test_the_next_write_begins_with_what_the_last_one_learned() -> None:
    engine = Engine(lambda request, _: None if request == 1 else 201)
    writer = bulk(engine)
    writer.send(some(300), "w")
    engine.requests.clear()
    writer.send(some(500), "w")
    assert len(engine.requests[0]) < MOST_RECORDS


def test_rests_grow_and_writers_part() -> None:
    pauses: list[float] = []
    engine = Engine(lambda request, _: None if request <= 7 else 201)
    bulk(engine, pauses).send(some(1), "w")
    assert pauses == [0.75 * rest for rest in (0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0)]


def test_an_engine_that_never_recovers_is_unavailable() -> None:
    engine = Engine(lambda *_: 503)
    with pytest.raises(SearchUnavailableError):
        bulk(engine).send(some(1), "w")
    assert len(engine.requests) == TRIES


def test_an_engine_that_takes_a_part_of_every_request_gets_all_in_the_end() -> None:
    pauses: list[float] = []
    engine = Engine()
    engine.answer = lambda request, image: 201 if image == engine.requests[request - 1][0] else 429
    bulk(engine, pauses).send(some(2 ** (TRIES + 1)), "w")
    assert len(engine.written) == 2 ** (TRIES + 1)
    assert set(pauses) == {0.75 * FIRST_PAUSE_S}


def test_a_lost_connection_is_an_overload() -> None:
    class Lost(Engine):
        def bulk(self, body: str, index: str, params: dict[str, str]) -> dict[str, Any]:
            if not self.requests:
                self.requests.append([])
                raise NotConnectedError("N/A", "refused", OSError())
            return super().bulk(body, index, params)

    engine = Lost()
    bulk(engine).send(some(2), "w")
    assert len(engine.written) == 2


def test_what_is_wrong_is_named_and_all_else_written() -> None:
    engine = Engine(lambda _, image: 400 if image == image_id(1) else 201)
    with pytest.raises(IndexRefusedError, match="trouble 400") as refused:
        bulk(engine).send(some(3), "w")
    assert list(refused.value.reasons) == [image_id(1)]
    assert not refused.value.retryable
    assert engine.written == [image_id(0), image_id(2)]
    assert len(engine.requests) == 1


def test_a_newer_one_in_place_is_no_error() -> None:
    engine = Engine(lambda *_: 409)
    assert bulk(engine).send(some(2), "w") == {"w-1"}


def test_an_alias_that_is_gone_took_nothing() -> None:
    assert bulk(Engine(lambda *_: 404)).send(some(2), "w") == set()


def test_a_request_stays_below_what_the_engine_takes() -> None:
    engine = Engine()
    bulk(engine).send(records_of(document(n, vector=unit_vector(n)) for n in range(450)), "w")
    assert len(engine.requests) == 2
    assert len(engine.written) == 450
