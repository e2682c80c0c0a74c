from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.aws import clients, hashes
from lumenstock.imaging.picture_hash import PictureHash
from lumenstock.ingest.near_duplicates import Round, Sighting
from tests.conftest import FINGERPRINTS, Stores
from tests.contract.search.documents import image_id

pytestmark = pytest.mark.usefixtures("stores")

HOUR = "2026112110"
ONE, OTHER = PictureHash(0), PictureHash(2**256 - 1)


def noted(*hashed: PictureHash) -> None:
    sightings = [Sighting(image_id(number), seen) for number, seen in enumerate(hashed, 1)]
    bootstrap.hash_book().note(sightings, HOUR)


def test_what_shares_a_band_is_found_with_its_hash_and_the_rest_is_not() -> None:
    near = PictureHash(0b111)
    noted(ONE, near, OTHER)
    found = bootstrap.hash_book().sharing_a_band(ONE)
    assert sorted((seen.id, seen.hash) for seen in found) == [(image_id(1), ONE), (image_id(2), near)]


def test_noting_again_changes_nothing(stores: Stores) -> None:
    noted(ONE)
    before = stores.dynamodb.scan(TableName=FINGERPRINTS)["Items"]
    noted(ONE)
    assert stores.dynamodb.scan(TableName=FINGERPRINTS)["Items"] == before


def test_more_than_one_call_can_take_are_all_noted() -> None:
    noted(*(PictureHash(number) for number in range(30)))
    assert len(bootstrap.hash_book().noted_in(HOUR)) == 30
    assert len(bootstrap.hash_book().sharing_a_band(ONE)) == 30


def test_a_crowded_band_gives_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_MOST_IN_A_BAND", 2)
    noted(ONE, ONE, ONE)
    assert {seen.id for seen in bootstrap.hash_book().sharing_a_band(ONE)} == {image_id(2), image_id(3)}


def test_of_a_crowded_band_no_more_is_read_than_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def note(parsed: dict[str, Any], **_: object) -> None:
        read.append(parsed["Count"])

    monkeypatch.setattr(hashes, "_MOST_IN_A_BAND", 2)
    noted(*[ONE] * 9)
    clients.dynamodb().meta.events.register("after-call.dynamodb.Query", note)
    bootstrap.hash_book().sharing_a_band(ONE)
    assert max(read) == 2


def test_an_hour_holds_what_came_in_it_and_passes_after_eight_days(stores: Stores) -> None:
    noted(ONE, OTHER)
    assert sorted(bootstrap.hash_book().noted_in(HOUR)) == [image_id(1), image_id(2)]
    assert bootstrap.hash_book().noted_in("2026112111") == []
    items = stores.dynamodb.scan(TableName=FINGERPRINTS)["Items"]
    assert {item["purge_at"]["N"] for item in items if "purge_at" in item} == {"1795946400"}


def test_a_batch_is_one_item_of_its_hour_whatever_else_is_noted_with_some_of_it(stores: Stores) -> None:
    noted(ONE, OTHER)
    noted(ONE, OTHER)
    noted(ONE)
    items = stores.dynamodb.scan(TableName=FINGERPRINTS)["Items"]
    hours = [item["ids"]["SS"] for item in items if item["pk"]["S"] == f"PT#{HOUR}"]
    assert sorted(map(sorted, hours)) == [[image_id(1)], [image_id(1), image_id(2)]]
    assert bootstrap.hash_book().noted_in(HOUR) == [image_id(1), image_id(2)]


def test_a_bit_that_was_in_doubt_may_be_wrong() -> None:
    steady = 255 - 17  # the slowest wave that no mirror changes
    noted(PictureHash(1 << steady))
    sure, unsure = PictureHash(0), PictureHash(0, doubtful=(17, 19))
    assert bootstrap.hash_book().sharing_a_band(PictureHash(2**256 - 1)) == []
    assert [seen.hash.bits for seen in bootstrap.hash_book().sharing_a_band(unsure)] == [1 << steady]
    assert PictureHash(1 << steady).bands()[0] not in sure.bands_in_doubt()


def test_a_round_is_on_the_list_from_its_beginning_to_its_end_and_a_day_at_most(stores: Stores) -> None:
    book = bootstrap.hash_book()
    day, week = Round(HOUR, 1), Round("2026111510", 7)
    book.begin([day, week])
    book.begin([day])
    assert sorted(book.begun()) == [week, day]
    forgotten = {item["purge_at"]["N"] for item in stores.dynamodb.scan(TableName=FINGERPRINTS)["Items"]}
    assert forgotten == {str(int(datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp()))}
    book.finish(day)
    book.finish(day)
    assert book.begun() == [week]
