"""``GET /v1/search``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.search import api
from lumenstock import bootstrap
from lumenstock.search.ports import SearchIndex
from tests.conftest import forget_cached
from tests.contract.search.documents import document, image_id, toward
from tests.functions.gateway import Answer
from tests.functions.search.conftest import MEDIA, Get
from tests.unit.search.models import RED, Broken


def found(answer: Answer) -> list[int]:
    assert answer.status == 200, answer.body
    return [int(result["id"]) for result in answer.json()["results"]]


def test_the_answer_has_the_fields_of_the_contract(get: Get, index: SearchIndex) -> None:
    index.write(
        [
            document(
                1,
                title="Red car",
                tags=("car", "night"),
                categories=("city",),
                colors=("#E02020",),
                vector=toward(RED, 0.9),
            )
        ]
    )
    answer = get("/v1/search", q="red")
    body = answer.json()
    score = body["results"][0].pop("score")
    assert score == round(1.5 / 61, 6)  # too old to be boosted as fresh
    assert body == {
        "total": 1,
        "total_relation": "eq",
        "page": 1,
        "page_size": 20,
        "results": [
            {
                "id": image_id(1),
                "title": "Red car",
                "thumbnail_url": f"{MEDIA}/key1/1/512.webp",
                "preview_url": f"{MEDIA}/key1/1/1024.webp",
                "contributor": "Jane Doe",
                "tags": ["car", "night"],
                "dimensions": "6000x4000",
                "price": {"standard": 299, "enhanced": 1499},
                "matched": ["red"],
            }
        ],
        "facets": {
            "categories": [{"name": "city", "count": 1}],
            "orientations": [{"name": "landscape", "count": 1}],
            "colors": [{"hex": "#E02020", "count": 1}],
            "image_types": [],
            "licenses": [],
        },
        "next_cursor": None,
        "mode": "hybrid",
        "sort": "relevance",
        "degraded": False,
        "understood": [],
        "did_you_mean": None,
    }


def test_an_answer_may_be_cached_for_a_minute(get: Get) -> None:
    cache = get("/v1/search").headers["cache-control"]
    assert {"public", "max-age=60"} <= set(cache.split(", "))
    assert "stale-while-revalidate" in cache


@pytest.mark.parametrize(("mode", "expected"), [("keyword", [1]), ("semantic", [2, 1]), ("hybrid", [1, 2])])
def test_the_mode_chooses_the_legs(get: Get, index: SearchIndex, mode: str, expected: list[int]) -> None:
    index.write([document(1, title="red", vector=toward(RED, 0.5)), document(2, vector=toward(RED, 0.9))])
    answer = get("/v1/search", q="red", mode=mode)
    assert (found(answer), answer.json()["mode"]) == (expected, mode)


def test_without_words_the_newest_come_first(get: Get, index: SearchIndex) -> None:
    index.write([document(n) for n in range(3)])
    answer = get("/v1/search", q="   ")
    assert found(answer) == [2, 1, 0]
    assert answer.json()["results"][0]["score"] is None


def test_a_broken_model_degrades_to_keywords(
    get: Get, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "embedder", Broken)
    forget_cached(api)
    index.write([document(1, title="red"), document(2, vector=RED)])
    answer = get("/v1/search", q="red", mode="semantic")
    assert found(answer) == [1]
    assert (answer.json()["degraded"], answer.json()["mode"]) == (True, "semantic")
    assert answer.headers["cache-control"] == "no-store"


NOON = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp())
DAY = 86_400

FILTERS: list[tuple[dict[str, object], dict[str, Any]]] = [
    ({"category": "City"}, {"categories": ("city",)}),
    ({"category": " food  &  Drink "}, {"categories": ("food & drink",)}),
    ({"orientation": "portrait"}, {"orientation": "portrait"}),
    ({"color": "orange"}, {"colors": ("#FFA500",)}),
    ({"color": "#ffa400"}, {"colors": ("#FFA500",)}),
    ({"color": "FFA500"}, {"colors": ("#FFA500",)}),
    ({"contributor": "User-2"}, {"contributor_id": "user-2"}),
    ({"contributor": "ann OTHER"}, {"contributor_name": "Ann Other"}),
    ({"created_from": "2026-11-21"}, {"created_at_s": NOON}),
    ({"created_to": "2026-11-21"}, {"created_at_s": NOON}),
    ({"created_from": "2026-11-21", "created_to": "2026-11-21"}, {"created_at_s": NOON}),
    ({"min_width": 7000}, {"width_px": 7000}),
    ({"min_height": 4001}, {"height_px": 4001}),
    ({"min_width": 7000, "orientation": "square"}, {"width_px": 7000, "orientation": "square"}),
]


@pytest.mark.parametrize(("query", "fields"), FILTERS)
def test_each_filter_lets_through_what_it_says(
    get: Get, index: SearchIndex, query: dict[str, object], fields: dict[str, Any]
) -> None:
    index.write([document(1, **fields), document(2, created_at_s=NOON + DAY if "created_to" in query else 0)])
    assert found(get("/v1/search", **query)) == [1]


def test_the_last_day_ends_at_midnight(get: Get, index: SearchIndex) -> None:
    midnight = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
    index.write([document(1, created_at_s=midnight - 1), document(2, created_at_s=midnight)])
    assert found(get("/v1/search", created_to="2026-11-21")) == [1]
    assert found(get("/v1/search", created_from="2026-11-22")) == [2]


def test_the_ends_of_the_calendar_are_days(get: Get, index: SearchIndex) -> None:
    index.write([document(1)])
    assert found(get("/v1/search", created_from="0001-01-01", created_to="9999-12-31")) == [1]


def test_pages_hold_exactly_what_was_asked_for(get: Get, index: SearchIndex) -> None:
    index.write([document(n, title="car") for n in range(7)])
    pages = [get("/v1/search", q="car", mode="keyword", page=page, page_size=3) for page in (1, 2, 3, 4)]
    assert [found(page) for page in pages] == [[0, 1, 2], [3, 4, 5], [6], []]
    assert [page.json()["page"] for page in pages] == [1, 2, 3, 4]
    assert {page.json()["total"] for page in pages} == {7}
    assert [page.json()["next_cursor"] is None for page in pages] == [False, False, True, True]


def test_cursors_lead_through_everything_once(get: Get, index: SearchIndex) -> None:
    index.write([document(n, title="red", vector=toward(RED, n / 300, n)) for n in range(230)])
    cursor: dict[str, str] = {}
    seen: list[int] = []
    pages: list[int] = []
    while True:
        answer = get("/v1/search", q="red", page_size=50, **cursor)
        seen += found(answer)
        pages.append(answer.json()["page"])
        if answer.json()["next_cursor"] is None:
            break
        cursor = {"cursor": answer.json()["next_cursor"]}
    assert sorted(seen) == list(range(230))
    assert pages == [1, 2, 3, 4, 5]


def test_a_cursor_may_change_the_page_size(get: Get, index: SearchIndex) -> None:
    index.write([document(n, title="car") for n in range(9)])
    first = get("/v1/search", q="car", mode="keyword", page_size=4)
    second = get("/v1/search", q="car", mode="keyword", page_size=3, cursor=first.json()["next_cursor"])
    assert found(second) == [4, 5, 6]


@pytest.mark.parametrize("change", [{"q": "boat"}, {"mode": "keyword"}, {"category": "city"}])
def test_a_cursor_of_another_question_is_refused(
    get: Get, index: SearchIndex, change: dict[str, str]
) -> None:
    index.write([document(n, title="car boat") for n in range(5)])
    cursor = get("/v1/search", q="car", page_size=2).json()["next_cursor"]
    answer = get("/v1/search", **({"q": "car", "page_size": 2} | change), cursor=cursor)
    assert (answer.status, answer.code) == (400, "bad_request")


@pytest.mark.parametrize("cursor", ["", "x", "eyJvZmZzZXQiOjB9.AAAA", "é.ü", "." * 500])
def test_a_cursor_that_we_did_not_make_is_refused(get: Get, cursor: str) -> None:
    answer = get("/v1/search", cursor=cursor)
    assert (answer.status, answer.code) == (400, "bad_request")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"mode": "psychic"}, "mode"),
        ({"orientation": "round"}, "orientation"),
        ({"image_type": "painting"}, "image_type"),
        ({"license": "free"}, "license"),
        ({"color": "orangeish"}, "color"),
        ({"color": "#12345"}, "color"),
        ({"created_from": "yesterday"}, "created_from"),
        ({"created_from": "2026-11-22", "created_to": "2026-11-21"}, "created_to"),
        ({"min_width": 0}, "min_width"),
        ({"min_height": "wide"}, "min_height"),
        ({"page": 0}, "page"),
        ({"page": 501}, "page"),
        ({"page": 2, "cursor": "x"}, "page"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 101}, "page_size"),
        ({"q": "x" * 201}, "q"),
        ({"category": ""}, "category"),
    ],
)
def test_a_wrong_parameter_is_named(get: Get, query: dict[str, object], pointer: str) -> None:
    answer = get("/v1/search", **query)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_all_wrong_parameters_are_named_at_once(get: Get) -> None:
    answer = get("/v1/search", page=2, cursor="x", created_from="2026-11-22", created_to="2026-11-21")
    assert {error["pointer"] for error in answer.json()["errors"]} == {"page", "created_to"}


def test_without_an_engine_search_is_unavailable(get: Get, set_stage: Callable[..., None]) -> None:
    set_stage(SEARCH_ENGINE="none")
    forget_cached(api)
    answer = get("/v1/search", q="car")
    assert (answer.status, answer.code) == (503, "search_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"
