from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.no_search import NoSearch
from lumenstock.kernel.clock import SystemClock
from lumenstock.kernel.errors import (
    ConfigurationError,
    InvalidInputError,
    NotFoundError,
    SearchUnavailableError,
)
from lumenstock.search.document import Document, Removal
from lumenstock.search.model import Mode, NextPage, Order, SearchPage, SearchRequest
from lumenstock.search.ports import Filters, IndexQuery
from lumenstock.search.service import SearchService, Tuning
from tests.contract.search.documents import counts, document, image_id, toward, unit_vector
from tests.unit.search.models import NIGHT, RED, Broken, FewWords

PATIENT = Tuning(encode_deadline_s=30)


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path)


def service(index: EmbeddedIndex, model: FewWords | None = None) -> SearchService:
    return SearchService(index, lambda: model or FewWords(), SystemClock(), PATIENT)


def shown(page: SearchPage) -> list[int]:
    return [int(result.document.id) for result in page.results]


def mixed(count: int) -> list[Document]:
    """Every second one has the word, every third one looks the part, the more the lower its number."""
    return [
        document(
            n,
            title="red car" if n % 2 == 0 else "boat",
            vector=toward(RED, 0.9 - n / 1000, n) if n % 3 == 0 else toward(RED, -0.9, n),
        )
        for n in range(count)
    ]


def every_page(searching: SearchService, request: SearchRequest) -> list[SearchPage]:
    pages, offset = [], 0
    while True:
        page = searching.search(
            SearchRequest(request.text, request.mode, request.filters, offset, request.page_size)
        )
        pages.append(page)
        if page.next is None:
            return pages
        offset = page.next.offset


def test_hybrid_puts_first_what_both_legs_find(index: EmbeddedIndex) -> None:
    index.write(
        [
            document(1, title="red"),
            document(2, title="blue", vector=toward(RED, 0.95)),
            document(3, title="red sky", vector=toward(RED, 0.9)),
        ]
    )
    page = service(index).search(SearchRequest("red"))
    assert shown(page)[0] == 3
    assert sorted(shown(page)) == [1, 2, 3]
    assert not page.degraded


def test_the_weight_of_the_model_is_the_weight_of_its_leg(index: EmbeddedIndex) -> None:
    index.write([document(1, title="red"), document(2, vector=toward(RED, 0.95))])
    light, heavy = service(index, FewWords(0.2)), service(index, FewWords(1.5))
    assert shown(light.search(SearchRequest("red"))) == [1, 2]
    assert shown(heavy.search(SearchRequest("red"))) == [2, 1]


def test_keyword_mode_asks_no_model(index: EmbeddedIndex) -> None:
    index.write(mixed(10))
    model = FewWords()
    page = service(index, model).search(SearchRequest("red", Mode.KEYWORD))
    assert shown(page) == [0, 2, 4, 6, 8]
    assert model.texts == []


def test_semantic_mode_asks_no_words(index: EmbeddedIndex) -> None:
    index.write(
        [document(1, title="red", vector=toward(RED, 0.1)), document(2, title="x", vector=toward(RED, 0.9))]
    )
    page = service(index).search(SearchRequest("red", Mode.SEMANTIC))
    assert shown(page) == [2, 1]
    assert page.results[0].score == pytest.approx(0.9, abs=1e-3)


@pytest.mark.parametrize("mode", Mode)
def test_without_words_everything_comes_newest_first(index: EmbeddedIndex, mode: Mode) -> None:
    index.write(mixed(5))
    model = FewWords()
    page = service(index, model).search(SearchRequest("", mode))
    assert shown(page) == [4, 3, 2, 1, 0]
    assert model.texts == []
    assert not page.degraded
    assert [result.score for result in page.results] == [None] * 5


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.SEMANTIC])
def test_a_broken_model_leaves_the_keywords_and_says_so(index: EmbeddedIndex, mode: Mode) -> None:
    index.write(mixed(10))
    page = service(index, Broken()).search(SearchRequest("red", mode))
    assert shown(page) == [0, 2, 4, 6, 8]
    assert (page.degraded, page.total, page.relation) == (True, 5, "eq")


