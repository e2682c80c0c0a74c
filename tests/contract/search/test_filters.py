"""What a filter lets through, alone and with others, in every leg."""

from __future__ import annotations

from typing import Any

import pytest

from lumenstock.search.ports import Filters, IndexQuery, SearchIndex
from tests.contract.search.documents import asking, document, numbers, unit_vector

NOON = 1_700_000_000


def passing(index: SearchIndex, filters: Filters) -> list[int]:
    return sorted(numbers(index.query(IndexQuery(filters=filters)).keyword))


def test_category_is_one_of_the_documents(index: SearchIndex) -> None:
    index.write(
        [document(1, categories=("nature", "travel")), document(2, categories=("people",)), document(3)]
    )
    assert passing(index, Filters(category="travel")) == [1]


def test_category_is_matched_whole(index: SearchIndex) -> None:
    index.write([document(1, categories=("food and drink",)), document(2, categories=("food",))])
    assert passing(index, Filters(category="food")) == [2]
    assert passing(index, Filters(category="food and drink")) == [1]


def test_orientation(index: SearchIndex) -> None:
    shapes = ("landscape", "portrait", "square")
    index.write([document(n, orientation=shape) for n, shape in enumerate(shapes)])
    assert [passing(index, Filters(orientation=shape)) for shape in shapes] == [[0], [1], [2]]


def test_color_is_one_of_the_documents(index: SearchIndex) -> None:
    index.write([document(1, colors=("#E02020", "#000000")), document(2, colors=("#000000",)), document(3)])
    assert passing(index, Filters(color="#E02020")) == [1]
    assert passing(index, Filters(color="#000000")) == [1, 2]


def test_contributor_by_id(index: SearchIndex) -> None:
    index.write([document(1, contributor_id="a1"), document(2, contributor_id="b2")])
    assert passing(index, Filters(contributor="b2")) == [2]


def test_contributor_by_name_in_any_case(index: SearchIndex) -> None:
    index.write([document(1, contributor_name="Jane  Doe"), document(2, contributor_name="John Doe")])
    assert passing(index, Filters(contributor="jane doe")) == [1]


def test_the_start_of_a_date_range_is_included(index: SearchIndex) -> None:
    index.write(
        [
            document(1, created_at_s=NOON - 1),
            document(2, created_at_s=NOON),
            document(3, created_at_s=NOON + 1),
        ]
    )
    assert passing(index, Filters(created_from_s=NOON)) == [2, 3]


def test_the_end_of_a_date_range_is_excluded(index: SearchIndex) -> None:
    index.write(
        [
            document(1, created_at_s=NOON - 1),
            document(2, created_at_s=NOON),
            document(3, created_at_s=NOON + 1),
        ]
    )
    assert passing(index, Filters(created_before_s=NOON)) == [1]
    assert passing(index, Filters(created_from_s=NOON, created_before_s=NOON + 1)) == [2]


def test_dates_before_1970_are_dates(index: SearchIndex) -> None:
    index.write([document(1)])
    assert passing(index, Filters(created_before_s=-86_400)) == []
    assert passing(index, Filters(created_from_s=-86_400)) == [1]


def test_least_width_and_height_are_included(index: SearchIndex) -> None:
    index.write([document(1, width_px=1920, height_px=1080), document(2, width_px=1080, height_px=1920)])
    assert passing(index, Filters(min_width_px=1920)) == [1]
    assert passing(index, Filters(min_width_px=1921)) == []
    assert passing(index, Filters(min_height_px=1081)) == [2]


def test_image_type(index: SearchIndex) -> None:
    index.write([document(1, image_type="photo"), document(2, image_type="illustration"), document(3)])
    assert passing(index, Filters(image_type="photo")) == [1]
    assert passing(index, Filters(image_type="vector")) == []


def test_licence_type(index: SearchIndex) -> None:
    index.write([document(1, licence_type="editorial"), document(2, licence_type="commercial"), document(3)])
    assert passing(index, Filters(licence_type="commercial")) == [2]


