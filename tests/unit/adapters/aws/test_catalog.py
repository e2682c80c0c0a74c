"""The catalogue on moto. Races over rows are in test_races.py, over claims also in test_claims.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lumenstock import bootstrap
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.catalog.image import Image, Source
from lumenstock.catalog.states import DEAD, Status
from lumenstock.catalog.store import VectorItem
from lumenstock.kernel.errors import (
    ConflictError,
    IllegalTransitionError,
    NotFoundError,
)
from lumenstock.kernel.ids import ImageId, MediaKey, UserId
from tests.conftest import CATALOG, Stores

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SHA = "ab" * 32


def image(name: str = "A1", status: Status = Status.UPLOADING, entered_at: datetime = NOW) -> Image:
    return Image(
        id=ImageId(f"01HZY0000000000000000000{name}"),
        contributor_id=UserId("ann"),
        contributor_name="Ann",
        status=status,
        version=1,
        title="Sea",
        description="",
        tags=("sea",),
        categories=(),
        media_key=MediaKey("ab" * 16),
        rev=1,
        source=Source("k", "f", "image/jpeg", 1),
        created_at=min(NOW, entered_at),
        entered_at=entered_at,
    )


@pytest.fixture
def catalog(stores: Stores) -> DynamoCatalog:
    assert stores.ingest_queue_url
    return bootstrap.catalog()


def test_a_row_is_created_once(catalog: DynamoCatalog) -> None:
    catalog.create(image())
    with pytest.raises(ConflictError):
        catalog.create(replace(image(), title="Another"))
    assert catalog.get(image().id) == image()


def test_what_is_not_there_is_not_found(catalog: DynamoCatalog) -> None:
    with pytest.raises(NotFoundError):
        catalog.get(image().id)
    with pytest.raises(NotFoundError):
        catalog.update(image().id, lambda present: present.changed())


def test_many_are_read_at_once_and_unknown_ones_left_out(catalog: DynamoCatalog) -> None:
    rows = [image(f"{number:02d}") for number in range(60)]
    for row in rows:
        catalog.create(row)
    wanted = [row.id for row in rows] + [rows[0].id, ImageId("unknown")]
    assert catalog.get_many(wanted) == {row.id: row for row in rows}
    assert catalog.get_many([]) == {}
    with pytest.raises(ValueError, match="100"):
        catalog.get_many([ImageId(str(number)) for number in range(101)])


def test_keys_that_were_not_read_are_asked_for_again(
    catalog: DynamoCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [image(f"{number:02d}") for number in range(4)]
    for row in rows:
        catalog.create(row)
    client, whole = catalog._client, catalog._client.batch_get_item

    def half(RequestItems: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        keys = RequestItems[CATALOG]["Keys"]
        answer = dict(whole(RequestItems={CATALOG: {"Keys": keys[:2]}}))
        return {**answer, "UnprocessedKeys": {CATALOG: {"Keys": keys[2:]}} if keys[2:] else {}}

    monkeypatch.setattr(client, "batch_get_item", half)
    assert set(catalog.get_many([row.id for row in rows])) == {row.id for row in rows}


def test_no_row_is_read_from_a_replica_that_lags(catalog: DynamoCatalog) -> None:
    """The message to embed a row, or the removal of a document, is quicker than DynamoDB's replicas."""
    catalog.create(image())
    asked: list[Any] = []
    catalog._client.meta.events.register(
        "provide-client-params.dynamodb", lambda params, **_: asked.append(params)
    )
    catalog.get(image().id)
    catalog.get_many([image().id])
    assert list(catalog.pages())
    one, many, *scans = asked
    for request in (one, many["RequestItems"][CATALOG], *scans):
        assert request["ConsistentRead"] is True


def test_a_change_of_nothing_writes_nothing(catalog: DynamoCatalog) -> None:
    catalog.create(image())
    assert catalog.update(image().id, lambda _: None) == image()


def test_a_change_that_may_not_be_is_not_written(catalog: DynamoCatalog) -> None:
    catalog.create(image())
    with pytest.raises(IllegalTransitionError):
        catalog.update(image().id, lambda present: present.moved(Status.APPROVED, NOW))
    assert catalog.get(image().id) == image()