def test_a_model_that_cannot_be_loaded_leaves_the_keywords(index: EmbeddedIndex) -> None:
    def missing() -> NoReturn:
        raise ConfigurationError("There is no model.")

    index.write(mixed(10))
    page = SearchService(index, missing, SystemClock()).search(SearchRequest("red"))
    assert (shown(page), page.degraded) == ([0, 2, 4, 6, 8], True)


def test_a_model_is_not_needed_for_keywords(index: EmbeddedIndex) -> None:
    page = service(index, Broken()).search(SearchRequest("red", Mode.KEYWORD))
    assert not page.degraded


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.KEYWORD])
@pytest.mark.parametrize("page_size", [20, 37, 100])
def test_the_pages_hold_every_result_once_and_are_full_but_for_the_last(
    index: EmbeddedIndex, mode: Mode, page_size: int
) -> None:
    index.write(mixed(420))
    pages = every_page(service(index), SearchRequest("red", mode, page_size=page_size))
    everything = [number for page in pages for number in shown(page)]
    assert len(everything) == len(set(everything)) == pages[0].total
    assert {len(page.results) for page in pages[:-1]} == {page_size}
    assert set(range(0, 420, 2)) <= set(everything)


def test_past_the_window_a_hybrid_answer_goes_on_in_keyword_order(index: EmbeddedIndex) -> None:
    index.write(mixed(420))
    pages = every_page(service(index), SearchRequest("red", page_size=100))
    orders = [page.next.order for page in pages if page.next]
    assert orders == [Order.FUSED, Order.KEYWORD][: len(orders)]
    beyond = [result for page in pages[2:] for result in page.results]
    assert all(result.score is None for result in beyond)
    assert [result.document.id for result in beyond] == sorted(result.document.id for result in beyond)


def test_a_semantic_answer_ends_with_its_window(index: EmbeddedIndex) -> None:
    index.write(mixed(300))
    pages = every_page(service(index), SearchRequest("red", Mode.SEMANTIC, page_size=40))
    assert [len(page.results) for page in pages] == [40, 40, 20]
    assert {(page.total, page.relation) for page in pages} == {(100, "gte")}
    assert pages[0].next == NextPage(40, Order.VECTOR)


def test_keyword_scores_go_on_past_the_window(index: EmbeddedIndex) -> None:
    index.write([document(n, title="red " + "car " * (n % 7)) for n in range(250)])
    pages = every_page(service(index), SearchRequest("red", Mode.KEYWORD, page_size=30))
    scores = [result.score for page in pages for result in page.results]
    assert None not in scores
    assert scores == sorted(scores, key=lambda score: -(score or 0))


def test_browsing_pages_through_everything(index: EmbeddedIndex) -> None:
    index.write(mixed(250))
    pages = every_page(service(index), SearchRequest(page_size=60))
    assert [number for page in pages for number in shown(page)] == list(range(249, -1, -1))
    assert pages[0].next == NextPage(60, Order.NEWEST)


def test_a_page_beyond_the_end_is_empty_and_the_last(index: EmbeddedIndex) -> None:
    index.write(mixed(10))
    page = service(index).search(SearchRequest("red", offset=500))
    assert (page.results, page.next) == ((), None)
    assert page.total > 0


def test_nobody_pages_deeper_than_ten_thousand(index: EmbeddedIndex) -> None:
    with pytest.raises(InvalidInputError) as refused:
        service(index).search(SearchRequest("red", offset=10_000))
    assert refused.value.errors[0].code == "too_deep"


def test_filters_and_facets_go_with_every_mode(index: EmbeddedIndex) -> None:
    index.write([document(1, title="red", orientation="square", categories=("city",), vector=RED)])
    index.write([document(2, title="red", categories=("city",), vector=RED), document(3, vector=NIGHT)])
    for mode in Mode:
        page = service(index).search(SearchRequest("red", mode, Filters(orientation="square")))
        assert (shown(page), page.total) == ([1], 1)
        assert counts(page.facets.categories) == {"city": 1}


