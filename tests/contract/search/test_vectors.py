"""The vector leg and what is similar."""

from __future__ import annotations

import numpy as np
import pytest

from lumenstock.embedding.model import from_f16
from lumenstock.kernel.errors import NotFoundError
from lumenstock.search.document import Removal
from lumenstock.search.ports import WINDOW, Filters, IndexQuery, SearchIndex, Tally
from tests.contract.search.documents import (
    asking,
    document,
    image_id,
    numbers,
    own_vector,
    toward,
    unit_vector,
)


def test_the_nearest_come_first(index: SearchIndex) -> None:
    query = unit_vector(1)
    cosines = {1: 0.2, 2: 0.9, 3: -0.4, 4: 0.6}
    index.write([document(n, vector=toward(query, cosine, n)) for n, cosine in cosines.items()])
    hits = index.query(IndexQuery(vector=asking(query))).vector
    assert numbers(hits) == [2, 4, 1, 3]


def test_the_same_picture_comes_first(index: SearchIndex) -> None:
    documents = [document(n, vector=unit_vector(n)) for n in range(50)]
    index.write(documents)
    for same in documents[::7]:
        hit = index.query(IndexQuery(vector=own_vector(same))).vector[0]
        assert hit.id == same.id
        assert hit.score == pytest.approx(1.0, abs=1e-5)


def test_scores_are_the_cosines(index: SearchIndex) -> None:
    documents = [document(n, vector=unit_vector(n)) for n in range(30)]
    index.write(documents)
    query = unit_vector(99)
    expected = {item.id: float(from_f16(item.vector_f16) @ query) for item in documents}
    hits = index.query(IndexQuery(vector=asking(query))).vector
    assert {hit.id: hit.score for hit in hits} == pytest.approx(expected, abs=1e-5)


def test_equal_pictures_come_by_rising_id(index: SearchIndex) -> None:
    same = unit_vector(1)
    for n in (5, 3, 9, 1):
        index.write([document(n, vector=same)])
    assert numbers(index.query(IndexQuery(vector=asking(same))).vector) == [1, 3, 5, 9]


def test_equal_pictures_at_the_edge_of_the_window_are_cut_by_id(index: SearchIndex) -> None:
    same = unit_vector(1)
    index.write([document(n, vector=same) for n in range(20, 0, -1)])
    assert numbers(index.query(IndexQuery(vector=asking(same), window=4)).vector) == [1, 2, 3, 4]


def test_vectors_of_two_models_never_meet(index: SearchIndex) -> None:
    same = unit_vector(1)
    index.write([document(1, vector=same), document(2, vector=same, model="demo@2")])
    assert numbers(index.query(IndexQuery(vector=asking(same))).vector) == [1]
    assert numbers(index.query(IndexQuery(vector=asking(same, "demo@2"))).vector) == [2]
    assert index.query(IndexQuery(vector=asking(same, "clip@1"))).vector == ()


def test_a_document_without_a_vector_is_not_in_the_vector_leg(index: SearchIndex) -> None:
    index.write([document(1, title="car"), document(2, title="car", vector=unit_vector(2))])
    answer = index.query(IndexQuery(text="car", vector=asking(unit_vector(1))))
    assert numbers(answer.vector) == [2]
    assert numbers(answer.keyword) == [1, 2]


def test_both_legs_answer_one_query(index: SearchIndex) -> None:
    near = unit_vector(1)
    index.write([document(1, title="car", vector=-near), document(2, title="boat", vector=near)])
    answer = index.query(IndexQuery(text="car", vector=asking(near)))
    assert numbers(answer.keyword) == [1]
    assert numbers(answer.vector) == [2, 1]


def test_a_vector_alone_opens_no_keyword_leg(index: SearchIndex) -> None:
    index.write([document(1, vector=unit_vector(1))])
    assert index.query(IndexQuery(vector=asking(unit_vector(1)))).keyword == ()


@pytest.mark.parametrize("every", [2, 40])
def test_the_leg_is_exact_under_wide_and_narrow_filters(index: SearchIndex, every: int) -> None:
    index.write(
        [
            document(n, vector=unit_vector(n), categories=("yes" if n % every == 0 else "no",))
            for n in range(300)
        ]
    )
    query = unit_vector(1000)
    hits = index.query(IndexQuery(vector=asking(query), filters=Filters(category="yes"))).vector
    passing = list(range(0, 300, every))
    expected = sorted(passing, key=lambda n: -float(unit_vector(n).astype("f2").astype("f4") @ query))
    assert numbers(hits) == expected[:WINDOW]


def test_a_full_window_says_that_there_may_be_more(index: SearchIndex) -> None:
    index.write([document(n, vector=unit_vector(n)) for n in range(12)])
    query = asking(unit_vector(0))
    full, open_ended = index.query(IndexQuery(vector=query, window=12)), index.query(IndexQuery(vector=query))
    assert (full.total, full.relation) == (12, "gte")
    assert (open_ended.total, open_ended.relation) == (12, "eq")


