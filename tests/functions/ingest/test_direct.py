"""Files that come by a session's credentials, on moto; that those allow nothing else is shown in tests/e2e."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.ingest import dispatch, sweep, validate
from lumenstock import bootstrap
from lumenstock.adapters.aws.machine import IngestMachine
from lumenstock.catalog.states import Status
from lumenstock.ingest.direct import direct_image_id
from lumenstock.ingest.sessions import UploadSession, new_session
from lumenstock.ingest.upload import Contributor
from lumenstock.kernel.ids import ImageId, UserId
from tests.conftest import CATALOG, ORIGINALS, Stores
from tests.functions.ingest.conftest import T0, Clock, Pipeline
from tests.pictures import jpeg

ANN = Contributor(UserId("ann"), "Ann")


@pytest.fixture
def session(pipeline: Pipeline) -> UploadSession:  # noqa: ARG001
    """A session with credentials."""
    made, _ = new_session(ANN, with_prefix=True, now=T0, random_bytes=lambda count: b"\7" * count)
    bootstrap.sessions().put(made)
    return made


@pytest.fixture(autouse=True)
def _machine_is_validate(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's first task alone: it is the one that looks at the row."""

    class Done:
        succeeded, cause = True, ""

    def run(_: IngestMachine, task: dict[str, Any]) -> Done:
        pipeline.checked = validate.handler(task, None)  # type: ignore[attr-defined]
        return Done()

    monkeypatch.setenv("INGEST_MACHINE_ARN", "arn:aws:states:us-east-1:111111111111:stateMachine:x")
    monkeypatch.setattr(IngestMachine, "run", run)


def arrive(pipeline: Pipeline, key: str, data: bytes | None = None) -> ImageId:
    """Put a file as S3 takes it from a client with credentials, and let its event come."""
    pipeline.stores.s3.put_object(Bucket=ORIGINALS, Key=key, Body=data or jpeg(64, 48))
    dispatched(key)
    return direct_image_id(bootstrap.sessions().get(session_id(key)).id, key)


def session_id(key: str) -> Any:
    return key.split("/")[5]


