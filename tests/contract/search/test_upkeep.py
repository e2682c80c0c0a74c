"""What an index holds can be looked at: the last write of each id, and all that searches find."""

from __future__ import annotations

from lumenstock.search.document import Removal
from lumenstock.search.upkeep import KeptIndex
from tests.contract.search.documents import document, image_id, numbers, unit_vector


def test_the_last_write_of_each_id_is_told(index: KeptIndex) -> None:
    kept, removed = document(1, title="car", version=3, vector=unit_vector(1)), Removal(image_id(2), 7)
    index.write([kept, document(2, version=6), removed])
    stored = index.stored([image_id(n) for n in (3, 2, 1)])
    assert stored == {kept.id: kept, removed.id: removed}


def test_of_an_index_that_was_never_written_nothing_is_told(index: KeptIndex) -> None:
    assert index.stored([image_id(1)]) == {}
    assert list(index.found_ids()) == []


def test_every_document_is_listed_once_in_order(index: KeptIndex) -> None:
    index.write([document(n) for n in (5, 1, 4, 2, 3)])
    index.write([document(4, version=2), Removal(image_id(2), 2)])
    assert numbers(index.found_ids()) == [1, 3, 4, 5]


def test_more_documents_than_a_page_are_listed(index: KeptIndex) -> None:
    count = 2_003
    index.write([document(n) for n in range(count)])
    assert numbers(index.found_ids()) == list(range(count))


def test_what_a_rebuild_left_out_is_not_told(index: KeptIndex) -> None:
    index.write([document(1), Removal(image_id(2), 4)])
    index.rebuild([document(3)])
    assert set(index.stored([image_id(n) for n in (1, 2, 3)])) == {image_id(3)}
    assert numbers(index.found_ids()) == [3]
