"""Writers of one row who meet. Races are made by writing from inside a call: moto itself lets both sides win."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lumenstock import bootstrap
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import VersionConflictError
from tests.conftest import Stores
from tests.unit.search.images import CREATED as NOW
from tests.unit.search.images import image

ROW = image(status=Status.UPLOADING, version=1, title="Sea", tags=("sea",))


@pytest.fixture
def catalog(stores: Stores) -> DynamoCatalog:  # noqa: ARG001 - its tables
    return bootstrap.catalog()


def racing(catalog: DynamoCatalog, rival: Callable[[Image], Image], times: int) -> Callable[[Image], Image]:
    """A change of the title during which somebody else writes first, so many times."""
    left = [times]

    def change(present: Image) -> Image:
        if left[0]:
            left[0] -= 1
            catalog.update(present.id, rival)
        return present.changed(title=present.title + "!")

    return change


def test_a_lost_race_is_run_again_on_what_the_winner_wrote(catalog: DynamoCatalog) -> None:
    catalog.create(ROW)
    rival = lambda present: present.changed(tags=(*present.tags, "x"))  # noqa: E731 - short
    done = catalog.update(ROW.id, racing(catalog, rival, times=2))
    assert (done.title, done.tags, done.version) == ("Sea!", ("sea", "x", "x"), 4)
    assert catalog.get(ROW.id) == done


def losing_the_answer(catalog: DynamoCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next write arrives, its answer does not, and botocore sends it again."""
    client, put = catalog._client, catalog._client.put_item

    def twice(**request: Any) -> Any:
        monkeypatch.setattr(client, "put_item", put)
        put(**request)
        return put(**request)

    monkeypatch.setattr(client, "put_item", twice)


def test_a_row_whose_answer_was_lost_is_not_somebody_elses(
    catalog: DynamoCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing_the_answer(catalog, monkeypatch)
    catalog.create(ROW)
    assert catalog.get(ROW.id) == ROW


def test_a_change_whose_answer_was_lost_is_made_once(
    catalog: DynamoCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.create(ROW)
    losing_the_answer(catalog, monkeypatch)
    done = catalog.update(ROW.id, lambda present: present.moved(Status.PROCESSING, NOW))
    assert (done.status, done.version) == (Status.PROCESSING, 2)
    assert catalog.get(ROW.id) == done


def test_a_write_that_meets_a_transaction_is_run_again(
    catalog: DynamoCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An heir's claim checks the row of its dead owner, just when that owner's contributor retries."""
    catalog.create(replace(ROW, status=Status.PROCESSING_FAILED))
    client, put = catalog._client, catalog._client.put_item

    def met(**_: Any) -> Any:
        monkeypatch.setattr(client, "put_item", put)
        raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, "PutItem")

    monkeypatch.setattr(client, "put_item", met)
    done = catalog.update(ROW.id, lambda present: present.moved(Status.PROCESSING, NOW))
    assert catalog.get(ROW.id) == done


def test_a_race_that_is_always_lost_ends(catalog: DynamoCatalog) -> None:
    catalog.create(ROW)
    with pytest.raises(VersionConflictError):
        catalog.update(ROW.id, racing(catalog, lambda present: present.changed(), times=99))
    assert catalog.get(ROW.id).title == "Sea"


def test_a_lost_race_sees_the_new_status(catalog: DynamoCatalog) -> None:
    catalog.create(replace(ROW, status=Status.PROCESSING))

    def approve_after_rejection(present: Image) -> Image | None:
        if present.status is Status.PROCESSING:
            catalog.update(present.id, lambda seen: seen.moved(Status.REJECTED, NOW))
            return present.moved(Status.APPROVED, NOW)
        return None

    assert catalog.update(ROW.id, approve_after_rejection).status is Status.REJECTED
