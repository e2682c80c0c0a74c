"""One search for all legs of a question, and what its scores say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumenstock.adapters.opensearch.answering import search_for
from lumenstock.adapters.opensearch.finds import PASSES, WORDED, Find, band
from lumenstock.search.ports import MAX_DEPTH, WINDOW, Filters, IndexQuery, QueryVector, Sort

ASKED = IndexQuery(text="car", vector=QueryVector("demo@1", np.full(768, 768**-0.5, dtype=np.float32)))
ALL_FACETS = Filters(
    category="city", orientation="square", color="#000000", image_type="photo", licence_type="editorial"
)
CREATED = {"created_at_s": [1_700_000_000]}


@given(part=st.integers(0, 5), cosine=st.floats(-1.00001, 1.00001))
def test_a_score_tells_whose_vector_leg_found_a_hit_and_its_cosine(part: int, cosine: float) -> None:
    engines = np.float32((1 + np.float32(cosine)) / 2)
    score = np.float32(band(part)) * (np.float32(1) + engines)
    hit = {"sort": [float(score), "id"], "fields": CREATED}
    found = Find.of(ASKED, hit)
    assert found.part == part
    assert found.cosine == pytest.approx(cosine, abs=2e-6)
    assert not found.worded
    assert found.passes is (part == 0), "whoever is in the question's own leg does"


@given(part=st.integers(0, 5), score=st.floats(0.01, 100_000))
def test_a_vector_hit_says_what_its_words_score(part: int, score: float) -> None:
    hit = {
        "sort": [1.5 * band(part), "id"],
        "fields": CREATED,
        "matched_queries": {WORDED: score, PASSES: 0},
    }
    found = Find.of(ASKED, hit)
    assert (found.part, found.cosine, found.worded, found.passes, found.score) == (part, 0, True, True, score)
    assert found.own


@pytest.mark.parametrize("said", [{WORDED: 2.0}, {PASSES: 0.0}])
def test_neither_words_nor_filters_alone_put_a_hit_into_the_keyword_leg(said: dict[str, float]) -> None:
    hit = {"sort": [1.5 * band(1), "id"], "fields": CREATED, "matched_queries": said}
    assert not Find.of(ASKED, hit).own


@pytest.mark.parametrize("sort", Sort)
def test_what_only_another_part_finds_is_no_hit_of_the_question(sort: Sort) -> None:
    browsing = IndexQuery(filters=ALL_FACETS, sort=sort)
    values = [7, 1_700_000_000] if sort is Sort.POPULAR else [1_700_000_000]
    own, other = (
        Find.of(browsing, {"sort": [score, *values, "id"], "fields": CREATED}).own for score in (1.0, 0.0)
    )
    assert (own, other) == (True, False)


@pytest.mark.parametrize("shards", [1, 3, 20, 200])
@pytest.mark.parametrize("filters", [Filters(), ALL_FACETS], ids=["one part", "six parts"])
def test_a_page_is_never_longer_than_the_engine_gives(filters: Filters, shards: int) -> None:
    query = IndexQuery(text="car", vector=ASKED.vector, filters=filters)
    assert WINDOW < search_for(query, shards)["size"] <= MAX_DEPTH