def dispatched(key: str) -> dict[str, Any]:
    record = {
        "messageId": "m",
        "receiptHandle": "r",
        "body": json.dumps({"detail": {"bucket": {"name": ORIGINALS}, "object": {"key": key}}}),
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    return dispatch.handler({"Records": [record]}, None)


def rows(stores: Stores) -> int:
    items = stores.dynamodb.scan(TableName=CATALOG)["Items"]
    return sum(item["pk"]["S"].startswith("IMG#") for item in items)


def test_a_file_that_nobody_announced_is_taken_in(pipeline: Pipeline, session: UploadSession) -> None:
    key = f"{session.prefix}DSC 0042 ü.JPG"
    image_id = arrive(pipeline, key)
    row = bootstrap.catalog().get(image_id)
    assert (row.status, row.contributor_id, row.contributor_name) == (Status.PROCESSING, "ann", "Ann")
    assert (row.source.key, row.source.filename) == (key, "DSC 0042 ü.JPG")
    assert (row.source.content_type, row.source.format or "jpeg") == ("image/jpeg", "jpeg")
    assert row.source.size_bytes == len(jpeg(64, 48))
    assert pipeline.checked["ok"], pipeline.checked  # type: ignore[attr-defined]


def test_the_same_event_twice_is_one_image(pipeline: Pipeline, session: UploadSession) -> None:
    key = f"{session.prefix}a/b/c.jpg"
    image_id = arrive(pipeline, key)
    before = bootstrap.catalog().get(image_id)
    dispatched(key)
    assert bootstrap.catalog().get(image_id) == before
    assert rows(pipeline.stores) == 1


@pytest.mark.parametrize("name", ["picture", "picture.txt"])
def test_a_name_that_tells_no_type_is_refused_with_advice(
    pipeline: Pipeline, session: UploadSession, name: str
) -> None:
    arrive(pipeline, f"{session.prefix}{name}")
    (reason,) = pipeline.checked["reasons"]  # type: ignore[attr-defined]
    assert reason["code"] == "type_mismatch"
    assert "image/jpeg" in reason["text"]


@pytest.mark.parametrize(
    "key",
    [
        "originals/ben/2026/01/02/{id}/a.jpg",
        "originals/ann/2026/01/03/{id}/a.jpg",
        "originals/ann/2026/01/02/01JD8QZ9Y0V7W3T5K2N4M6P8RA/a.jpg",
        "originals/ann/2026/01/02/{id}/",
        "other/ann/2026/01/02/{id}/a.jpg",
    ],
)
def test_a_key_that_no_session_may_write_makes_no_row(
    pipeline: Pipeline, session: UploadSession, key: str
) -> None:
    assert dispatched(key.format(id=session.id)) == {"batchItemFailures": []}
    assert rows(pipeline.stores) == 0


def test_a_session_without_credentials_takes_no_files_in(pipeline: Pipeline, session: UploadSession) -> None:
    other = replace(session, id=direct_image_id(session.id, "other"), prefix=None)  # type: ignore[arg-type]
    bootstrap.sessions().put(other)
    dispatched(f"originals/ann/2026/01/02/{other.id}/a.jpg")
    assert rows(pipeline.stores) == 0


def test_a_file_beyond_the_sessions_number_is_refused_with_a_reason(
    pipeline: Pipeline, session: UploadSession
) -> None:
    full = replace(session, id=direct_image_id(session.id, "other"), max_files=1)  # type: ignore[arg-type]
    prefix = f"originals/ann/2026/01/02/{full.id}/"
    bootstrap.sessions().put(replace(full, prefix=prefix))
    taken, refused = (arrive(pipeline, f"{prefix}{name}.jpg") for name in "ab")
    dispatched(f"{prefix}a.jpg")  # again: it was counted already
    dispatched(f"{prefix}b.jpg")
    catalog = bootstrap.catalog()
    assert catalog.get(taken).status is Status.PROCESSING
    row = catalog.get(refused)
    assert (row.status, [reason.code for reason in row.reasons]) == (Status.REJECTED, ["session_full"])
    assert row.version == 1, "it is the first that was ever written of it"


def test_a_store_that_fails_sends_the_message_back(
    pipeline: Pipeline, session: UploadSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(bootstrap.sessions(), "admit", fail)
    assert dispatched(f"{session.prefix}a.jpg")["batchItemFailures"] == [{"itemIdentifier": "m"}]
    assert rows(pipeline.stores) == 0


def test_at_the_end_of_a_session_nothing_unfinished_stays_and_no_file_is_lost(
    pipeline: Pipeline, session: UploadSession, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: clock)
    s3 = pipeline.stores.s3
    known, lost = f"{session.prefix}known.jpg", f"{session.prefix}lost.jpg"
    arrive(pipeline, known)
    s3.put_object(Bucket=ORIGINALS, Key=lost, Body=jpeg(64, 48))
    s3.create_multipart_upload(Bucket=ORIGINALS, Key=f"{session.prefix}half.jpg")
    s3.create_multipart_upload(Bucket=ORIGINALS, Key="originals/ben/2026/01/02/x.jpg")
    clock.time = T0 + timedelta(hours=23)
    sweep.handler({}, None)
    assert len(s3.list_multipart_uploads(Bucket=ORIGINALS)["Uploads"]) == 2
    clock.time = T0 + timedelta(hours=25)
    for _ in range(2):
        sweep.handler({}, None)
    assert [upload["Key"] for upload in s3.list_multipart_uploads(Bucket=ORIGINALS)["Uploads"]] == [
        "originals/ben/2026/01/02/x.jpg"
    ]
    sent = pipeline.stores.messages(pipeline.stores.ingest_queue_url)
    assert [message["detail"]["object"]["key"] for message in sent].count(lost) == 1
