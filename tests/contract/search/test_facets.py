"""Facets are counts over all that was found, each document once."""

from __future__ import annotations

from collections import Counter

from lumenstock.search.document import Document
from lumenstock.search.ports import FACET_SIZE, Facets, Filters, IndexQuery, SearchIndex
from tests.contract.search.documents import asking, counts, document, toward, unit_vector

SHAPES = ("landscape", "portrait", "square")


def some_documents() -> list[Document]:
    near = unit_vector(1)
    return [
        document(
            n,
            title="car" if n % 3 else "boat",
            categories=("city",) if n % 2 else ("city", "night"),
            orientation=SHAPES[n % 3],
            colors=("#000000", "#FFFFFF")[: 1 + n % 2],
            vector=toward(near, 0.9 - n / 50, n),
        )
        for n in range(24)
    ]


def by_hand(documents: list[Document]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    return (
        Counter(name for item in documents for name in item.categories),
        Counter(item.orientation for item in documents),
        Counter(color for item in documents for color in item.colors),
    )


def as_counters(facets: Facets) -> tuple[Counter[str], Counter[str], Counter[str]]:
    return tuple(Counter(counts(facet)) for facet in (facets.categories, facets.orientations, facets.colors))  # type: ignore[return-value] # three of them


def test_browsing_counts_everything(index: SearchIndex) -> None:
    index.write(some_documents())
    assert as_counters(index.query(IndexQuery()).facets) == by_hand(some_documents())


def test_words_count_their_matches(index: SearchIndex) -> None:
    index.write(some_documents())
    cars = [item for item in some_documents() if item.title == "car"]
    assert as_counters(index.query(IndexQuery(text="car")).facets) == by_hand(cars)


def test_matches_beyond_the_window_are_counted(index: SearchIndex) -> None:
    index.write(some_documents())
    cars = [item for item in some_documents() if item.title == "car"]
    assert as_counters(index.query(IndexQuery(text="car", window=3)).facets) == by_hand(cars)


def test_a_vector_counts_its_window(index: SearchIndex) -> None:
    index.write(some_documents())
    facets = index.query(IndexQuery(vector=asking(unit_vector(1)), window=5)).facets
    assert as_counters(facets) == by_hand(some_documents()[:5])


def test_both_legs_count_their_union(index: SearchIndex) -> None:
    index.write(some_documents())
    answer = index.query(IndexQuery(text="boat", vector=asking(unit_vector(1)), window=5))
    found = [item for n, item in enumerate(some_documents()) if n < 5 or item.title == "boat"]
    assert as_counters(answer.facets) == by_hand(found)
    assert answer.total == len(found)


def test_filters_apply_to_the_counts_of_other_facets(index: SearchIndex) -> None:
    index.write(some_documents())
    squares = [item for item in some_documents() if item.orientation == "square"]
    facets = index.query(IndexQuery(filters=Filters(orientation="square"))).facets
    categories, _, colors = by_hand(squares)
    assert (counts(facets.categories), counts(facets.colors)) == (categories, colors)


def test_a_facet_shows_what_another_value_would_find(index: SearchIndex) -> None:
    index.write(some_documents())
    facets = index.query(IndexQuery(filters=Filters(orientation="square"))).facets
    assert counts(facets.orientations) == {"landscape": 8, "portrait": 8, "square": 8}


def test_with_two_filters_each_facet_leaves_out_its_own(index: SearchIndex) -> None:
    index.write(some_documents())
    wanted = Filters(category="night", color="#FFFFFF", orientation="square")
    facets = index.query(IndexQuery(filters=wanted)).facets
    squares = [item for item in some_documents() if item.orientation == "square"]
    white = [item for item in squares if "#FFFFFF" in item.colors]
    nightly = [item for item in squares if "night" in item.categories]
    assert counts(facets.categories) == by_hand(white)[0]
    assert counts(facets.colors) == by_hand(nightly)[2]


def test_filters_without_a_facet_apply_to_all_counts(index: SearchIndex) -> None:
    index.write([document(1, categories=("city",), people=0), document(2, categories=("city",), people=2)])
    facets = index.query(IndexQuery(filters=Filters(category="city", people_to=0))).facets
    assert counts(facets.categories) == {"city": 1}


def test_the_words_apply_to_a_facet_without_its_filter(index: SearchIndex) -> None:
    index.write(some_documents())
    facets = index.query(IndexQuery(text="boat", filters=Filters(orientation="square"))).facets
    boats = [item for item in some_documents() if item.title == "boat"]
    assert counts(facets.orientations) == by_hand(boats)[1]


def test_a_facet_counts_the_vector_leg_that_would_be_without_its_filter(index: SearchIndex) -> None:
    index.write(some_documents())
    near = asking(unit_vector(1))
    answer = index.query(IndexQuery(vector=near, window=6, filters=Filters(orientation="square")))
    assert counts(answer.facets.orientations) == by_hand(some_documents()[:6])[1]
    assert counts(answer.facets.categories) == by_hand(some_documents()[2:18:3])[0]


def test_a_filter_that_nothing_passes_still_shows_the_other_values(index: SearchIndex) -> None:
    index.write(some_documents())
    answer = index.query(IndexQuery(text="car", filters=Filters(category="zoo")))
    assert (answer.total, counts(answer.facets.orientations)) == (0, {})
    assert counts(answer.facets.categories) == {"city": 16, "night": 8}


KINDS = [
    document(1, image_type="photo", licence_type="commercial"),
    document(2, image_type="photo", licence_type="editorial"),
    document(3, image_type="render", licence_type="commercial"),
    document(4),
]


def test_types_and_licences_are_counted_where_they_are_known(index: SearchIndex) -> None:
    index.write(KINDS)
    facets = index.query(IndexQuery()).facets
    assert counts(facets.image_types) == {"photo": 2, "render": 1}
    assert counts(facets.licence_types) == {"commercial": 2, "editorial": 1}


def test_types_and_licences_leave_out_their_own_filter_and_no_other(index: SearchIndex) -> None:
    index.write(KINDS)
    answer = index.query(IndexQuery(filters=Filters(image_type="photo", licence_type="commercial")))
    assert answer.total == 1
    assert counts(answer.facets.image_types) == {"photo": 1, "render": 1}
    assert counts(answer.facets.licence_types) == {"commercial": 1, "editorial": 1}


def test_the_vector_leg_counts_types_and_licences(index: SearchIndex) -> None:
    near = unit_vector(1)
    index.write(
        [
            document(n, vector=toward(near, 0.9 - n / 50, n), image_type=kind, licence_type="editorial")
            for n, kind in enumerate(("photo", "render", None))
        ]
    )
    facets = index.query(IndexQuery(vector=asking(near), window=2)).facets
    assert counts(facets.image_types) == {"photo": 1, "render": 1}
    assert counts(facets.licence_types) == {"editorial": 2}


def test_phrases_and_exclusions_apply_to_counts(index: SearchIndex) -> None:
    index.write(
        [document(1, title="red car", categories=("a",)), document(2, title="car", categories=("b",))]
    )
    assert counts(index.query(IndexQuery(phrases=("red car",))).facets.categories) == {"a": 1}
    assert counts(index.query(IndexQuery(excluded=("red",))).facets.categories) == {"b": 1}


def test_counts_fall_and_ties_come_by_name(index: SearchIndex) -> None:
    named = {"b": 2, "a": 2, "c": 3}
    names = [name for name, count in named.items() for _ in range(count)]
    index.write([document(n, categories=(name,)) for n, name in enumerate(names)])
    facets = index.query(IndexQuery()).facets
    assert list(counts(facets.categories).items()) == [("c", 3), ("a", 2), ("b", 2)]


def test_many_ties_come_by_name_whatever_the_order_of_writing(index: SearchIndex) -> None:
    names = [f"c{(n * 7) % 20:02d}" for n in range(20)]
    for half in (names[10:], names[:10], names):
        index.write([document(1000 * len(half) + int(name[1:]), categories=(name,)) for name in half])
    facets = index.query(IndexQuery()).facets
    assert list(counts(facets.categories)) == sorted(names)


def test_a_facet_is_cut_to_the_largest(index: SearchIndex) -> None:
    many = [document(n, categories=(f"c{n:03d}",)) for n in range(FACET_SIZE + 20)]
    index.write([*many, document(900, categories=("c069",))])
    facet = counts(index.query(IndexQuery()).facets.categories)
    assert list(facet)[:2] == ["c069", "c000"]
    assert len(facet) == FACET_SIZE


def test_names_are_kept_as_written(index: SearchIndex) -> None:
    index.write([document(1, categories=("food & drink", "Ünïcode"))])
    assert set(counts(index.query(IndexQuery()).facets.categories)) == {"food & drink", "Ünïcode"}


def test_a_changed_document_is_counted_as_it_is_now(index: SearchIndex) -> None:
    index.write([document(1, categories=("city",))])
    index.write([document(1, categories=("night",), version=2)])
    assert counts(index.query(IndexQuery()).facets.categories) == {"night": 1}


def test_nothing_found_counts_nothing(index: SearchIndex) -> None:
    index.write(some_documents())
    assert index.query(IndexQuery(text="zeppelin")).facets == Facets()
