from __future__ import annotations

import pytest

from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.failure import failed
from tests.unit.search.images import CREATED, image


@pytest.mark.parametrize("status", [Status.UPLOADING, Status.PROCESSING])
def test_the_row_is_one_version_on_and_says_whose_fault_it_was(status: Status) -> None:
    row = image(1, status=status)
    ended = failed(row, CREATED)
    assert ended
    assert (ended.status, ended.version) == (Status.PROCESSING_FAILED, row.version + 1)
    assert [reason.code for reason in ended.reasons] == [ReasonCode.PROCESSING_FAILED]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.UPLOADING, Status.PROCESSING}))
def test_what_is_past_processing_stays(status: Status) -> None:
    assert failed(image(1, status=status), CREATED) is None
