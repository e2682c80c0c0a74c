"""Other orders than that of relevance, and what the order of business goes by."""

from __future__ import annotations

from lumenstock.search.ports import WINDOW, Filters, IndexQuery, SearchIndex, Signals, Sort
from tests.contract.search.documents import asking, document, image_id, numbers, toward, unit_vector

DAY_S = 86_400


def test_newest_sorts_what_the_words_find(index: SearchIndex) -> None:
    index.write([document(1, title="car car car"), document(2, title="boat"), document(3, description="car")])
    assert numbers(index.query(IndexQuery(text="car", sort=Sort.NEWEST)).keyword) == [3, 1]


def test_newest_scores_by_time(index: SearchIndex) -> None:
    index.write([document(1, title="car", created_at_s=1_700_000_000)])
    (hit,) = index.query(IndexQuery(text="car", sort=Sort.NEWEST)).keyword
    assert hit.score == 1_700_000_000.0


def test_newest_breaks_ties_by_rising_id(index: SearchIndex) -> None:
    index.write([document(n, title="car", created_at_s=DAY_S) for n in (3, 1, 2)])
    assert numbers(index.query(IndexQuery(text="car", sort=Sort.NEWEST)).keyword) == [1, 2, 3]


def test_popular_puts_the_most_popular_first(index: SearchIndex) -> None:
    index.write([document(1, popularity=7), document(2, popularity=1200), document(3, popularity=90)])
    hits = index.query(IndexQuery(sort=Sort.POPULAR)).keyword
    assert [(numbers([hit]), hit.score) for hit in hits] == [([2], 1200.0), ([3], 90.0), ([1], 7.0)]


def test_popular_puts_what_nobody_counted_last(index: SearchIndex) -> None:
    index.write([document(1), document(2, popularity=0), document(3, popularity=1), document(4)])
    hits = index.query(IndexQuery(sort=Sort.POPULAR)).keyword
    assert numbers(hits) == [3, 2, 4, 1]
    assert [hit.score for hit in hits] == [1.0, 0.0, 0.0, 0.0]


def test_equally_popular_ones_come_newest_first_and_then_by_id(index: SearchIndex) -> None:
    index.write([document(n, popularity=5, created_at_s=DAY_S * (n % 2)) for n in range(4)])
    assert numbers(index.query(IndexQuery(sort=Sort.POPULAR)).keyword) == [1, 3, 0, 2]


def test_popular_sorts_what_the_words_find(index: SearchIndex) -> None:
    index.write([document(n, title="car" if n else "boat", popularity=10 - n) for n in range(4)])
    assert numbers(index.query(IndexQuery(text="car", sort=Sort.POPULAR)).keyword) == [1, 2, 3]


def test_an_order_obeys_filters_phrases_and_exclusions(index: SearchIndex) -> None:
    index.write(
        [
            document(1, title="red car", orientation="square"),
            document(2, title="red car"),
            document(3, title="red car rust", orientation="square"),
            document(4, title="car red", orientation="square"),
        ]
    )
    wanted = Filters(orientation="square")
    query = IndexQuery(phrases=("red car",), excluded=("rust",), filters=wanted, sort=Sort.NEWEST)
    assert numbers(index.query(query).keyword) == [1]


def test_an_order_changes_neither_total_nor_facets(index: SearchIndex) -> None:
    index.write([document(n, title="car" if n % 2 else "boat", categories=("city",)) for n in range(9)])
    by_score, by_time = (index.query(IndexQuery(text="car", sort=s)) for s in (Sort.RELEVANCE, Sort.NEWEST))
    assert (by_score.total, by_score.facets) == (by_time.total, by_time.facets)


def test_an_order_leaves_the_vector_leg_as_it_is(index: SearchIndex) -> None:
    near = unit_vector(1)
    index.write([document(n, title="car", vector=toward(near, 0.9 - n / 10, n)) for n in range(4)])
    answer = index.query(IndexQuery(text="car", vector=asking(near), sort=Sort.NEWEST))
    assert (numbers(answer.vector), numbers(answer.keyword)) == ([0, 1, 2, 3], [3, 2, 1, 0])


def test_pages_in_an_order_join_without_gap_or_repeat(index: SearchIndex) -> None:
    index.write([document(n, title="car", popularity=(n * 7) % 13) for n in range(WINDOW + 20)])
    for sort in (Sort.NEWEST, Sort.POPULAR):
        query = IndexQuery(text="car", sort=sort)
        window = numbers(index.query(query).keyword)
        rest = numbers(index.keyword_page(query, excluding=(), offset=WINDOW, limit=50))
        assert sorted(window + rest) == list(range(WINDOW + 20))
        assert numbers(index.keyword_page(query, excluding=(), offset=0, limit=200)) == window + rest


def test_pages_in_an_order_leave_out_what_was_shown(index: SearchIndex) -> None:
    index.write([document(n, title="car", popularity=n) for n in range(6)])
    query = IndexQuery(text="car", sort=Sort.POPULAR)
    page = index.keyword_page(query, excluding=[image_id(5), image_id(3)], offset=1, limit=2)
    assert numbers(page) == [2, 1]


def test_signals_come_with_the_hits_of_both_legs(index: SearchIndex) -> None:
    near = unit_vector(1)
    index.write(
        [
            document(1, title="car", created_at_s=DAY_S, premium=True),
            document(2, vector=near, created_at_s=2 * DAY_S, trending=0.25),
            document(3, vector=toward(near, 0.1), premium=True),
        ]
    )
    answer = index.query(IndexQuery(text="car", vector=asking(near), window=1))
    assert answer.signals == {
        image_id(1): Signals(DAY_S, premium=True, trending=0.0),
        image_id(2): Signals(2 * DAY_S, premium=False, trending=0.25),
    }


def test_signals_are_those_of_the_last_write(index: SearchIndex) -> None:
    index.write([document(1, premium=True, trending=1.0)])
    index.write([document(1, version=2, created_at_s=DAY_S, premium=False)])
    assert index.query(IndexQuery()).signals == {image_id(1): Signals(DAY_S, premium=False, trending=0.0)}
