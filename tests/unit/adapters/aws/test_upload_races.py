"""Uploads that begin and end at the same moment, on a real DynamoDB."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from lumenstock import bootstrap
from lumenstock.catalog.data_mining import DataMining
from lumenstock.ingest.multipart import announce_parts
from lumenstock.ingest.sessions import new_session
from lumenstock.ingest.upload import Announcement, Contributor
from lumenstock.ingest.uploads import Upload, UploadStatus
from lumenstock.kernel.errors import SessionFullError, TooManyOpenUploadsError
from lumenstock.kernel.ids import UploadId, UserId
from tests.conftest import CATALOG, Stores

pytestmark = pytest.mark.dynamodb_local

ANN = Contributor(UserId("ann"), "Ann")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
AT_ONCE = 12


def announce(limit: int, session_id: UploadId | None = None) -> Upload | None:
    """Begin an upload; None if there is no room."""
    announced = Announcement("a.jpg", "image/jpeg", 9, "A", "", (), (), DataMining.SEARCH_ONLY)
    image, upload = announce_parts(
        ANN, announced, planned=True, lifetime=timedelta(days=7), now=NOW, random_bytes=secrets.token_bytes
    )
    try:
        bootstrap.uploads().open(image, upload, limit=limit, session_id=session_id)
    except (TooManyOpenUploadsError, SessionFullError):
        return None
    return upload


def at_once(limit: int, session_id: UploadId | None = None) -> list[Upload]:
    bootstrap.uploads()  # made once, before the threads
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = list(pool.map(lambda _: announce(limit, session_id), range(AT_ONCE)))
    return [upload for upload in begun if upload]


@pytest.mark.usefixtures("real_stores")
@pytest.mark.parametrize("limit", [1, 5, AT_ONCE])
def test_of_many_that_begin_at_once_exactly_as_many_as_allowed_are_open(limit: int) -> None:
    begun = at_once(limit)
    assert len(begun) == limit
    assert list(bootstrap.uploads().open_ids(ANN.id)) == sorted(upload.id for upload in begun)


@pytest.mark.usefixtures("real_stores")
def test_many_that_end_at_once_all_make_room() -> None:
    begun = at_once(AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = list(pool.map(lambda upload: bootstrap.uploads().finish(upload, UploadStatus.ABORTED), begun))
    assert {upload.status for upload in ended} == {UploadStatus.ABORTED}
    assert list(bootstrap.uploads().open_ids(ANN.id)) == []


@pytest.mark.usefixtures("real_stores")
def test_of_two_endings_at_once_one_counts() -> None:
    (upload,) = at_once(1)
    wanted = [UploadStatus.COMPLETED, UploadStatus.ABORTED] * 4
    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(lambda status: bootstrap.uploads().finish(upload, status).status, wanted))
    assert len(seen) == 1


def test_a_session_never_takes_more_files_than_it_may(real_stores: Stores) -> None:
    session, _ = new_session(ANN, with_prefix=False, now=NOW, random_bytes=secrets.token_bytes)
    bootstrap.sessions().put(session)
    real_stores.dynamodb.update_item(
        TableName=CATALOG,
        Key={"pk": {"S": f"UPL#{session.id}"}, "sk": {"S": "A"}},
        UpdateExpression="SET max_files = :n",
        ExpressionAttributeValues={":n": {"N": "4"}},
    )
    assert len(at_once(AT_ONCE, session.id)) == 4