def test_both_ends_of_a_number_of_people_are_included(index: SearchIndex) -> None:
    index.write([document(n, people=n) for n in range(5)])
    assert passing(index, Filters(people_from=3)) == [3, 4]
    assert passing(index, Filters(people_to=1)) == [0, 1]
    assert passing(index, Filters(people_from=1, people_to=2)) == [1, 2]


def test_nobody_is_a_number_of_people(index: SearchIndex) -> None:
    index.write([document(1, people=0), document(2, people=1), document(3)])
    assert passing(index, Filters(people_to=0)) == [1]


def test_where_nobody_counted_people_no_number_fits(index: SearchIndex) -> None:
    index.write([document(1)])
    assert passing(index, Filters(people_from=0)) == []
    assert passing(index, Filters(people_to=1000)) == []


def test_whether_a_machine_made_it(index: SearchIndex) -> None:
    index.write([document(1, ai_generated=True), document(2, ai_generated=False), document(3)])
    assert passing(index, Filters(ai_generated=True)) == [1]
    assert passing(index, Filters(ai_generated=False)) == [2]


def test_what_becomes_known_can_be_filtered(index: SearchIndex) -> None:
    index.write([document(1)])
    index.write([document(1, version=2, people=2, image_type="photo", ai_generated=False)])
    assert passing(index, Filters(people_from=2, image_type="photo", ai_generated=False)) == [1]


def test_values_that_are_not_known_filter_the_vector_leg_too(index: SearchIndex) -> None:
    near = unit_vector(1)
    index.write([document(1, vector=near), document(2, vector=near, people=0)])
    answer = index.query(IndexQuery(vector=asking(near), filters=Filters(people_to=0)))
    assert numbers(answer.vector) == [2]


def test_all_filters_must_pass(index: SearchIndex) -> None:
    whole: dict[str, Any] = {
        "categories": ("city",),
        "orientation": "portrait",
        "colors": ("#000000",),
        "width_px": 2000,
    }
    almost = [{**whole, name: value} for name, value in document_defaults().items()]
    index.write([document(0, **whole), *(document(n, **fields) for n, fields in enumerate(almost, start=1))])
    wanted = Filters(category="city", orientation="portrait", color="#000000", min_width_px=2000)
    assert passing(index, wanted) == [0]


def document_defaults() -> dict[str, Any]:
    return {"categories": (), "orientation": "landscape", "colors": (), "width_px": 1999}


def test_filters_and_words(index: SearchIndex) -> None:
    index.write(
        [
            document(1, title="car", categories=("city",)),
            document(2, title="car"),
            document(3, title="boat", categories=("city",)),
        ]
    )
    answer = index.query(IndexQuery(text="car", filters=Filters(category="city")))
    assert numbers(answer.keyword) == [1]
    assert answer.total == 1


def test_filters_do_not_change_the_score(index: SearchIndex) -> None:
    index.write([document(n, title="car " + "street " * n, categories=("city",)) for n in range(1, 5)])
    plain = index.query(IndexQuery(text="car")).keyword
    filtered = index.query(IndexQuery(text="car", filters=Filters(category="city", min_width_px=10))).keyword
    assert filtered == plain


def test_filters_and_vectors(index: SearchIndex) -> None:
    near = unit_vector(1)
    index.write([document(1, vector=near), document(2, vector=near, orientation="square")])
    answer = index.query(IndexQuery(vector=asking(near), filters=Filters(orientation="square")))
    assert numbers(answer.vector) == [2]
    assert answer.total == 1


@pytest.mark.parametrize(
    "filters",
    [
        Filters(category="none"),
        Filters(orientation="round"),
        Filters(color="#123456"),
        Filters(contributor="nobody"),
        Filters(created_from_s=NOON, created_before_s=NOON),
        Filters(category=""),
    ],
)
def test_a_filter_that_nothing_passes_finds_nothing_in_any_leg(index: SearchIndex, filters: Filters) -> None:
    index.write([document(1, title="car", vector=unit_vector(1))])
    answer = index.query(IndexQuery(text="car", vector=asking(unit_vector(1)), filters=filters))
    assert (answer.keyword, answer.vector, answer.total) == ((), (), 0)
    assert answer.facets.categories == ()
