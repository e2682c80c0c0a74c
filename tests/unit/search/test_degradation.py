"""Each fault injected: what is still answered, and that it says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.embedding.model import Vectors
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.search.encoding import REMEMBERED, QueryEncoder
from lumenstock.search.model import Mode, SearchPage, SearchRequest
from lumenstock.search.ports import Filters, IndexAnswer, IndexQuery
from lumenstock.search.service import SearchService, Tuning
from tests.contract.search.documents import document, toward
from tests.unit.search.clocks import StandingClock
from tests.unit.search.models import RED, Broken, BrokenModelError, FewWords

BY_WORDS, BY_MEANING = 1, 2


class FaultyIndex(EmbeddedIndex):
    """Fails in the legs named in ``down``: ``words``, ``vector``, or ``vocabulary``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.down: set[str] = set()
        self.asked: list[IndexQuery] = []

    def query(self, query: IndexQuery) -> IndexAnswer:
        self.asked.append(query)
        legs = {"vector"} if query.vector is not None else set()
        legs |= {"words"} if query.worded or query.browsing else set()
        self._refuse(legs)
        return super().query(query)

    def corrections(self, words: object) -> dict[str, str]:
        self._refuse({"vocabulary"})
        return {str(words): "never"}

    def _refuse(self, parts: set[str]) -> None:
        if parts & self.down:
            raise SearchUnavailableError