def test_the_scope_is_the_question_without_the_page() -> None:
    request = SearchRequest("red", Mode.HYBRID, Filters(category="city"), 40, 20)
    assert request.scope == SearchRequest("red", Mode.HYBRID, Filters(category="city")).scope
    others = [
        SearchRequest("blue"),
        SearchRequest("red"),
        SearchRequest("red", Mode.KEYWORD, Filters(category="city")),
    ]
    assert len({request.scope, *(other.scope for other in others)}) == 4


def test_similar_gives_documents_with_their_cosines(index: EmbeddedIndex) -> None:
    index.write(
        [document(1, vector=RED), document(2, vector=toward(RED, 0.8)), document(3, vector=unit_vector(9))]
    )
    results = service(index).similar(image_id(1), 2)
    assert [int(result.document.id) for result in results] == [2, 3]
    assert results[0].score == pytest.approx(0.8, abs=1e-3)


def test_similar_to_a_removed_image_is_not_found(index: EmbeddedIndex) -> None:
    index.write([document(1, vector=RED), Removal(image_id(1), 2)])
    with pytest.raises(NotFoundError):
        service(index).similar(image_id(1), 5)


def test_without_an_engine_questions_are_refused_and_writes_are_not() -> None:
    nothing = NoSearch()
    nothing.write([document(1)])
    searching = SearchService(nothing, FewWords, SystemClock())
    with pytest.raises(SearchUnavailableError):
        searching.search(SearchRequest("red"))
    with pytest.raises(SearchUnavailableError):
        searching.similar(image_id(1), 5)
    with pytest.raises(SearchUnavailableError):
        nothing.rebuild(())
    with pytest.raises(SearchUnavailableError):
        nothing.get([])
    with pytest.raises(SearchUnavailableError):
        nothing.keyword_page(IndexQuery(), excluding=(), offset=0, limit=1)
    with pytest.raises(SearchUnavailableError):
        nothing.suggest("re", 5)
    with pytest.raises(SearchUnavailableError):
        nothing.corrections(["red"])
    with pytest.raises(SearchUnavailableError):
        nothing.matched_words(IndexQuery(), [])


def test_business_lifts_what_is_premium_over_its_equals(index: EmbeddedIndex) -> None:
    index.write([document(n, title="red", premium=n == 3) for n in range(4)])
    assert shown(service(index).search(SearchRequest("red")))[0] == 3


def test_business_says_nothing_where_one_leg_was_asked(index: EmbeddedIndex) -> None:
    index.write([document(n, title="red", premium=n == 3) for n in range(4)])
    assert shown(service(index).search(SearchRequest("red", Mode.KEYWORD))) == [0, 1, 2, 3]


@pytest.mark.parametrize(("knows", "expected"), [({"people"}, [1]), (set(), [1, 2, 3])])
def test_people_are_counted_where_the_model_counts_them(
    index: EmbeddedIndex, knows: set[str], expected: list[int]
) -> None:
    index.write(
        [document(1, title="red", people=0), document(2, title="red"), document(3, title="red", people=2)]
    )
    model = FewWords()
    model.manifest = replace(model.manifest, knows=frozenset(knows))
    page = service(index, model).search(SearchRequest("red, no people", Mode.KEYWORD))
    assert sorted(shown(page)) == expected


@pytest.mark.parametrize(("found", "wondered"), [(2, [["red"]]), (3, [])])
def test_what_was_meant_is_asked_where_hardly_anything_was_found(
    found: int, wondered: list[list[str]], tmp_path: Path
) -> None:
    asked: list[list[str]] = []

    class Wondering(EmbeddedIndex):
        def corrections(self, words: Sequence[str]) -> Mapping[str, str]:
            asked.append(list(words))
            return {}

    index = Wondering(tmp_path)
    index.write([document(n, title="red") for n in range(found)])
    service(index).search(SearchRequest("red", Mode.KEYWORD))
    service(index).search(SearchRequest("", Mode.KEYWORD))
    service(index).search(SearchRequest("red", Mode.KEYWORD, offset=1))
    assert asked == wondered


def test_a_page_has_twenty_results_unless_another_number_is_wished(index: EmbeddedIndex) -> None:
    index.write([document(n) for n in range(25)])
    assert len(service(index).search(SearchRequest("")).results) == 20
