"""An index in several shards, of which each names the nearest that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from lumenstock.adapters.opensearch.connection import connect
from lumenstock.adapters.opensearch.index import OpenSearchIndex
from lumenstock.adapters.opensearch.mapping import IndexShape
from lumenstock.search.ports import Filters, IndexQuery
from tests.contract.search.documents import asking, counts, document, numbers, toward, unit_vector

pytestmark = [pytest.mark.opensearch, pytest.mark.xdist_group("opensearch")]

WINDOW, LOOKS, WORDS = 5, 200, 30


@pytest.fixture
def name(opensearch: str) -> Iterator[str]:
    """Of an index in three shards: 200 pictures that look like what is asked for, and 30 others of a word."""
    client, name = connect(opensearch), f"test-{uuid4().hex}"
    near = unit_vector(1)
    try:
        index = OpenSearchIndex(client, IndexShape(shards=3), name=name, visible=True)
        looks = [document(n, title="boat", vector=toward(near, 0.9 - n / 500, n)) for n in range(LOOKS)]
        words = [document(1000 + n, title="car", orientation="square") for n in range(WORDS)]
        index.write([*looks, *words])
        yield name
    finally:
        client.indices.delete(index=f"{name}-v*")


@pytest.mark.parametrize("supposed", [1, 3])
def test_both_legs_are_whole_whatever_the_number_of_shards_is_thought_to_be(
    opensearch: str, name: str, supposed: int
) -> None:
    index = OpenSearchIndex(connect(opensearch), IndexShape(shards=supposed), name=name)
    answer = index.query(IndexQuery(text="car", vector=asking(unit_vector(1)), window=WINDOW))
    assert numbers(answer.vector) == list(range(WINDOW))
    assert len(answer.keyword) == WINDOW
    assert all(number >= LOOKS for number in numbers(answer.keyword))
    assert answer.total == WINDOW + WORDS
    assert counts(answer.facets.orientations) == {"square": WORDS, "landscape": WINDOW}


def test_so_are_those_of_a_facet_without_its_filter(opensearch: str, name: str) -> None:
    index = OpenSearchIndex(connect(opensearch), IndexShape(), name=name)
    filters = Filters(orientation="square")
    answer = index.query(
        IndexQuery(text="car", vector=asking(unit_vector(1)), window=WINDOW, filters=filters)
    )
    assert (len(answer.keyword), answer.vector, answer.total) == (WINDOW, (), WORDS)
    assert counts(answer.facets.orientations) == {"square": WORDS, "landscape": WINDOW}
