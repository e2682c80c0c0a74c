"""Snapshots of a real OpenSearch: taken, restored, mended from the catalogue and put in place while it answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.opensearch.connection import connect
from lumenstock.adapters.opensearch.index import OpenSearchIndex
from lumenstock.adapters.opensearch.mapping import IndexShape
from lumenstock.adapters.opensearch.snapshots import Snapshots
from lumenstock.ingest.drift import DriftCheck
from lumenstock.ingest.index_changes import projected
from lumenstock.kernel.errors import ConflictError, NotFoundError
from lumenstock.search.document import Removal
from lumenstock.search.ports import IndexQuery
from lumenstock.search.upkeep import KeptIndex
from tests.contract.search.documents import document, image_id, numbers, unit_vector
from tests.unit.search.images import image

pytestmark = [pytest.mark.opensearch, pytest.mark.xdist_group("opensearch"), pytest.mark.slow]


@pytest.fixture
def name() -> str:
    return f"test-{uuid4().hex}"


@pytest.fixture
def index(opensearch: str, name: str) -> Iterator[OpenSearchIndex]:
    client = connect(opensearch)
    yield OpenSearchIndex(client, IndexShape(), name=name, visible=True)
    client.indices.delete(index=f"{name}-v*")


@pytest.fixture
def snapshots(index: OpenSearchIndex, opensearch: str, name: str) -> Iterator[Snapshots]:
    """In a folder below the one that the engine may write to."""
    made = index.snapshots(name)
    made.register("fs", {"location": name})
    yield made
    client = connect(opensearch)
    for one in client.snapshot.get(repository=name, snapshot="_all")["snapshots"]:
        client.snapshot.delete(repository=name, snapshot=one["snapshot"])
    client.snapshot.delete_repository(repository=name)


def found(index: KeptIndex) -> list[int]:
    return sorted(numbers(index.query(IndexQuery()).keyword))


def test_an_index_that_comes_back_slowly_is_waited_for(
    index: OpenSearchIndex, snapshots: Snapshots, name: str
) -> None:
    index.write([document(number, vector=unit_vector(number)) for number in range(20)])
    snapshots.take("first")
    snapshots.register("fs", {"location": name, "max_restore_bytes_per_sec": "100kb"})
    restored = snapshots.restore("first")
    assert len(index.half_built().stored([image_id(number) for number in range(20)])) == 20
    index.put_in_place(restored)


@pytest.mark.usefixtures("stores")
def test_a_restored_snapshot_is_mended_before_it_answers(
    index: OpenSearchIndex, snapshots: Snapshots
) -> None:
    catalog = bootstrap.catalog()
    for number in (1, 2, 3):
        catalog.create(image(number, model=None))
    index.write([projected(catalog.get(image_id(number)), catalog) for number in (1, 2)])
    index.write([document(9, title="of nobody")])
    assert snapshots.take("first").state == "SUCCESS"
    index.write([Removal(image_id(9), 2), projected(catalog.get(image_id(3)), catalog)])

    restored = snapshots.restore("first")
    assert found(index) == [1, 2, 3]  # what answers is as it was
    live = document(4, version=1)
    index.write([live])  # and who writes writes to both
    catalog.create(image(4, model=None))
    drift = DriftCheck(
        catalog, index.half_built(), repair=True, settle_s=0, now_s=time.monotonic, pause=time.sleep
    )
    assert all(finding.repaired for finding in drift.run(lambda _: None))
    index.put_in_place(restored)
    assert found(index) == [1, 2, 3, 4]
    assert index.give_up_refill() is False
    snapshots.take("second")  # of the index that came back, which can come back again
    index.put_in_place(snapshots.restore("second"))
    assert found(index) == [1, 2, 3, 4]


def test_snapshots_are_listed_in_the_order_of_their_making(
    index: OpenSearchIndex, snapshots: Snapshots
) -> None:
    index.write([document(1)])
    for name in ("b", "a"):
        snapshots.take(name)
    assert [one.name for one in snapshots.all()] == ["b", "a"]
    assert {one.state for one in snapshots.all()} == {"SUCCESS"}


def test_what_is_not_there_is_told(index: OpenSearchIndex, snapshots: Snapshots) -> None:
    index.write([document(1)])
    with pytest.raises(NotFoundError, match="no such snapshot"):
        snapshots.restore("none")
    with pytest.raises(NotFoundError, match="no such repository"):
        index.snapshots("nowhere").all()


def test_a_snapshot_of_another_form_of_the_index_is_refused(
    index: OpenSearchIndex, snapshots: Snapshots, opensearch: str, name: str
) -> None:
    index.write([document(1)])
    snapshots.take("first")
    other = OpenSearchIndex(connect(opensearch), IndexShape(shards=2), name=name, visible=True)
    with pytest.raises(ConflictError, match="only a reindex"):
        other.snapshots(name).restore("first")
    assert found(index) == [1]
    assert index.give_up_refill() is False
