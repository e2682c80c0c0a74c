from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.adapters.no_search import NoSearch
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import Reason, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.events import event_of
from lumenstock.ingest.index_changes import Indexer, RowChange
from lumenstock.ingest.reindex import Reached, reindex
from lumenstock.kernel.errors import UnavailableError
from lumenstock.notification.events import Event
from lumenstock.search.ports import IndexQuery, SearchIndex
from tests.contract.search.documents import document, image_id, numbers
from tests.unit.search.images import image, vector_item

pytestmark = pytest.mark.usefixtures("stores")

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PROCESSING = image(status=Status.PROCESSING, version=3, renditions=(), model=None)
RENDERED = replace(PROCESSING, version=4, renditions=("300", "512", "1024"))
APPROVED = image(version=5)


class Bus:
    """Remembers what was sent; refuses while ``down``."""

    def __init__(self) -> None:
        self.sent: list[Event] = []
        self.down = False

    def send(self, events: Sequence[Event]) -> None:
        if self.down:
            raise UnavailableError
        self.sent += events


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path)


@pytest.fixture
def bus() -> Bus:
    return Bus()


def indexer(index: SearchIndex, bus: Bus) -> Indexer:
    return Indexer(bootstrap.catalog(), index, bus)


def found(index: SearchIndex) -> list[int]:
    return sorted(numbers(index.query(IndexQuery()).keyword))


def test_an_approved_image_is_found_with_its_vector(index: EmbeddedIndex, bus: Bus) -> None:
    bootstrap.catalog().put_vector(APPROVED.id, vector_item(7))
    indexer(index, bus).apply([RowChange(RENDERED, APPROVED, AT)])
    assert index.get([APPROVED.id])[APPROVED.id].vector_f16 == vector_item(7).vector_f16


def test_an_image_that_leaves_approval_is_gone(index: EmbeddedIndex, bus: Bus) -> None:
    down = replace(APPROVED, status=Status.TAKEN_DOWN, version=6)
    indexer(index, bus).apply([RowChange(RENDERED, APPROVED, AT)])
    indexer(index, bus).apply([RowChange(APPROVED, down, AT)])
    assert found(index) == []


def test_a_deleted_row_is_gone_and_stays_out(index: EmbeddedIndex, bus: Bus) -> None:
    indexer(index, bus).apply([RowChange(RENDERED, APPROVED, AT), RowChange(APPROVED, None, AT)])
    indexer(index, bus).apply([RowChange(RENDERED, APPROVED, AT)])
    assert found(index) == []


def test_changes_that_come_again_change_nothing(index: EmbeddedIndex, bus: Bus) -> None:
    down = replace(APPROVED, status=Status.TAKEN_DOWN, version=6)
    indexer(index, bus).apply([RowChange(RENDERED, APPROVED, AT), RowChange(APPROVED, down, AT)])
    indexer(index, bus).apply([RowChange(RENDERED, APPROVED, AT)])
    assert found(index) == []


def test_an_image_that_was_never_to_be_found_leaves_no_trace(index: EmbeddedIndex, bus: Bus) -> None:
    indexer(index, bus).apply([RowChange(None, PROCESSING, AT), RowChange(PROCESSING, RENDERED, AT)])
    assert index._truth.head() == 0


@pytest.mark.parametrize(
    ("old", "new", "event"),
    [
        (None, replace(PROCESSING, status=Status.UPLOADING), None),
        (replace(PROCESSING, status=Status.UPLOADING), PROCESSING, None),
        (PROCESSING, replace(PROCESSING, version=4, width_px=100), None),
        (PROCESSING, RENDERED, "ImageProcessed"),
        (RENDERED, replace(RENDERED, version=5, rev=2), "ImageProcessed"),
        (RENDERED, replace(RENDERED, version=5, title="Other"), None),
        (RENDERED, APPROVED, "ImageApproved"),
        (APPROVED, replace(APPROVED, version=6, title="Other"), None),
        (RENDERED, replace(RENDERED, version=5, status=Status.PENDING_REVIEW), None),
        (replace(RENDERED, status=Status.PENDING_REVIEW), APPROVED, "ImageApproved"),
        (PROCESSING, replace(PROCESSING, version=4, status=Status.REJECTED), "ImageRejected"),
        (PROCESSING, replace(PROCESSING, version=4, status=Status.PROCESSING_FAILED), "ImageFailed"),
        (APPROVED, replace(APPROVED, version=6, status=Status.TAKEN_DOWN), None),
    ],
)
def test_each_change_is_one_event_or_none(old: Image | None, new: Image, event: str | None) -> None:
    happened = event_of(old, new, AT)
    assert (happened.type if happened else None) == event


