"""In which order keyword hits come, and how their pages join."""

from __future__ import annotations

import random

from lumenstock.search.ports import WINDOW, Filters, IndexQuery, SearchIndex
from tests.contract.search.documents import document, image_id, numbers


def test_title_weighs_more_than_tags_and_tags_more_than_description(index: SearchIndex) -> None:
    index.write(
        [
            document(1, title="boat", description="car"),
            document(2, title="boat", tags=("car",)),
            document(3, title="car"),
        ]
    )
    assert numbers(index.query(IndexQuery(text="car")).keyword) == [3, 2, 1]


def test_the_best_field_of_a_word_counts(index: SearchIndex) -> None:
    everywhere = document(1, title="boat house", tags=("car",), description="car car car")
    index.write([everywhere, document(2, title="car house")])
    assert numbers(index.query(IndexQuery(text="car")).keyword) == [2, 1]


def test_a_rare_word_weighs_more_than_a_common_one(index: SearchIndex) -> None:
    common = [document(n, title=f"car number{n} street") for n in range(1, 30)]
    index.write([*common, document(50, title="zeppelin number50 street")])
    hits = index.query(IndexQuery(text="car street zeppelin")).keyword
    assert numbers(hits)[0] == 50


def test_scores_fall(index: SearchIndex) -> None:
    index.write([document(n, title="car " + "street " * n) for n in range(1, 8)])
    scores = [hit.score for hit in index.query(IndexQuery(text="car")).keyword]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 1


def test_equal_scores_come_by_rising_id_whatever_the_order_of_writing(index: SearchIndex) -> None:
    order = list(range(40))
    random.Random(7).shuffle(order)
    for start in range(0, 40, 10):
        index.write([document(n, title="red car") for n in order[start : start + 10]])
    assert numbers(index.query(IndexQuery(text="car")).keyword) == list(range(40))


def test_of_many_equal_scores_the_lowest_ids_come_first(index: SearchIndex) -> None:
    order = list(range(300))
    random.Random(7).shuffle(order)
    for start in range(0, 300, 100):
        index.write([document(n, title="red car") for n in order[start : start + 100]])
    assert numbers(index.query(IndexQuery(text="car", window=5)).keyword) == [0, 1, 2, 3, 4]
    page = index.keyword_page(IndexQuery(text="car"), excluding=(), offset=120, limit=5)
    assert numbers(page) == [120, 121, 122, 123, 124]


def test_the_window_holds_no_more_than_asked_for(index: SearchIndex) -> None:
    index.write([document(n, title="car") for n in range(WINDOW + 30)])
    answer = index.query(IndexQuery(text="car"))
    assert numbers(answer.keyword) == list(range(WINDOW))
    assert len(index.query(IndexQuery(text="car", window=7)).keyword) == 7


def test_all_matches_are_counted_beyond_the_window(index: SearchIndex) -> None:
    index.write([document(n, title="car") for n in range(WINDOW + 30)])
    answer = index.query(IndexQuery(text="car"))
    assert (answer.total, answer.relation) == (WINDOW + 30, "eq")


def test_pages_join_without_gap_or_repeat(index: SearchIndex) -> None:
    index.write([document(n, title="car " * (1 + n % 3)) for n in range(WINDOW + 50)])
    query = IndexQuery(text="car")
    window = numbers(index.query(query).keyword)
    rest = [
        number
        for offset in range(WINDOW, WINDOW + 50, 20)
        for number in numbers(index.keyword_page(query, excluding=(), offset=offset, limit=20))
    ]
    whole = numbers(index.keyword_page(query, excluding=(), offset=0, limit=WINDOW + 50))
    assert window + rest == whole
    assert sorted(whole) == list(range(WINDOW + 50))


def test_a_page_leaves_out_what_was_shown(index: SearchIndex) -> None:
    index.write([document(n, title="car") for n in range(10)])
    shown = [image_id(2), image_id(5), image_id(99)]
    page = index.keyword_page(IndexQuery(text="car"), excluding=shown, offset=1, limit=4)
    assert numbers(page) == [1, 3, 4, 6]


def test_a_page_beyond_the_end_is_empty(index: SearchIndex) -> None:
    index.write([document(n, title="car") for n in range(10)])
    assert index.keyword_page(IndexQuery(text="car"), excluding=(), offset=10, limit=5) == ()
    assert index.keyword_page(IndexQuery(text="car"), excluding=(), offset=500, limit=5) == ()


def test_a_page_obeys_the_filters(index: SearchIndex) -> None:
    shapes = ("landscape", "portrait")
    index.write([document(n, title="car", orientation=shapes[n % 2]) for n in range(10)])
    query = IndexQuery(text="car", filters=Filters(orientation="portrait"))
    assert numbers(index.keyword_page(query, excluding=(), offset=1, limit=3)) == [3, 5, 7]


def test_browsing_shows_everything_newest_first(index: SearchIndex) -> None:
    index.write([document(n, created_at_s=1_700_000_000 + (n * 37) % 11) for n in range(11)])
    hits = index.query(IndexQuery()).keyword
    assert [hit.score for hit in hits] == [1_700_000_010.0 - n for n in range(11)]


def test_browsing_breaks_ties_by_rising_id(index: SearchIndex) -> None:
    for n in (4, 2, 3, 1):
        index.write([document(n, created_at_s=1_700_000_000)])
    assert numbers(index.query(IndexQuery()).keyword) == [1, 2, 3, 4]


def test_browsing_goes_on_beyond_the_window(index: SearchIndex) -> None:
    index.write([document(n) for n in range(WINDOW + 20)])
    page = index.keyword_page(IndexQuery(), excluding=(), offset=WINDOW + 5, limit=50)
    assert numbers(page) == list(range(14, -1, -1))


def test_browsing_leaves_out_what_was_shown(index: SearchIndex) -> None:
    index.write([document(n) for n in range(6)])
    page = index.keyword_page(IndexQuery(), excluding=[image_id(4)], offset=1, limit=2)
    assert numbers(page) == [3, 2]


def test_browsing_knows_the_times_before_1970(index: SearchIndex) -> None:
    index.write([document(n, created_at_s=at) for n, at in enumerate((-5_000_000_000, 0, 1_700_000_000, -1))])
    assert numbers(index.query(IndexQuery()).keyword) == [2, 1, 3, 0]
