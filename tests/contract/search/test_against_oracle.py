"""Whatever is written and asked, the index answers what counting by hand answers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumenstock.search.document import Removal
from lumenstock.search.ports import Change, Filters, IndexQuery, Sort, Synonym
from tests.contract.search import oracle
from tests.contract.search.conftest import EVERY_IMPLEMENTATION, IMPLEMENTATIONS
from tests.contract.search.documents import asking, counts, document, image_id, unit_vector

WORDS = ("red", "car", "night", "boat", "lake", "dog")
CATEGORIES = ("city", "nature", "food & drink")
SHAPES = ("landscape", "portrait", "square")
COLORS = ("#000000", "#E02020", "#FFFFFF")
MODELS = ("demo@1", "demo@2")

few_words = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
looks = st.one_of(st.none(), st.tuples(st.integers(0, 20), st.sampled_from(MODELS)))


def several(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


def maybe(*values: object) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), st.sampled_from(values))


def rarely(*values: object) -> st.SearchStrategy[object]:
    return st.one_of(*[st.none()] * 4, st.sampled_from(values))


# Plans, not documents: vectors are made of a number in the test, so that an example can be read.
documents = st.fixed_dictionaries(
    {
        "number": st.integers(0, 15),
        "version": st.integers(1, 4),
        "title": few_words,
        "description": few_words,
        "tags": st.lists(few_words, max_size=2).map(tuple),
        "categories": several(*CATEGORIES),
        "orientation": st.sampled_from(SHAPES),
        "colors": several(*COLORS),
        "contributor_id": st.sampled_from(("c1", "c2")),
        "contributor_name": st.sampled_from(("Jane Doe", "Ann Other")),
        "width_px": st.sampled_from((100, 200)),
        "height_px": st.sampled_from((100, 200)),
        "created_at_s": st.sampled_from((1000, 2000, 3000)),
        "look": looks,
        "image_type": maybe("photo", "illustration"),
        "licence_type": maybe("commercial", "editorial"),
        "people": maybe(0, 1, 3),
        "ai_generated": maybe(*(True, False)),
        "popularity": maybe(0, 5, 70),
    }
)
removals = st.builds(Removal, st.integers(0, 15).map(image_id), st.integers(1, 4))
filters = st.builds(
    Filters,
    category=maybe(*CATEGORIES, "none"),
    orientation=maybe(*SHAPES),
    color=maybe(*COLORS),
    contributor=maybe("c1", "jane doe"),
    created_from_s=maybe(1000, 1500, 2000),
    created_before_s=maybe(2000, 2500, 3001),
    min_width_px=st.sampled_from((0, 150)),
    min_height_px=st.sampled_from((0, 150)),
    image_type=rarely("photo"),
    licence_type=rarely("editorial"),
    people_from=rarely(0, 1),
    people_to=rarely(0, 2),
    ai_generated=rarely(*(True, False)),
)
few_of = {"phrases": ("red car", "night"), "prefixes": ("ca", "n"), "excluded": ("boat", "red car")}
queries = st.fixed_dictionaries(
    {
        "text": few_words,
        "filters": st.one_of(st.just(Filters()), filters),
        "window": st.sampled_from((1, 3, 100)),
        "look": looks,
        "sort": st.sampled_from(Sort),
        "synonyms": st.sampled_from(((), (Synonym("car", ("boat", "red lake")),))),
        **{name: st.one_of(st.just(()), several(*texts)) for name, texts in few_of.items()},
    }
)

Plan = dict[str, Any]


def made(plan: Plan | Removal) -> Change:
    if isinstance(plan, Removal):
        return plan
    number, look, fields = plan["number"], plan["look"], {**plan}
    del fields["number"], fields["look"]
    if look is None:
        return document(number, **fields)
    seed, model = look
    return document(number, vector=unit_vector(seed), model=model, **fields)


def asked_by(plan: Plan) -> IndexQuery:
    look, fields = plan["look"], {**plan}
    del fields["look"]
    return IndexQuery(vector=asking(unit_vector(look[0]), look[1]) if look else None, **fields)


@pytest.mark.slow
@pytest.mark.parametrize("implementation", EVERY_IMPLEMENTATION)
@settings(
    max_examples=60,
    deadline=None,
    # The fixture is asked for the address of an engine; each example has an index of its own there.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    plans=st.lists(st.lists(st.one_of(documents, removals), max_size=10), min_size=1, max_size=3),
    questions=st.lists(queries, min_size=1, max_size=8),
)
def test_totals_filters_facets_and_order_are_those_of_the_oracle(
    request: pytest.FixtureRequest,
    implementation: str,
    plans: list[list[Plan | Removal]],
    questions: list[Plan],
) -> None:
    batches = [[made(plan) for plan in batch] for batch in plans]
    with IMPLEMENTATIONS[implementation](request) as open_index:
        index = open_index()
        for batch in batches:
            index.write(batch)
        standing = oracle.kept(change for batch in batches for change in batch)
        assert index.get([image_id(n) for n in range(16)]) == {item.id: item for item in standing}
        for query in map(asked_by, questions):
            answer = index.query(query)
            by_words, near = oracle.found_by_words(standing, query), oracle.nearest(standing, query)
            assert [hit.id for hit in answer.vector] == [item for _, item in near]
            assert len(answer.keyword) == min(len(by_words), query.window)
            assert {hit.id for hit in answer.keyword} <= by_words
            if query.browsing or (by_words and query.sort is not Sort.RELEVANCE):
                assert [hit.id for hit in answer.keyword] == oracle.by_time(standing, query)[: query.window]
            union = by_words | {item for _, item in near}
            assert answer.total == len(union)
            assert answer.relation == ("gte" if len(near) == query.window else "eq")
            assert set(answer.signals) == {hit.id for hit in (*answer.keyword, *answer.vector)}
            for name, expected in oracle.facets(standing, query).items():
                assert Counter(counts(getattr(answer.facets, name))) == expected
            if by_words:
                pages = index.keyword_page(query, excluding=(), offset=0, limit=100)
                assert {hit.id for hit in pages} == by_words
                assert pages[: len(answer.keyword)] == answer.keyword
