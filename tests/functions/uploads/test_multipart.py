from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.aws.multipart import S3Multipart
from lumenstock.adapters.aws.uploads import DynamoUploads
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId
from tests.conftest import ORIGINALS, Stores
from tests.functions.gateway import Gateway, Person
from tests.functions.uploads.sending import FILE, MIB, PART, Begin
from tests.functions.uploads.steps import start


@pytest.mark.parametrize(
    ("size_bytes", "multipart", "method"),
    [
        (1, True, "MULTIPART"),
        (200_000_000, True, "MULTIPART"),
        (16 * MIB, "auto", "PUT"),
        (16 * MIB + 1, "auto", "MULTIPART"),
        (200_000_000, False, "PUT"),
    ],
)
def test_a_file_comes_in_parts_where_the_client_wishes(
    gateway: Gateway, ana: Person, size_bytes: int, multipart: object, method: str
) -> None:
    assert start(gateway, ana, sizeBytes=size_bytes, multipart=multipart).json()["method"] == method


@pytest.mark.parametrize("multipart", ["yes", "true", 1, None])
def test_the_wish_is_a_boolean_or_auto(gateway: Gateway, ana: Person, multipart: object) -> None:
    assert start(gateway, ana, multipart=multipart).code == "validation_failed"


def test_a_plan_names_every_part_and_waits_a_week(gateway: Gateway, ana: Person, stores: Stores) -> None:
    ticket = start(gateway, ana, sizeBytes=len(FILE), multipart=True).json()
    row = bootstrap.catalog().get(ImageId(ticket["imageId"]))
    assert (ticket["partSize"], ticket["partCount"]) == (PART, 2)
    assert (ticket["method"], ticket["key"]) == ("MULTIPART", row.source.key)
    assert datetime.fromisoformat(ticket["expiresAt"]) == row.created_at + timedelta(days=7)
    assert row.status is Status.UPLOADING
    assert "Uploads" not in stores.s3.list_multipart_uploads(Bucket=ORIGINALS)


def test_a_part_is_signed_for_exactly_its_length(begin: Begin) -> None:
    sending = begin()
    answer = sending.sign(1, 2).json()
    assert answer["expiresIn"] == 3600
    lengths = {number: part["headers"] for number, part in answer["urls"].items()}
    assert lengths == {"1": {"Content-Length": str(PART)}, "2": {"Content-Length": "1000"}}
    for number, part in answer["urls"].items():
        url = urlsplit(part["url"])
        query = parse_qs(url.query)
        assert url.path.endswith(sending.record().key)
        assert query["partNumber"] == [number]
        assert "content-length" in query["X-Amz-SignedHeaders"][0].split(";")


@pytest.mark.parametrize("numbers", [[3], [0], [1, 10_001], [], list(range(1, 102)), ["1"]])
def test_only_parts_of_the_plan_are_signed(begin: Begin, numbers: list[object]) -> None:
    answer = begin().ask("POST", "/parts", json={"numbers": numbers})
    assert answer.code == "validation_failed"


def test_the_first_part_that_is_not_of_the_plan_is_named(begin: Begin) -> None:
    (fault,) = begin().sign(1, 7, 9).json()["errors"]
    assert fault["detail"] == "The plan has 2 parts, so there is no part 7."


def test_the_file_is_what_was_sent_and_completing_twice_is_completing_once(begin: Begin) -> None:
    sending = begin()
    sending.send(2, 1)
    first, second = sending.complete(), sending.complete()
    assert first.json() == {"imageId": sending.image_id, "status": "completed"}
    assert (first.status, first.body) == (200, second.body)
    assert sending.stored() == FILE
    versions = sending.stores.s3.list_object_versions(Bucket=ORIGINALS)["Versions"]
    assert len(versions) == 1


def test_what_has_arrived_is_told_before_and_after_completion(begin: Begin) -> None:
    sending = begin()
    assert sending.state()["parts"] == []
    sending.send(2)
    assert [(part["number"], part["size"]) for part in sending.state()["parts"]] == [(2, 1000)]
    sending.send(1)
    before = sending.state()
    sending.complete()
    after = sending.state()
    assert (before["status"], after["status"]) == ("open", "completed")
    assert after["parts"] == before["parts"]
    assert [part["size"] for part in after["parts"]] == [PART, 1000]


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ((), []),
        ((1,), [("/parts/2", "missing")]),
        ((2,), [("/parts/1", "missing")]),
    ],
)
def test_gaps_are_named_and_what_is_there_stays(
    begin: Begin, sent: tuple[int, ...], wrong: list[tuple[str, str]]
) -> None:
    sending = begin()
    sending.send(*sent) if sent else None
    answer = sending.complete()
    assert (answer.status, answer.code) == (422, "upload_incomplete")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == wrong
    sending.send(*({1, 2} - set(sent)))
    assert sending.complete().status == 200


def test_a_part_of_another_length_is_named(begin: Begin) -> None:
    sending = begin()
    sending.send(1, 2, data=FILE[:-1])
    answer = sending.complete()
    assert answer.code == "upload_incomplete"
    assert answer.json()["errors"][0]["pointer"] == "/parts/2"
    assert "999 bytes instead of 1,000" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("beginning", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n", "type_mismatch"),
        (b"%PDF-1.7", "unsupported_format"),
        (b"MZ\x90", "not_an_image"),
    ],
)
def test_what_is_not_what_was_announced_is_told_at_once_and_each_time(
    begin: Begin, beginning: bytes, reason: str
) -> None:
    data = (beginning + FILE)[: len(FILE)]
    sending = begin()
    sending.send(1, 2, data=data)
    answers = [sending.complete() for _ in range(2)]
    assert [answer.code for answer in answers] == ["content_refused"] * 2
    assert answers[0].json()["errors"][0]["code"] == reason


@pytest.mark.parametrize("moment", ["keep_parts", "complete", "finish"])
def test_a_completion_that_dies_is_taken_up_by_the_next(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The process ends just after one of its steps."""
    sending = begin()
    sending.send(1, 2)
    owner = S3Multipart if moment == "complete" else DynamoUploads
    real = getattr(owner, moment)

    def step_then_die(*given: Any) -> None:
        real(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, moment, step_then_die)
        with pytest.raises(KeyboardInterrupt):
            sending.complete()
    assert sending.complete().json() == {"imageId": sending.image_id, "status": "completed"}
    assert [part["size"] for part in sending.state()["parts"]] == [PART, 1000]
    assert sending.stored() == FILE


def test_two_that_ask_for_the_first_part_at_once_share_one_upload(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = begin()
    create = S3Multipart.create

    def create_twice(self: S3Multipart, key: str, content_type: str) -> str:
        mine = create(self, key, content_type)
        monkeypatch.setattr(S3Multipart, "create", create)
        sending.sign(2)  # somebody else's request, in between
        return mine

    monkeypatch.setattr(S3Multipart, "create", create_twice)
    url = sending.sign(1).json()["urls"]["1"]["url"]
    assert parse_qs(urlsplit(url).query)["uploadId"] == [sending.record().storage_id]
    assert sending.unfinished() == 1
