from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from functions.embed import second_look
from lumenstock import bootstrap
from lumenstock.adapters.aws.hashes import DynamoHashes
from lumenstock.adapters.embedded.index import EmbeddedIndex
from lumenstock.catalog.image import Image
from lumenstock.catalog.likeness import Likeness
from lumenstock.catalog.states import Status
from lumenstock.imaging.picture_hash import PictureHash
from lumenstock.ingest.near_duplicates import Sighting, hour_of
from lumenstock.kernel.errors import SearchUnavailableError, UnavailableError
from lumenstock.kernel.ids import UserId
from lumenstock.search.ports import IndexAnswer, IndexQuery
from tests.unit.search.images import image, vector_item

pytestmark = pytest.mark.usefixtures("stores")

CAME = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
NOTHING = {"compared": 0, "told": 0, "withheld": 0}


class ADayLater:
    def now(self) -> datetime:
        return CAME + timedelta(days=1, hours=1)


class AnHourAfterThat:
    def now(self) -> datetime:
        return CAME + timedelta(days=1, hours=2)


@pytest.fixture(autouse=True)
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, set_stage: Callable[..., None]) -> EmbeddedIndex:
    set_stage(SEARCH_ENGINE="embedded")
    made = EmbeddedIndex(tmp_path)
    monkeypatch.setattr(bootstrap, "search_index", lambda: made)
    monkeypatch.setattr(bootstrap, "clock", ADayLater)
    return made


def came(number: int, contributor: str = "user-1") -> Image:
    """An approved picture that looks like all others, and came one after the other."""
    since = CAME + timedelta(seconds=number)
    row = image(number, likeness=Likeness("0" * 64, since), contributor_id=UserId(contributor))
    bootstrap.catalog().create(row)
    bootstrap.catalog().put_vector(row.id, vector_item(number))
    bootstrap.hash_book().note([Sighting(row.id, PictureHash(0))], hour_of(CAME))
    return row


def test_what_came_a_day_ago_is_compared_and_a_copy_of_somebody_else_s_withheld() -> None:
    first, second = came(1), came(2, "user-2")
    assert second_look.handler({}, None) == {"compared": 2, "told": 0, "withheld": 1}
    rows = bootstrap.catalog().get_many([first.id, second.id])
    assert (rows[first.id].status, rows[second.id].status) == (Status.APPROVED, Status.PENDING_REVIEW)
    assert second_look.handler({}, None) == {"compared": 1, "told": 0, "withheld": 0}


def test_a_fault_is_raised_after_the_others_were_compared(
    index: EmbeddedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [came(1), came(2)]
    query, asked = index.query, count()

    def fails_first(question: IndexQuery) -> IndexAnswer:
        if next(asked) == 0:
            raise SearchUnavailableError
        return query(question)

    monkeypatch.setattr(index, "query", fails_first)
    with pytest.raises(UnavailableError, match="1 images"):
        second_look.handler({}, None)
    assert next(asked) == len(rows)
    assert second_look.handler({}, None)["compared"] == len(rows)


class KilledError(BaseException):
    """No ``except Exception`` sees it."""


@pytest.mark.parametrize(
    ("place", "name", "fault", "told"),
    [
        (EmbeddedIndex, "query", SearchUnavailableError, UnavailableError),
        (DynamoHashes, "noted_in", KilledError, KilledError),
    ],
    ids=["failed for good", "killed"],
)
def test_the_hour_of_a_run_that_did_not_end_well_is_taken_up_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
    place: type,
    name: str,
    fault: type[BaseException],
    told: type[BaseException],
) -> None:
    came(1)

    def ends(*_: object) -> None:
        raise fault

    with monkeypatch.context() as down:
        down.setattr(place, name, ends)
        with pytest.raises(told):
            second_look.handler({}, None)
    monkeypatch.setattr(bootstrap, "clock", AnHourAfterThat)
    assert second_look.handler({}, None)["compared"] == 1
    assert second_look.handler({}, None) == NOTHING


def test_without_a_search_engine_there_is_nothing_new_to_find(set_stage: Callable[..., None]) -> None:
    came(1)
    set_stage(SEARCH_ENGINE="none")
    assert second_look.handler({}, None) == NOTHING