def test_total_counts_keyword_matches_and_vector_leg_once_each(index: SearchIndex) -> None:
    near = unit_vector(1)
    both = [document(n, title="car", vector=toward(near, 0.9, n)) for n in range(3)]
    words = [document(n, title="car", vector=toward(near, -0.5, n)) for n in range(3, 8)]
    looks = [document(n, title="boat", vector=toward(near, 0.8, n)) for n in range(8, 10)]
    index.write([*both, *words, *looks])
    answer = index.query(IndexQuery(text="car", vector=asking(near), window=5))
    assert sorted(numbers(answer.vector)) == [0, 1, 2, 8, 9]
    assert answer.total == 10


def test_a_new_vector_replaces_the_old_one(index: SearchIndex) -> None:
    index.write([document(1, vector=unit_vector(1)), document(2, vector=unit_vector(2))])
    index.write([document(1, vector=unit_vector(3), version=2)])
    hits = index.query(IndexQuery(vector=asking(unit_vector(3)))).vector
    assert numbers(hits)[0] == 1
    old = index.query(IndexQuery(vector=asking(unit_vector(1)))).vector
    assert sorted(numbers(old)) == [1, 2]
    assert old[0].score < 0.5


def test_a_vector_can_be_taken_away(index: SearchIndex) -> None:
    index.write([document(1, vector=unit_vector(1))])
    index.write([document(1, version=2)])
    assert index.query(IndexQuery(vector=asking(unit_vector(1)))).vector == ()


def test_similar_leaves_out_the_picture_itself(index: SearchIndex) -> None:
    index.write([document(n, vector=unit_vector(n)) for n in range(5)])
    hits = index.similar(image_id(3), limit=10)
    assert sorted(numbers(hits)) == [0, 1, 2, 4]


def test_a_copy_of_the_picture_is_the_most_similar(index: SearchIndex) -> None:
    original = unit_vector(0)
    recoded = toward(original, 0.98, 7)
    others = [document(n, vector=toward(original, 0.7, n)) for n in range(10, 60)]
    index.write([document(0, vector=original), *others, document(99, vector=recoded)])
    first = index.similar(image_id(0), limit=5)[0]
    assert first.id == image_id(99)
    assert first.score == pytest.approx(0.98, abs=1e-3)


def test_similar_gives_no_more_than_asked_for(index: SearchIndex) -> None:
    index.write([document(n, vector=unit_vector(n)) for n in range(9)])
    assert len(index.similar(image_id(0), limit=3)) == 3


def test_similar_stays_within_the_model_of_the_picture(index: SearchIndex) -> None:
    same = unit_vector(1)
    index.write([document(1, vector=same), document(2, vector=same, model="demo@2")])
    assert index.similar(image_id(1), limit=5) == ()


def test_a_picture_without_a_vector_is_similar_to_nothing(index: SearchIndex) -> None:
    index.write([document(1), document(2, vector=unit_vector(2))])
    assert index.similar(image_id(1), limit=5) == ()


def test_similar_to_the_unknown_is_not_found(index: SearchIndex) -> None:
    with pytest.raises(NotFoundError):
        index.similar(image_id(1), limit=5)


def test_similar_to_the_removed_is_not_found(index: SearchIndex) -> None:
    index.write([document(1, vector=unit_vector(1)), Removal(image_id(1), 2)])
    with pytest.raises(NotFoundError):
        index.similar(image_id(1), limit=5)


def test_a_removed_picture_is_not_similar_to_anything(index: SearchIndex) -> None:
    index.write([document(n, vector=unit_vector(n)) for n in range(4)])
    index.write([Removal(image_id(2), 2)])
    assert 2 not in numbers(index.similar(image_id(1), limit=5))


def test_vectors_survive_in_half_precision(index: SearchIndex) -> None:
    written = document(1, vector=unit_vector(1))
    index.write([written])
    kept = from_f16(index.get([written.id])[written.id].vector_f16)
    assert float(kept @ unit_vector(1)) == pytest.approx(1.0, abs=1e-4)
    assert float(np.linalg.norm(kept)) == pytest.approx(1.0, abs=1e-6)


def test_documents_and_vectors_are_counted(index: SearchIndex) -> None:
    index.write([document(n, vector=unit_vector(n)) for n in range(5)])
    index.write([document(5), document(6, vector=unit_vector(6), model="demo@2")])
    assert index.tally("demo@1") == Tally(documents=7, vectors=5)
    assert index.tally("demo@2") == Tally(documents=7, vectors=1)
    assert index.tally("demo@3") == Tally(documents=7, vectors=0)


def test_what_was_removed_or_replaced_is_not_counted(index: SearchIndex) -> None:
    index.write([document(n, vector=unit_vector(n)) for n in range(5)])
    index.write(
        [Removal(image_id(0), 2), document(1, version=2), document(2, version=2, vector=unit_vector(9))]
    )
    assert index.tally("demo@1") == Tally(documents=4, vectors=3)


def test_an_index_of_nothing_counts_nothing(index: SearchIndex) -> None:
    assert index.tally("demo@1") == Tally(documents=0, vectors=0)