def test_the_first_to_claim_content_owns_it_and_may_claim_again(catalog: DynamoCatalog) -> None:
    first, second = image("A1"), image("A2")
    for row in (first, second):
        catalog.create(row)
    assert catalog.claim(SHA, first.id) == first.id
    assert catalog.claim(SHA, second.id) == first.id
    assert catalog.claim(SHA, first.id) == first.id
    assert catalog.claim("cd" * 32, second.id) == second.id


@pytest.mark.parametrize("status", sorted(DEAD))
def test_the_claim_of_a_dead_image_passes_to_the_next(catalog: DynamoCatalog, status: Status) -> None:
    first, second = image("A1", status), image("A2")
    for row in (first, second):
        catalog.create(row)
    catalog.claim(SHA, first.id)
    assert catalog.claim(SHA, second.id) == second.id
    assert catalog.claim(SHA, first.id) == second.id


@pytest.mark.parametrize("status", sorted(set(Status) - DEAD))
def test_the_claim_of_a_living_image_stays(catalog: DynamoCatalog, status: Status) -> None:
    first, second = image("A1", status), image("A2")
    for row in (first, second):
        catalog.create(row)
    catalog.claim(SHA, first.id)
    assert catalog.claim(SHA, second.id) == first.id


def test_of_two_heirs_one_inherits(catalog: DynamoCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    dead, heir, rival = image("A1", Status.REJECTED), image("A2"), image("A3")
    for row in (dead, heir, rival):
        catalog.create(row)
    catalog.claim(SHA, dead.id)
    inherit = catalog._inherit_claim

    def overtaken(*arguments: Any) -> bool:
        monkeypatch.setattr(catalog, "_inherit_claim", inherit)
        assert catalog.claim(SHA, rival.id) == rival.id
        return inherit(*arguments)

    monkeypatch.setattr(catalog, "_inherit_claim", overtaken)
    assert catalog.claim(SHA, heir.id) == rival.id


def test_an_owner_that_comes_back_to_life_keeps_its_claim(
    catalog: DynamoCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, other = image("A1", Status.PROCESSING_FAILED), image("A2")
    for row in (failed, other):
        catalog.create(row)
    catalog.claim(SHA, failed.id)
    inherit = catalog._inherit_claim

    def overtaken(*arguments: Any) -> bool:
        catalog.update(failed.id, lambda present: present.moved(Status.PROCESSING, NOW))
        return inherit(*arguments)

    monkeypatch.setattr(catalog, "_inherit_claim", overtaken)
    assert catalog.claim(SHA, other.id) == failed.id


def test_an_error_that_is_no_lost_race_is_not_swallowed(catalog: DynamoCatalog) -> None:
    broken = DynamoCatalog(catalog._client, "no-such-table", "no-such-table")
    for call in (
        lambda: broken.create(image()),
        lambda: broken.claim(SHA, image().id),
        lambda: broken.put_technical(image().id, 1, {}),
    ):
        with pytest.raises(ClientError):
            call()


def test_technical_metadata_of_a_later_revision_stay(catalog: DynamoCatalog) -> None:
    name = image().id
    assert catalog.get_technical(name) == {}
    catalog.put_technical(name, 2, {"iso": 100, "lens": "A"})
    catalog.put_technical(name, 1, {"iso": 50})
    assert catalog.get_technical(name) == {"iso": 100, "lens": "A"}
    catalog.put_technical(name, 2, {"iso": 200})
    assert catalog.get_technical(name) == {"iso": 200}


def test_a_vector_is_kept_by_model_and_one_of_a_later_revision_stays(catalog: DynamoCatalog) -> None:
    name, vector = image().id, bytes(range(256)) * 6
    catalog.put_vector(name, VectorItem("demo@1", vector, rev=2, miniature=vector[:256]))
    catalog.put_vector(name, VectorItem("demo@1", b"\0" * 1536, rev=1))
    assert catalog.get_vector(name, "demo@1") == VectorItem("demo@1", vector, rev=2, miniature=vector[:256])
    assert catalog.get_vector(name, "clip@1") is None


def test_a_vector_that_was_written_before_miniatures_were_kept_has_none(
    catalog: DynamoCatalog, stores: Stores
) -> None:
    name, vector = image().id, bytes(range(256)) * 6
    catalog.put_vector(name, VectorItem("demo@1", vector, rev=2, miniature=vector[:256]))
    stores.dynamodb.update_item(
        TableName=CATALOG,
        Key={"pk": {"S": f"IMG#{name}"}, "sk": {"S": "VEC#demo@1"}},
        UpdateExpression="REMOVE miniature",
    )
    assert catalog.get_vector(name, "demo@1") == VectorItem("demo@1", vector, rev=2)


def test_a_row_that_was_just_read_is_written_without_reading_it_again(
    catalog: DynamoCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.create(image())
    seen = catalog.get(image().id)
    monkeypatch.setattr(catalog, "get", None)
    written = catalog.update(seen.id, lambda present: present.changed(title="Other"), seen=seen)
    assert (written.title, written.version) == ("Other", seen.version + 1)


def test_a_row_that_changed_since_it_was_read_is_changed_as_it_stands(catalog: DynamoCatalog) -> None:
    catalog.create(image())
    seen = catalog.get(image().id)
    catalog.update(seen.id, lambda present: present.changed(description="New"))
    written = catalog.update(seen.id, lambda present: present.changed(title="Other"), seen=seen)
    assert (written.title, written.description, written.version) == ("Other", "New", seen.version + 2)
    latest = catalog.update(seen.id, lambda present: None if not present.description else present, seen=seen)
    assert latest == written


def test_what_is_processed_at_once_keeps_its_place_in_the_queue(
    catalog: DynamoCatalog, stores: Stores
) -> None:
    catalog.create(image())
    before = stores.dynamodb.scan(TableName=CATALOG)["Items"][0]
    catalog.update(image().id, lambda present: present.moved(Status.PROCESSING, NOW + timedelta(minutes=1)))
    after = stores.dynamodb.scan(TableName=CATALOG)["Items"][0]
    assert [after[key] for key in ("gsi2pk", "gsi2sk")] == [before[key] for key in ("gsi2pk", "gsi2sk")]
    assert image().id in list(catalog.waiting(Status.PROCESSING, NOW + timedelta(hours=1)))


def test_what_is_processed_anew_waits_since_then(catalog: DynamoCatalog) -> None:
    catalog.create(image())
    catalog.update(image().id, lambda present: present.moved(Status.PROCESSING, NOW + timedelta(days=1)))
    assert list(catalog.waiting(Status.PROCESSING, NOW + timedelta(hours=23))) == []


def test_what_waits_longer_than_a_time_is_found_in_every_shard(catalog: DynamoCatalog) -> None:
    old = [image(f"{number:02d}", entered_at=NOW - timedelta(hours=1)) for number in range(50)]
    for row in (*old, image("N1"), image("P1", Status.PENDING_REVIEW, NOW - timedelta(hours=1))):
        catalog.create(row)
    for minutes in range(16):  # whichever shard comes first
        found = list(catalog.waiting(Status.UPLOADING, NOW - timedelta(minutes=minutes)))
        assert sorted(found) == sorted(row.id for row in old)


def test_no_shard_is_always_the_last(catalog: DynamoCatalog) -> None:
    for number in range(50):
        catalog.create(image(f"{number:02d}", entered_at=NOW - timedelta(hours=1)))
    firsts = {
        next(catalog.waiting(Status.UPLOADING, NOW - timedelta(minutes=minutes))) for minutes in range(16)
    }
    assert len(firsts) > 8


def test_what_moved_on_waits_no_more(catalog: DynamoCatalog) -> None:
    catalog.create(image())
    catalog.update(image().id, lambda present: present.moved(Status.EXPIRED, NOW))
    assert list(catalog.waiting(Status.UPLOADING, NOW + timedelta(days=1))) == []


def test_a_scan_gives_rows_and_nothing_else(catalog: DynamoCatalog) -> None:
    rows = [image(f"{number:02d}") for number in range(5)]
    for row in rows:
        catalog.create(row)
        catalog.put_technical(row.id, 1, {"iso": 1})
        catalog.put_vector(row.id, VectorItem("demo@1", b"\0" * 1536, rev=1))
    found = [row for page in catalog.pages() for row in page.images]
    assert sorted(found, key=lambda row: row.id) == rows