class Slow(FewWords):
    """Encodes when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()

    def encode_texts(self, texts: list[str]) -> Vectors:
        self.let.wait(30)
        return super().encode_texts(texts)


@pytest.fixture
def index(tmp_path: Path) -> FaultyIndex:
    index = FaultyIndex(tmp_path)
    index.write([document(BY_WORDS, title="red"), document(BY_MEANING, vector=toward(RED, 0.9))])
    return index


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def slow() -> Iterator[Slow]:
    model = Slow()
    yield model
    model.let.set()


def service(
    index: FaultyIndex, clock: StandingClock, model: FewWords, deadline_s: float = 30
) -> SearchService:
    return SearchService(index, lambda: model, clock, Tuning(encode_deadline_s=deadline_s))


def shown(page: SearchPage) -> list[int]:
    return [int(result.document.id) for result in page.results]


def test_without_a_fault_both_legs_answer(index: FaultyIndex, clock: StandingClock) -> None:
    page = service(index, clock, FewWords()).search(SearchRequest("red"))
    assert (shown(page), page.degraded) == ([BY_WORDS, BY_MEANING], False)


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.SEMANTIC])
def test_an_encoder_that_is_late_leaves_the_words(
    index: FaultyIndex, clock: StandingClock, slow: Slow, mode: Mode
) -> None:
    page = service(index, clock, slow, deadline_s=0.01).search(SearchRequest("red", mode))
    assert (shown(page), page.degraded) == ([BY_WORDS], True)


def test_unless_it_is_set_nobody_waits_longer_for_a_vector_than_the_plan_allows() -> None:
    assert Tuning().encode_deadline_s == pytest.approx(0.04)


def test_what_came_too_late_is_there_the_next_time(
    index: FaultyIndex, clock: StandingClock, slow: Slow
) -> None:
    searching = service(index, clock, slow, deadline_s=0.01)
    assert searching.search(SearchRequest("red")).degraded
    slow.let.set()
    searching._asking._encoder._thread.submit(int).result()  # the vector was encoded before this
    page = searching.search(SearchRequest("red"))
    assert (shown(page), page.degraded) == ([BY_WORDS, BY_MEANING], False)


def test_a_lost_vector_leg_leaves_the_words(index: FaultyIndex, clock: StandingClock) -> None:
    index.down = {"vector"}
    page = service(index, clock, FewWords()).search(SearchRequest("red"))
    assert (shown(page), page.degraded, page.total) == ([BY_WORDS], True, 1)


def test_a_lost_keyword_leg_leaves_the_meaning(index: FaultyIndex, clock: StandingClock) -> None:
    index.down = {"words"}
    page = service(index, clock, FewWords()).search(SearchRequest("red"))
    assert (shown(page), page.degraded) == ([BY_MEANING], True)


def test_filters_and_exclusions_hold_when_a_leg_is_lost(index: FaultyIndex, clock: StandingClock) -> None:
    index.down = {"words"}
    index.write(
        [document(3, title="rust", vector=toward(RED, 0.8)), document(4, vector=RED, orientation="square")]
    )
    wanted = SearchRequest("red -rust", filters=Filters(orientation="landscape"))
    assert shown(service(index, clock, FewWords()).search(wanted)) == [BY_MEANING]


def test_without_both_legs_search_is_unavailable(index: FaultyIndex, clock: StandingClock) -> None:
    index.down = {"words", "vector"}
    with pytest.raises(SearchUnavailableError):
        service(index, clock, FewWords()).search(SearchRequest("red"))


@pytest.mark.parametrize("request_", [SearchRequest("red", Mode.KEYWORD), SearchRequest()])
def test_a_question_of_one_leg_has_no_other(
    index: FaultyIndex, clock: StandingClock, request_: SearchRequest
) -> None:
    index.down = {"words"}
    with pytest.raises(SearchUnavailableError):
        service(index, clock, FewWords()).search(request_)


def test_a_leg_that_keeps_failing_is_not_asked_any_more(index: FaultyIndex, clock: StandingClock) -> None:
    index.down = {"vector"}
    searching = service(index, clock, FewWords())
    for _ in range(5):
        searching.search(SearchRequest("red"))
    index.asked.clear()
    assert searching.search(SearchRequest("red")).degraded
    assert [query.vector for query in index.asked] == [None]


def test_a_leg_that_came_back_is_found_after_a_minute(index: FaultyIndex, clock: StandingClock) -> None:
    index.down = {"vector"}
    searching = service(index, clock, FewWords())
    for _ in range(6):
        searching.search(SearchRequest("red"))
    index.down = set()
    assert searching.search(SearchRequest("red")).degraded
    clock.move(60)
    assert not searching.search(SearchRequest("red")).degraded
    assert not searching.search(SearchRequest("red")).degraded


def test_words_that_keep_failing_are_not_asked_any_more(index: FaultyIndex, clock: StandingClock) -> None:
    index.down = {"words"}
    searching = service(index, clock, FewWords())
    for _ in range(5):
        searching.search(SearchRequest("red"))
    index.asked.clear()
    assert shown(searching.search(SearchRequest("red"))) == [BY_MEANING]
    assert [query.text for query in index.asked] == [""]


def test_a_model_that_keeps_failing_is_left_alone_for_a_minute(
    index: FaultyIndex, clock: StandingClock
) -> None:
    model = Broken()
    searching = SearchService(index, lambda: model, clock, Tuning(encode_deadline_s=30))
    for number in range(7):
        assert searching.search(SearchRequest(f"red {number}")).degraded
    assert len(model.texts) == 5
    clock.move(60)
    searching.search(SearchRequest("red"))
    assert len(model.texts) == 6


def test_the_first_words_wait_until_the_model_is_loaded(clock: StandingClock) -> None:
    class Large(FewWords):
        def load_queries(self) -> None:
            time.sleep(0.3)

    encoder = QueryEncoder(Large, clock, 0.2)
    assert encoder.encode("red") is not None


def test_a_model_that_comes_after_a_broken_one_does_not_pay_for_it(clock: StandingClock) -> None:
    models = {"bad@1": Broken(), "good@1": FewWords()}
    answering = ["bad@1"]
    encoder = QueryEncoder(lambda: models[answering[0]], clock, 30, lambda: answering[0])
    assert [encoder.encode(f"red {number}") for number in range(8)] == [None] * 8
    answering[0] = "good@1"
    assert encoder.encode("red") is not None
    answering[0] = "bad@1"
    assert encoder.encode("blue") is None


def test_a_model_that_does_not_load_is_left_alone_for_a_minute(clock: StandingClock) -> None:
    tries: list[str] = []

    def embedder() -> FewWords:
        tries.append("load")
        raise BrokenModelError

    encoder = QueryEncoder(embedder, clock, 30)
    assert [encoder.encode(f"red {number}") for number in range(7)] == [None] * 7
    assert len(tries) == 5


def test_after_a_swap_the_same_words_are_encoded_by_the_other_model(clock: StandingClock) -> None:
    first, second = FewWords(version="1"), FewWords(version="2")
    serving = iter([first, first, second, second, first, first])  # asked twice where words are new
    encoder = QueryEncoder(lambda: next(serving), clock, 30)
    said = [encoded.vector.model for _ in range(4) if (encoded := encoder.encode("red"))]
    assert said == ["demo@1", "demo@1", "demo@2", "demo@1"]
    assert (first.texts, second.texts) == (["red"], ["red"])


def test_what_was_asked_before_is_not_encoded_again(index: FaultyIndex, clock: StandingClock) -> None:
    model = FewWords()
    searching = service(index, clock, model)
    for text in ("red", "night", "red", "  red "):
        searching.search(SearchRequest(text))
    assert model.texts == ["red", "night"]


def test_what_was_asked_longest_ago_is_forgotten_first(index: FaultyIndex, clock: StandingClock) -> None:
    model = FewWords()
    encoder = service(index, clock, model)._asking._encoder
    for number in range(REMEMBERED):
        encoder.encode(f"w{number}")
    encoder.encode("w0")
    encoder.encode("new")
    model.texts.clear()
    for text in ("w0", "new", "w1"):
        encoder.encode(text)
    assert model.texts == ["w1"]


def test_a_page_is_shown_although_nobody_can_say_what_was_meant(
    index: FaultyIndex, clock: StandingClock
) -> None:
    index.down = {"vocabulary"}
    page = service(index, clock, FewWords()).search(SearchRequest("redd"))
    assert page.did_you_mean is None
