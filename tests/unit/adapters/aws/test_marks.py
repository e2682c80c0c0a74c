from __future__ import annotations

import pytest

from lumenstock.adapters.aws.marks import DynamoMarks
from lumenstock.catalog.marks import MarkId, MarkOwner, mark_id, mark_ids, payload_of
from lumenstock.kernel.errors import ConflictError
from lumenstock.kernel.ids import ImageId
from tests.conftest import FINGERPRINTS, Stores

IMAGE = MarkOwner.image(ImageId("01HZY0000000000000000000A1"))
OTHER = MarkOwner.licence("01HZY0000000000000000000L1")


@pytest.fixture
def marks(stores: Stores) -> DynamoMarks:
    return DynamoMarks(stores.dynamodb, FINGERPRINTS)


def take(stores: Stores, mark: MarkId, owner: MarkOwner) -> None:
    """Claim a mark that is not the owner's by nature, as a collision would."""
    stores.dynamodb.put_item(
        TableName=FINGERPRINTS,
        Item={
            "pk": {"S": f"WM#{mark}"},
            "sk": {"S": "A"},
            "kind": {"S": owner.kind},
            "owner": {"S": owner.id},
        },
    )


def test_a_claim_is_found_by_its_mark_and_made_again_is_the_same(marks: DynamoMarks) -> None:
    mark = marks.claim(IMAGE)
    assert marks.claim(IMAGE) == mark
    assert marks.owner(mark) == IMAGE
    assert marks.claim(OTHER) != mark


def test_nobody_owns_a_mark_that_was_never_claimed(marks: DynamoMarks) -> None:
    assert marks.owner(mark_id(1)) is None


def test_an_image_and_a_licence_of_one_name_have_two_marks(marks: DynamoMarks) -> None:
    assert marks.claim(MarkOwner.image(ImageId("x"))) != marks.claim(MarkOwner.licence("x"))


def test_a_mark_that_is_taken_leads_to_the_next_which_then_stays(stores: Stores, marks: DynamoMarks) -> None:
    first, second, *_ = mark_ids(IMAGE)
    take(stores, first, OTHER)
    assert marks.claim(IMAGE) == marks.claim(IMAGE) == second
    assert marks.owner(first) == OTHER


def test_an_owner_all_of_whose_marks_are_taken_is_told(stores: Stores, marks: DynamoMarks) -> None:
    for mark in mark_ids(IMAGE):
        take(stores, mark, OTHER)
    with pytest.raises(ConflictError):
        marks.claim(IMAGE)


def test_ids_stand_for_their_payload() -> None:
    assert mark_id(0xAB) == "0000000000ab"
    assert [payload_of(mark) for mark in map(mark_id, (0, 1, 2**48 - 1))] == [0, 1, 2**48 - 1]
