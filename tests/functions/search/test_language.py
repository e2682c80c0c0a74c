"""``GET /v1/search``: its language, what is understood, orders, and ``GET /v1/search/suggest``."""

from __future__ import annotations

from typing import Any

import pytest

from lumenstock.search.ports import SearchIndex
from tests.contract.search.documents import document, toward
from tests.functions.search.conftest import Get
from tests.functions.search.test_search import found
from tests.unit.search.models import RED

DAY_S = 86_400


def test_a_phrase_a_beginning_and_an_exclusion(get: Get, index: SearchIndex) -> None:
    titles = ("red car photographer", "red car photograph rusty", "car red photographer")
    index.write([document(n, title=title) for n, title in enumerate(titles)])
    assert found(get("/v1/search", q='"red car" photo* -rusty', mode="keyword")) == [0]


def test_synonyms_are_found(get: Get, index: SearchIndex) -> None:
    index.write([document(1, title="automobile"), document(2, title="boat")])
    answer = get("/v1/search", q="cars", mode="keyword")
    assert found(answer) == [1]
    assert answer.json()["results"][0]["matched"] == ["automobile"]


def test_what_was_understood_is_told(get: Get, index: SearchIndex) -> None:
    index.write([document(1, title="sea", orientation="portrait"), document(2, title="sea")])
    answer = get("/v1/search", q="sea, portrait format", mode="keyword")
    assert found(answer) == [1]
    assert answer.json()["understood"] == [
        {"topic": "orientation", "words": "portrait format", "value": "portrait"}
    ]


def test_what_was_understood_can_be_undone(get: Get, index: SearchIndex) -> None:
    index.write([document(1, title="sea", orientation="portrait"), document(2, title="sea portrait format")])
    answer = get("/v1/search", q="sea, portrait format", mode="keyword", literal="orientation,people")
    assert (found(answer), answer.json()["understood"]) == ([2], [])


def test_no_people_excludes_words_where_nobody_counts(get: Get, index: SearchIndex) -> None:
    index.write([document(1, title="beach"), document(2, title="beach", tags=("people",))])
    assert found(get("/v1/search", q="beach, no people", mode="keyword")) == [1]


def test_a_slip_is_pointed_out(get: Get, index: SearchIndex) -> None:
    index.write([document(1, title="mountain lake")])
    answer = get("/v1/search", q='Montain "lake" -boat', mode="keyword").json()
    assert (answer["total"], answer["did_you_mean"]) == (0, 'mountain "lake" -boat')


def test_where_enough_is_found_nothing_is_pointed_out(get: Get, index: SearchIndex) -> None:
    index.write([document(n, title="montain" if n else "mountain") for n in range(4)])
    assert get("/v1/search", q="montain", mode="keyword").json()["did_you_mean"] is None


def test_an_order_is_by_words_alone(get: Get, index: SearchIndex) -> None:
    index.write([document(n, title="red", vector=toward(RED, 0.9 - n / 10, n)) for n in range(3)])
    index.write([document(9, vector=RED)])
    answer = get("/v1/search", q="red", sort="newest")
    assert (found(answer), answer.json()["sort"]) == ([2, 1, 0], "newest")
    assert {result["score"] for result in answer.json()["results"]} == {None}


def test_popular_ones_come_first(get: Get, index: SearchIndex) -> None:
    index.write([document(1), document(2, popularity=3), document(3, popularity=9)])
    assert found(get("/v1/search", sort="popular")) == [3, 2, 1]


def test_cursors_lead_through_an_order(get: Get, index: SearchIndex) -> None:
    index.write([document(n, popularity=n % 4) for n in range(9)])
    first = get("/v1/search", sort="popular", page_size=5)
    second = get("/v1/search", sort="popular", page_size=5, cursor=first.json()["next_cursor"])
    assert found(first) + found(second) == [7, 3, 6, 2, 5, 1, 8, 4, 0]


