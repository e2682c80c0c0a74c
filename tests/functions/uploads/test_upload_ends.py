from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from functions.ingest import sweep
from lumenstock import bootstrap
from lumenstock.adapters.aws.multipart import S3Multipart
from lumenstock.adapters.aws.uploads import DynamoUploads
from lumenstock.catalog.states import Status
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId, UserId
from tests.conftest import CATALOG, Stores
from tests.functions.gateway import Gateway, Person
from tests.functions.uploads.sending import FILE, Begin, at, later
from tests.functions.uploads.steps import BEN, start

NOTHING = "01JD8QZ9Y0V7W3T5K2N4M6P8RA"


def test_aborting_throws_the_parts_away_and_ends_the_row(begin: Begin) -> None:
    sending = begin()
    sending.send(1)
    assert [sending.ask("DELETE").status for _ in range(2)] == [204, 204]
    assert sending.unfinished() == 0
    assert sending.state()["status"] == "aborted"
    assert bootstrap.catalog().get(sending.image_id).status is Status.EXPIRED
    assert [sending.sign(1).code, sending.complete().code] == ["upload_ended"] * 2


def test_a_complete_file_cannot_be_aborted(begin: Begin) -> None:
    sending = begin()
    sending.send(1, 2)
    sending.complete()
    assert sending.ask("DELETE").code == "upload_ended"
    assert sending.sign(1).code == "upload_ended"
    assert sending.stored() == FILE


def test_an_abort_that_comes_while_the_file_is_put_together_loses(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = begin()
    sending.send(1, 2)
    monkeypatch.setattr(DynamoUploads, "finish", lambda self, upload, _: self.get(upload.id))
    sending.complete()  # the object is there, the record not yet
    monkeypatch.undo()
    assert sending.ask("DELETE").code == "upload_ended"
    assert sending.state()["status"] == "completed"


def test_parts_that_the_buckets_rule_threw_away_end_the_upload(begin: Begin) -> None:
    sending = begin()
    sending.send(1)
    bootstrap.unfinished_originals().abort_all("")
    assert sending.state()["parts"] == []
    assert sending.complete().code == "upload_ended"
    assert sending.state()["status"] == "expired"


@pytest.mark.parametrize("stranger", [BEN, Person(f"0{BEN.id[1:]}", BEN.roles)])
def test_somebody_elses_upload_looks_like_none(begin: Begin, stranger: Person) -> None:
    sending = begin()
    for method, part, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/complete", None),
        ("POST", "/parts", {"numbers": [1]}),
    ):
        theirs = sending.ask(method, part, person=stranger, json=body)
        none = sending.gateway.request(method, f"/v1/uploads/{NOTHING}{part}", person=stranger, json=body)
        assert theirs.code == "not_found"
        assert theirs.body.replace(sending.id, NOTHING) == none.body
    assert sending.state()["status"] == "open"


def test_open_uploads_are_listed_oldest_first_in_pages(begin: Begin, gateway: Gateway, ana: Person) -> None:
    sent = [begin(filename=f"{number}.jpg") for number in range(5)]
    sent[3].ask("DELETE")
    wanted = [sending.id for sending in sent if sending is not sent[3]]
    found, cursor = [], ""
    while True:
        query = f"?page_size=2{cursor and f'&cursor={cursor}'}"
        page = gateway.request("GET", f"/v1/contributor/uploads{query}", person=ana).json()
        found += page["uploads"]
        cursor = page["nextCursor"]
        if not cursor:
            break
    assert [upload["uploadId"] for upload in found] == wanted
    assert (found[0]["filename"], found[0]["sizeBytes"], found[0]["partCount"]) == ("0.jpg", len(FILE), 2)


def test_a_list_without_open_uploads_is_empty(begin: Begin, gateway: Gateway) -> None:
    begin()
    answer = gateway.request("GET", "/v1/contributor/uploads", person=BEN)
    assert answer.json() == {"uploads": [], "nextCursor": None}


def test_a_cursor_of_another_person_is_refused(begin: Begin, gateway: Gateway, ana: Person) -> None:
    for _ in range(2):
        begin()
    cursor = gateway.request("GET", "/v1/contributor/uploads?page_size=1", person=ana).json()["nextCursor"]
    answer = gateway.request("GET", f"/v1/contributor/uploads?cursor={cursor}", person=BEN)
    assert answer.code == "bad_request"


def test_open_uploads_are_capped_and_each_that_ends_makes_room(
    begin: Begin, gateway: Gateway, ana: Person, set_stage: Callable[..., None]
) -> None:
    set_stage(OPEN_UPLOADS_MAX="2")
    first, second = begin(), begin()
    for ended in (first, second):
        answer = start(gateway, ana, multipart=True)
        assert (answer.status, answer.code) == (409, "too_many_open_uploads")
        if ended is first:
            ended.ask("DELETE")
        else:
            ended.send(1, 2)
            ended.complete()
        begin()
    assert start(gateway, ana).status == 201  # one PUT holds nothing open


