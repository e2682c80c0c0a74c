from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.difference import Drift
from lumenstock.ingest.drift import DriftCheck
from lumenstock.ingest.index_changes import projected
from lumenstock.kernel.errors import SearchUnavailableError
from lumenstock.search.document import Document, Removal
from lumenstock.search.ports import Change
from lumenstock.search.refusal import IndexRefusedError
from tests.contract.search.documents import document, image_id
from tests.unit.search.images import image

pytestmark = pytest.mark.usefixtures("stores")

Meanwhile = Callable[[], None]


class Index(EmbeddedIndex):
    """An index that something happens to before each write."""

    before_write: Meanwhile = staticmethod(lambda: None)

    def write(self, changes: Sequence[Change]) -> None:
        self.before_write()
        super().write(changes)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path)


def check(
    index: EmbeddedIndex, *, repair: bool = False, meanwhile: Meanwhile = lambda: None
) -> list[tuple[Drift, bool]]:
    """Look; while the check waits, ``meanwhile`` happens."""
    now_s = [0.0]

    def pause(duration_s: float) -> None:
        now_s[0] += duration_s
        meanwhile()

    catalog = bootstrap.catalog()
    drift = DriftCheck(catalog, index, repair=repair, settle_s=10, now_s=lambda: now_s[0], pause=pause)
    return [(one.difference.drift, one.repaired) for one in drift.run(lambda _: None)]


def indexed(index: EmbeddedIndex, row: Image) -> Document:
    change = projected(row, bootstrap.catalog())
    index.write([change])
    assert isinstance(change, Document)
    return change


def retitled(row: Image, title: str) -> Image:
    return bootstrap.catalog().update(row.id, lambda present: present.changed(title=title))


def test_without_repair_nothing_is_written(index: Index) -> None:
    bootstrap.catalog().create(image())
    index.write([document(9)])
    assert sorted(check(index)) == [(Drift.LINGERING, False), (Drift.MISSING, False)]
    assert sorted(check(index)) == [(Drift.LINGERING, False), (Drift.MISSING, False)]


def test_a_repair_is_in_place_when_it_is_told(index: Index) -> None:
    bootstrap.catalog().create(image(model=None))
    index.write([document(9)])
    assert sorted(check(index, repair=True)) == [(Drift.LINGERING, True), (Drift.MISSING, True)]
    assert check(index) == []


def test_an_index_that_follows_while_one_waits_has_not_drifted(index: Index) -> None:
    row = image(model=None)
    bootstrap.catalog().create(row)
    assert check(index, meanwhile=lambda: index.write([projected(row, bootstrap.catalog())])) == []


def test_an_image_that_changes_all_the_time_and_is_followed_has_not_drifted(index: Index) -> None:
    rows = [image(model=None)]
    bootstrap.catalog().create(rows[0])

    def meanwhile() -> None:  # the index gets the row as it was a moment ago
        index.write([projected(rows[-1], bootstrap.catalog())])
        rows.append(retitled(rows[-1], f"take {len(rows)}"))

    assert check(index, meanwhile=meanwhile) == []


def test_an_index_that_stands_still_while_the_image_changes_has_drifted(index: Index) -> None:
    row = image(model=None)
    bootstrap.catalog().create(row)
    indexed(index, row)
    retitled(row, "once")

    def meanwhile() -> None:
        retitled(row, "on and on")

    assert check(index, meanwhile=meanwhile) == [(Drift.STALE, False)]


def test_a_change_during_the_repair_prevails_over_it(index: Index) -> None:
    row = image(model=None)
    bootstrap.catalog().create(row)
    index.write([replace(indexed(index, row), title="wrong")])
    newer = projected(row.changed(title="newer"), bootstrap.catalog())

    def overtake() -> None:
        index.before_write = lambda: None
        index.write([newer])

    index.before_write = overtake
    assert check(index, repair=True) == [(Drift.ALTERED, True)]
    assert index.stored([row.id]) == {row.id: newer}


def test_a_removal_during_the_repair_prevails_over_it(index: Index) -> None:
    row = image(model=None)
    bootstrap.catalog().create(row)
    removal = Removal(row.id, row.version + 1)

    def overtake() -> None:
        index.before_write = lambda: None
        index.write([removal])

    index.before_write = overtake
    assert check(index, repair=True) == [(Drift.MISSING, True)]
    assert list(index.found_ids()) == []


def test_what_no_versioned_write_mends_is_left(index: Index) -> None:
    row = image(model=None)
    bootstrap.catalog().create(row)
    index.write([replace(indexed(index, row), version=row.version + 3)])
    assert check(index, repair=True) == [(Drift.AHEAD, False)]
    assert index.stored([row.id])[row.id].version == row.version + 3


def test_what_must_not_be_found_is_hidden_even_where_the_index_is_ahead(index: Index) -> None:
    row = image(model=None, status=Status.TAKEN_DOWN)
    bootstrap.catalog().create(row)
    index.write([document(1, version=row.version + 3)])
    assert check(index, repair=True) == [(Drift.LINGERING, True)]
    assert list(index.found_ids()) == []


def test_what_the_engine_refuses_is_left_and_the_rest_is_mended(index: Index) -> None:
    for number in (1, 2):
        bootstrap.catalog().create(image(number, model=None))

    def refuse() -> None:
        index.before_write = lambda: None
        index.write([projected(image(1, model=None), bootstrap.catalog())])
        raise IndexRefusedError({image_id(2): "too odd"})

    index.before_write = refuse
    assert sorted(check(index, repair=True)) == [(Drift.MISSING, False), (Drift.MISSING, True)]


def test_an_index_that_is_out_is_told(tmp_path: Path) -> None:
    bootstrap.catalog().create(image())
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SearchUnavailableError):
        check(EmbeddedIndex(tmp_path / "file" / "search"))