@pytest.mark.parametrize("change", [{"sort": "newest"}, {"literal": "people"}, {"people_max": 3}])
def test_a_cursor_of_another_order_or_reading_is_refused(
    get: Get, index: SearchIndex, change: dict[str, Any]
) -> None:
    index.write([document(n, popularity=n) for n in range(5)])
    cursor = get("/v1/search", sort="popular", page_size=2).json()["next_cursor"]
    answer = get("/v1/search", **({"sort": "popular", "page_size": 2} | change), cursor=cursor)
    assert (answer.status, answer.code) == (400, "bad_request")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"image_type": "photo"}, {"image_type": "photo"}),
        ({"license": "editorial"}, {"licence_type": "editorial"}),
        ({"people_max": 0}, {"people": 0}),
        ({"people_min": 2, "people_max": 3}, {"people": 2}),
        ({"ai_generated": "false"}, {"ai_generated": False}),
        ({"ai_generated": "true"}, {"ai_generated": True}),
    ],
)
def test_what_may_be_unknown_is_found_only_where_it_is_known(
    get: Get, index: SearchIndex, query: dict[str, object], fields: dict[str, Any]
) -> None:
    index.write([document(1, **fields), document(2)])
    assert found(get("/v1/search", **query)) == [1]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"sort": "best"}, "sort"),
        ({"people_min": -1}, "people_min"),
        ({"people_min": 3, "people_max": 2}, "people_max"),
        ({"ai_generated": "maybe"}, "ai_generated"),
        ({"literal": "weather"}, "literal"),
        ({"image_type": ""}, "image_type"),
        ({"license": ""}, "license"),
    ],
)
def test_a_wrong_parameter_is_named(get: Get, query: dict[str, object], pointer: str) -> None:
    answer = get("/v1/search", **query)
    assert (answer.status, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize("path", ["/v1/search", "/v1/search/suggest"])
def test_what_somebody_signed_in_is_told_is_kept_nowhere(get: Get, path: str) -> None:
    own = get(path, {"authorization": "Bearer x"}, q="red")
    anyones = get(path, q="red")
    assert own.headers["cache-control"] == "no-store"
    assert "public" in anyones.headers["cache-control"]


def test_titles_and_tags_are_suggested(get: Get, index: SearchIndex) -> None:
    index.write(
        [document(1, title="Golden Sunset", tags=("golden hour",)), document(2, tags=("golden hour",))]
    )
    answer = get("/v1/search/suggest", q=" GOLD")
    assert answer.json() == {
        "suggestions": [{"text": "golden hour", "count": 2}, {"text": "golden sunset", "count": 1}],
        "popular": [],
    }
    assert len(get("/v1/search/suggest", q="gold", limit=1).json()["suggestions"]) == 1


@pytest.mark.parametrize(
    ("query", "pointer"), [({"q": "g"}, "q"), ({}, "q"), ({"q": "go", "limit": 0}, "limit")]
)
def test_a_wrong_parameter_of_a_suggestion_is_named(get: Get, query: dict[str, object], pointer: str) -> None:
    answer = get("/v1/search/suggest", **query)
    assert (answer.status, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


def search_as(get: Get, address: str, **query: object) -> None:
    assert get("/v1/search", {"x-forwarded-for": address}, mode="keyword", **query).status == 200


def popular(get: Get) -> list[str]:
    found: list[str] = get("/v1/search/suggest", q="gold").json()["popular"]
    return found


def test_what_five_callers_searched_for_is_suggested(get: Get, index: SearchIndex) -> None:
    index.write([document(n, title="golden hour") for n in range(3)])
    for number in range(4):
        search_as(get, f"198.51.{number}.1, 10.0.0.9", q="Golden hour")
        search_as(get, f"1.2.{number}.1, 192.0.2.1, 10.0.0.9", q="golden")  # the first hop says what it likes
    assert popular(get) == []
    search_as(get, "203.0.113.5, 10.0.0.9", q="golden  HOUR")
    assert popular(get) == ["golden hour"]


@pytest.mark.parametrize(("documents", "query"), [(2, {}), (30, {"page": 2}), (0, {})])
def test_what_finds_next_to_nothing_and_later_pages_are_not_counted(
    get: Get, index: SearchIndex, documents: int, query: dict[str, object]
) -> None:
    index.write([document(n, title="golden hour") for n in range(documents)])
    for number in range(9):
        search_as(get, f"198.51.{number}.1", q="golden hour", **query)
    assert popular(get) == []


def test_spaces_alone_suggest_nothing(get: Get) -> None:
    assert get("/v1/search/suggest", q="   ").json() == {"suggestions": [], "popular": []}