def test_an_event_says_which_version_and_why(index: EmbeddedIndex, bus: Bus) -> None:
    reason = Reason(ReasonCode.TOO_SMALL, "Too small.", needs_new_upload=True)
    rejected = replace(PROCESSING, version=4, status=Status.REJECTED, reasons=(reason,))
    indexer(index, bus).apply([RowChange(PROCESSING, rejected, AT)])
    assert bus.sent == [
        Event(
            "ImageRejected",
            {
                "id": f"{image_id(1)}#4",
                "image_id": image_id(1),
                "version": 4,
                "status": "rejected",
                "contributor_id": "user-1",
                "reasons": ["too_small"],
                "occurred_at": "2026-11-20T12:00:00.000Z",
            },
        )
    ]


def test_events_come_in_the_order_of_the_changes(index: EmbeddedIndex, bus: Bus) -> None:
    indexer(index, bus).apply([RowChange(PROCESSING, RENDERED, AT), RowChange(RENDERED, APPROVED, AT)])
    assert [event.type for event in bus.sent] == ["ImageProcessed", "ImageApproved"]


def test_an_index_that_is_out_holds_the_events_back(bus: Bus, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnavailableError):
        indexer(EmbeddedIndex(tmp_path / "file" / "search"), bus).apply([RowChange(RENDERED, APPROVED, AT)])
    assert bus.sent == []


def test_a_bus_that_is_out_is_told_again(index: EmbeddedIndex, bus: Bus) -> None:
    bus.down = True
    with pytest.raises(UnavailableError):
        indexer(index, bus).apply([RowChange(RENDERED, APPROVED, AT)])
    bus.down = False
    indexer(index, bus).apply([RowChange(RENDERED, APPROVED, AT)])
    assert [event.type for event in bus.sent] == ["ImageApproved"]
    assert found(index) == [1]


def test_without_an_engine_events_are_sent_all_the_same(bus: Bus) -> None:
    indexer(NoSearch(), bus).apply([RowChange(RENDERED, APPROVED, AT)])
    assert [event.type for event in bus.sent] == ["ImageApproved"]


def test_a_rebuild_holds_exactly_the_approved_images(index: EmbeddedIndex) -> None:
    catalog = bootstrap.catalog()
    for number, status in enumerate(Status):
        catalog.create(image(number, status=status))
        catalog.put_vector(image_id(number), vector_item(number))
    index.write([document(500), document(501)])
    approved = list(Status).index(Status.APPROVED)
    progress: list[Reached] = []
    assert reindex(catalog, index, progress.append) == len(Status)
    assert found(index) == [approved]
    assert index.get([image_id(approved)])[image_id(approved)].vector_f16 == vector_item(approved).vector_f16
    assert progress[-1] == Reached(len(Status), 1.0, resumed=False)


def test_a_rebuild_that_was_cut_short_goes_on_and_reads_nothing_twice(index: EmbeddedIndex) -> None:
    class PowerCutError(Exception):
        pass

    progress: list[Reached] = []

    def cut(reached: Reached) -> None:
        progress.append(reached)
        if reached.share > 0.5 and reached.images:
            raise PowerCutError

    for number in range(40):
        bootstrap.catalog().create(image(number, model=None))
    index.write([document(500)])
    with pytest.raises(PowerCutError):
        reindex(bootstrap.catalog(), index, cut)
    early = progress[-1].images
    assert 0 < early < 40
    progress.clear()
    assert reindex(bootstrap.catalog(), index, progress.append) == 40
    assert progress[0].images >= early
    assert all(reached.resumed for reached in progress)
    assert found(index) == list(range(40))