def test_a_refused_announcement_leaves_nothing(
    begin: Begin, gateway: Gateway, ana: Person, stores: Stores, set_stage: Callable[..., None]
) -> None:
    set_stage(OPEN_UPLOADS_MAX="1")
    begin()
    before = stores.dynamodb.scan(TableName=CATALOG)["Count"]
    assert start(gateway, ana, multipart=True).code == "too_many_open_uploads"
    assert stores.dynamodb.scan(TableName=CATALOG)["Count"] == before


def test_what_is_not_complete_in_time_is_ended_by_the_sweeper(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending, whole = begin(), begin()
    sending.send(1)
    whole.send(1, 2)
    whole.complete()
    at(monkeypatch, later(days=6, hours=23))
    assert sweep.handler({}, None)["uploads_ended"] == 0
    assert bootstrap.catalog().get(sending.image_id).status is Status.UPLOADING
    at(monkeypatch, later(days=7, minutes=1))
    assert sending.sign(1).code == sending.complete().code == "upload_ended"
    assert sweep.handler({}, None)["uploads_ended"] == 1
    assert sending.unfinished() == 0
    assert bootstrap.catalog().get(sending.image_id).status is Status.EXPIRED
    assert [sending.state()["status"], whole.state()["status"]] == ["expired", "completed"]
    assert bootstrap.uploads().open_ids(UserId(sending.person.id)) == []
    assert sweep.handler({}, None)["uploads_ended"] == 0


def test_a_hundred_abandoned_uploads_leave_nothing_behind(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    abandoned = [begin() for _ in range(100)]
    for sending in abandoned:
        sending.sign(1)
    assert abandoned[0].unfinished() == 100
    at(monkeypatch, later(days=8))
    assert sweep.handler({}, None)["uploads_ended"] == 100
    assert abandoned[0].unfinished() == 0


def test_an_upload_that_cannot_be_ended_keeps_no_other_waiting(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = begin(), begin()
    abort_all = S3Multipart.abort_all

    def fail(self: S3Multipart, prefix: str) -> int:
        if stuck.image_id in prefix:
            raise NotFoundError
        return abort_all(self, prefix)

    at(monkeypatch, later(days=8))
    monkeypatch.setattr(S3Multipart, "abort_all", fail)
    with pytest.raises(Exception, match="1 uploads could not be swept"):
        sweep.handler({}, None)
    assert other.state()["status"] == "expired"
    assert stuck.record().status == "open"


def test_a_complete_file_whose_event_was_lost_is_sent_again(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks after a file that may still come for days, but after one that is there within minutes."""
    sending, waiting = begin(), begin()
    sending.send(1, 2)
    assert list(bootstrap.catalog().waiting(Status.UPLOADING, later(days=6))) == []
    sending.complete()
    assert list(bootstrap.catalog().waiting(Status.UPLOADING, later(minutes=1))) == [sending.image_id]
    at(monkeypatch, later(minutes=15))
    assert sweep.handler({}, None)["resent"] == 1
    keys = [
        message["detail"]["object"]["key"]
        for message in sending.stores.messages(sending.stores.ingest_queue_url)
    ]
    assert keys == [sending.record().key]
    assert bootstrap.catalog().get(waiting.image_id).status is Status.UPLOADING


def owned(image_id: str, sha256: str, targets: Sequence[Status]) -> None:
    """Let an image hold the claim on a content, and come into a status."""
    catalog = bootstrap.catalog()
    catalog.claim(sha256, ImageId(image_id))
    for target in targets:
        now = bootstrap.clock().now()
        catalog.update(ImageId(image_id), lambda image, to=target, at=now: image.moved(to, at))  # type: ignore[misc]


@pytest.mark.parametrize("multipart", [False, True, "auto"])
def test_bytes_that_the_contributor_has_in_the_catalogue_are_not_sent_again(
    gateway: Gateway, ana: Person, multipart: object
) -> None:
    image_id = start(gateway, ana).json()["imageId"]
    owned(image_id, "a" * 64, [Status.PROCESSING, Status.APPROVED])
    answer = start(gateway, ana, sha256="a" * 64, multipart=multipart)
    assert (answer.status, answer.code, answer.json()["imageId"]) == (409, "already_uploaded", image_id)
    assert start(gateway, ana, sha256="b" * 64, multipart=multipart).status == 201


def test_what_died_may_be_sent_again(gateway: Gateway, ana: Person) -> None:
    image_id = start(gateway, ana).json()["imageId"]
    owned(image_id, "a" * 64, [Status.PROCESSING, Status.REJECTED])
    assert start(gateway, ana, sha256="a" * 64).status == 201


def test_nobody_is_told_what_somebody_else_has(gateway: Gateway, ana: Person) -> None:
    image_id = start(gateway, ana).json()["imageId"]
    bootstrap.catalog().update(ImageId(image_id), lambda image: image.changed(contributor_id=UserId(BEN.id)))
    owned(image_id, "a" * 64, [Status.PROCESSING, Status.APPROVED])
    assert start(gateway, ana, sha256="a" * 64).status == 201
