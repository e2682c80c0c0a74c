from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.ingest import sweep
from lumenstock import bootstrap
from lumenstock.adapters.aws.multipart import S3Multipart
from lumenstock.adapters.aws.uploads import DynamoUploads
from lumenstock.catalog.states import Status
from lumenstock.ingest.uploads import Upload
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId, UploadId, UserId
from tests.conftest import CATALOG, ORIGINALS, Stores
from tests.functions.gateway import Answer, Gateway, Person
from tests.functions.uploads.steps import BEN, start
from tests.pictures import jpeg

MIB = 1 << 20
PART = 5 * MIB
# Two parts, the second of 1,000 bytes. Only the first bytes need to be a picture here.
FILE = (jpeg(64, 48) + b"\0" * (PART + 1000))[: PART + 1000]
NOTHING = "01JD8QZ9Y0V7W3T5K2N4M6P8RA"


@dataclass
class Sending:
    """An upload in parts, as its client sees it, and the bucket behind it."""

    gateway: Gateway
    person: Person
    stores: Stores
    id: str
    image_id: ImageId
    part_count: int

    def ask(self, method: str, part: str = "", person: Person | None = None, **sent: Any) -> Answer:
        target = f"/v1/uploads/{self.id}{part}"
        return self.gateway.request(method, target, person=person or self.person, **sent)

    def sign(self, *numbers: int) -> Answer:
        return self.ask("POST", "/parts", json={"numbers": list(numbers)})

    def send(self, *numbers: int, data: bytes = FILE) -> None:
        """Put parts; that a URL allows no more is shown on the local stage, whose S3 checks signatures."""
        self.sign(*numbers)
        record = self.record()
        for number in numbers:
            self.stores.s3.upload_part(
                Bucket=ORIGINALS,
                Key=record.key,
                UploadId=str(record.storage_id),
                PartNumber=number,
                Body=data[(number - 1) * PART : number * PART],
            )

    def complete(self) -> Answer:
        return self.ask("POST", "/complete")

    def state(self) -> Any:
        return self.ask("GET").json()

    def record(self) -> Upload:
        return bootstrap.uploads().get(UploadId(self.id))

    def unfinished(self) -> int:
        listed = self.stores.s3.list_multipart_uploads(Bucket=ORIGINALS)
        return len(listed.get("Uploads", []))

    def stored(self) -> bytes:
        return self.stores.s3.get_object(Bucket=ORIGINALS, Key=self.record().key)["Body"].read()


Begin = Callable[..., Sending]


@pytest.fixture
def begin(gateway: Gateway, ana: Person, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Announces a file that comes in parts."""
    monkeypatch.setattr(bootstrap, "cursor_secret", lambda: b"secret")

    def announce(size_bytes: int = len(FILE), **fields: Any) -> Sending:
        ticket = start(gateway, ana, sizeBytes=size_bytes, multipart=True, **fields).json()
        return Sending(
            gateway, ana, stores, ticket["uploadId"], ImageId(ticket["imageId"]), ticket["partCount"]
        )

    return announce


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Set the clock of the whole process."""

    class Clock:
        def now(self) -> datetime:
            return moment

    monkeypatch.setattr(bootstrap, "clock", Clock)


def later(**time: float) -> datetime:
    now = datetime.now(UTC) + timedelta(**time)
    return now.replace(microsecond=0)


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


def test_somebody_elses_upload_looks_like_none(begin: Begin) -> None:
    sending = begin()
    for method, part, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/complete", None),
        ("POST", "/parts", {"numbers": [1]}),
    ):
        theirs = sending.ask(method, part, person=BEN, json=body)
        none = sending.gateway.request(method, f"/v1/uploads/{NOTHING}{part}", person=BEN, json=body)
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
