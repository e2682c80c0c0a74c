from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from lumenstock import bootstrap
from lumenstock.accounts.model import Profile
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.sessions import UploadSession
from lumenstock.kernel.ids import ImageId, UploadId, UserId
from tests.conftest import CATALOG, ORIGINALS, Stores
from tests.functions.gateway import Answer, Gateway, Person
from tests.pictures import jpeg

MIB = 1 << 20
CHUNK = 5 * MIB
FILE = (jpeg(64, 48) + b"\0" * 2 * CHUNK)[: 2 * CHUNK + 1000]
ANA = Person("11111111-aaaa-4bbb-8ccc-222222222222", ("contributor",))
BEN = Person("99999999-aaaa-4bbb-8ccc-222222222222", ("contributor",))
NOTHING = "01JD8QZ9Y0V7W3T5K2N4M6P8RA"


@dataclass
class Uppy:
    """What Uppy sends, as read in @uppy/aws-s3 5.1.0 and 6.3.1."""

    endpoint: str
    stores: Stores
    gateway: Gateway = field(default_factory=Gateway)

    def ask(self, method: str, path: str, query: dict[str, str] | None = None, json: object = None) -> Answer:
        target = f"{self.endpoint}/s3{path}?{urlencode(query or {})}"
        return self.gateway.request(method, target, json=json)

    def create(self, **changes: Any) -> Answer:
        body = {
            "filename": "a b.jpg",
            "type": "image/jpeg",
            "metadata": {"name": "a b.jpg", "type": "image/jpeg", "relativePath": None, "size": len(FILE)},
        }
        return self.ask("POST", "/multipart", json={**body, **changes})

    def started(self, **changes: Any) -> Sending:
        made = self.create(**changes).json()
        assert set(made) == {"key", "uploadId", "bucket"}
        return Sending(self, made["uploadId"], made["key"])


@dataclass
class Sending:
    """One file on its way."""

    uppy: Uppy
    id: str
    key: str

    def ask(self, method: str, part: str = "", json: object = None, **query: str) -> Answer:
        return self.uppy.ask(method, f"/multipart/{self.id}{part}", {"key": self.key, **query}, json)

    def send(self, *chunks: tuple[int, bytes]) -> None:
        for number, data in chunks:
            url = self.ask("GET", f"/{number}").json()["url"]
            storage_id = parse_qs(urlsplit(url).query)["uploadId"][0]
            self.uppy.stores.s3.upload_part(
                Bucket=ORIGINALS, Key=self.key, UploadId=storage_id, PartNumber=number, Body=data
            )

    def send_all(self, chunk: int = CHUNK, data: bytes = FILE) -> None:
        self.send(*enumerate((data[at : at + chunk] for at in range(0, len(data), chunk)), start=1))

    def complete(self, parts: object = ()) -> Answer:
        return self.ask("POST", "/complete", json={"parts": list(parts)})  # type: ignore[call-overload]

    def row(self) -> Image:
        return bootstrap.catalog().get(bootstrap.uploads().get(UploadId(self.id)).image_id)


def signed_in(person: Person, name: str) -> Person:
    joined = datetime(2026, 11, 1, tzinfo=UTC)
    bootstrap.profiles().create(Profile(UserId(person.id), f"{name}@example.com", name, joined))
    return person


def session(person: Person, **body: object) -> dict[str, Any]:
    answer = Gateway().request("POST", "/v1/upload-sessions", json=body, person=person)
    assert answer.status == 201, answer
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def uppy(stores: Stores) -> Uppy:
    """Uppy with the address of a session."""
    return Uppy(session(signed_in(ANA, "Ana"))["companionEndpoint"], stores)


def at(monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(**later)

    class Clock:
        def now(self) -> datetime:
            return moment

    monkeypatch.setattr(bootstrap, "clock", Clock)


def test_a_session_says_what_a_client_must_know(uppy: Uppy) -> None:
    told = session(ANA)
    assert told["companionEndpoint"].startswith("/v1/companion/")
    lives = datetime.fromisoformat(told["expiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=23) < lives <= timedelta(hours=24)
    assert (told["maxBytes"], told["maxFiles"], told["partSizeHint"]) == (200_000_000, 1000, CHUNK)
    assert "image/jpeg" in told["acceptedTypes"]
    assert told["credentials"] is None
    assert uppy.endpoint != told["companionEndpoint"]


def test_a_capability_is_written_down_nowhere(uppy: Uppy) -> None:
    secret = uppy.endpoint.rpartition(".")[2]
    assert len(secret) >= 32
    everything = json.dumps(uppy.stores.dynamodb.scan(TableName=CATALOG)["Items"])
    assert "token_sha256" in everything
    assert secret not in everything


def test_a_file_in_parts_arrives_whole(uppy: Uppy) -> None:
    sending = uppy.started()
    row = sending.row()
    assert (row.status, row.contributor_id, row.contributor_name) == (Status.UPLOADING, ANA.id, "Ana")
    assert sending.key == row.source.key
    assert sending.key.startswith(f"originals/{ANA.id}/")
    assert sending.ask("GET").json() == []
    sending.send_all()
    listed = sending.ask("GET").json()
    assert [(part["PartNumber"], part["Size"]) for part in listed] == [(1, CHUNK), (2, CHUNK), (3, 1000)]
    done = sending.complete().json()
    assert done == {"location": f"/v1/images/{row.id}/status", "key": sending.key, "bucket": ORIGINALS}
    stored = uppy.stores.s3.get_object(Bucket=ORIGINALS, Key=sending.key)
    assert (stored["Body"].read(), stored["ContentType"]) == (FILE, "image/jpeg")


def test_completing_twice_and_listing_afterwards_answer_from_the_record(uppy: Uppy) -> None:
    """Uppy does not repeat a completion that it got no answer to; the page's next visit does."""
    sending = uppy.started()
    sending.send_all()
    before = sending.ask("GET").body
    answers = [sending.complete().body for _ in range(2)]
    assert answers[0] == answers[1]
    assert sending.ask("GET").body == before


def test_etags_with_and_without_quotes_are_the_same(uppy: Uppy) -> None:
    """Uppy 5 sends them quoted, Uppy 6 bare, and after a resume both in one list."""
    sending = uppy.started()
    sending.send_all()
    etags = [part["ETag"] for part in sending.ask("GET").json()]
    assert all(etag.startswith('"') and etag.endswith('"') for etag in etags)
    mixed = [{"PartNumber": 1, "ETag": etags[0].strip('"')}, {"PartNumber": 2, "ETag": etags[1]}]
    assert sending.complete(mixed).status == 200


def test_a_page_that_comes_back_sends_only_what_is_missing(uppy: Uppy) -> None:
    first = uppy.started()
    first.send((1, FILE[:CHUNK]), (3, FILE[2 * CHUNK :]))
    again = Sending(Uppy(session(ANA)["companionEndpoint"], uppy.stores), first.id, first.key)
    assert [part["PartNumber"] for part in again.ask("GET").json()] == [1, 3]
    again.send((2, FILE[CHUNK : 2 * CHUNK]))
    assert again.complete().status == 200


@pytest.mark.parametrize("chunk", [6 * MIB, 8 * MIB])
def test_a_resume_with_another_chunk_size_is_refused_and_says_why(uppy: Uppy, chunk: int) -> None:
    """What Uppy 6 does: part n of the old cut counts as part n of the new one."""
    sending = uppy.started()
    sending.send((1, FILE[:CHUNK]))
    sending.send((2, FILE[chunk : 2 * chunk]))
    answer = sending.complete()
    assert (answer.status, answer.code) == (422, "chunk_size_changed")
    assert "another chunk size" in answer.json()["message"]
    assert sending.row().status is Status.UPLOADING


def test_a_gap_is_refused_and_can_be_filled(uppy: Uppy) -> None:
    sending = uppy.started()
    sending.send((1, FILE[:CHUNK]), (3, FILE[2 * CHUNK :]))
    answer = sending.complete()
    assert (answer.status, answer.code) == (422, "upload_incomplete")
    sending.send((2, FILE[CHUNK : 2 * CHUNK]))
    assert sending.complete().status == 200


def test_urls_of_several_parts_are_companions(uppy: Uppy) -> None:
    urls = uppy.started().ask("GET", "/batch", partNumbers="1,2,3").json()["presignedUrls"]
    numbers = {number: parse_qs(urlsplit(url).query)["partNumber"] for number, url in urls.items()}
    assert numbers == {"1": ["1"], "2": ["2"], "3": ["3"]}


def test_an_abort_throws_the_parts_away(uppy: Uppy) -> None:
    sending = uppy.started()
    sending.send((1, FILE[:CHUNK]))
    assert [sending.ask("DELETE").body for _ in range(2)] == ["{}", "{}"]
    assert "Uploads" not in uppy.stores.s3.list_multipart_uploads(Bucket=ORIGINALS)
    assert sending.row().status is Status.EXPIRED


def test_what_the_page_says_of_a_file_is_kept_in_any_script(uppy: Uppy) -> None:
    told = {"size": len(FILE), "title": "  Порт   на рассвете ", "tags": "Boats, SEA,,boats", "n": {"x": 1}}
    row = uppy.started(filename="порт.jpg", metadata=told).row()
    assert (row.title, row.tags, row.source.filename) == ("Порт на рассвете", ("boats", "sea"), "порт.jpg")


@pytest.mark.parametrize("told", [{}, {"title": 5, "tags": 7, "description": None}, {"title": "\u202e\x07"}])
def test_what_cannot_be_read_costs_the_words_not_the_file(uppy: Uppy, told: dict[str, Any]) -> None:
    row = uppy.started(metadata={"size": len(FILE), **told}).row()
    assert (row.title, row.description, row.tags) == ("", "", ())


@pytest.mark.parametrize("named", ["", "application/octet-stream"])
def test_a_browser_that_knows_no_type_is_helped_by_the_name(uppy: Uppy, named: str) -> None:
    row = uppy.started(filename="scan.TIFF", type=named).row()
    assert (row.source.content_type, row.source.key[-4:]) == ("image/tiff", ".tif")


@pytest.mark.parametrize(
    ("changes", "pointer", "says"),
    [
        ({"metadata": {}}, "/metadata/size", "required"),
        ({"metadata": {"size": 0}}, "/metadata/size", "greater"),
        ({"metadata": {"size": 200_000_001}}, "/metadata/size", "at most 200000000"),
        ({"type": "video/mp4", "filename": "a.mp4"}, "/type", "image/jpeg"),
        ({"filename": ""}, "/filename", "character"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_before_it_is_sent(
    uppy: Uppy, changes: dict[str, Any], pointer: str, says: str
) -> None:
    answer = uppy.create(**changes)
    assert (answer.status, answer.code) == (422, "validation_failed")
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert says in error["detail"]


def test_a_problem_is_also_said_where_uppy_5_looks(uppy: Uppy) -> None:
    problem = uppy.create(metadata={"size": 200_000_001}).json()
    assert (problem["error"], problem["message"]) == (problem["code"], problem["detail"])
    assert "at most 200000000 bytes" in problem["message"]


def test_a_whole_file_comes_by_a_form_that_signs_key_type_and_length(uppy: Uppy) -> None:
    query = {"filename": "a.jpg", "type": "image/jpeg", "metadata[size]": "1000", "metadata[name]": "a.jpg"}
    form = uppy.ask("GET", "/params", query).json()
    assert (form["method"], form["expires"]) == ("POST", 3600)
    fields = form["fields"]
    assert (fields["success_action_status"], fields["Content-Type"]) == ("201", "image/jpeg")
    conditions = json.loads(base64.b64decode(fields["policy"]))["conditions"]
    assert ["content-length-range", 1000, 1000] in conditions
    assert {"key": fields["key"]} in conditions
    assert {"Content-Type": "image/jpeg"} in conditions
    image_id = fields["key"].rpartition("/")[2].partition(".")[0]
    assert bootstrap.catalog().get(ImageId(image_id)).source.size_bytes == 1000


def test_a_form_without_a_length_takes_what_the_stage_takes(
    uppy: Uppy, set_stage: Callable[..., None]
) -> None:
    set_stage(UPLOAD_MAX_BYTES="5000")
    form = uppy.ask("GET", "/params", {"filename": "a.jpg", "type": "image/jpeg"}).json()
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    assert ["content-length-range", 1, 5000] in policy["conditions"]


def every_call(uppy: Uppy, upload_id: str, key: str) -> list[Answer]:
    sending = Sending(uppy, upload_id, key)
    return [
        sending.ask("GET"),
        sending.ask("GET", "/1"),
        sending.ask("GET", "/batch", partNumbers="1"),
        sending.ask("DELETE"),
        sending.complete(),
    ]


def test_a_forged_capability_opens_nothing(uppy: Uppy) -> None:
    sending = uppy.started()
    session_id, _, token = uppy.endpoint.rpartition("/")[2].partition(".")
    others = session(ANA)["companionEndpoint"].rpartition(".")[2]
    flipped = ("A" if token[0] != "A" else "B") + token[1:]
    for forged in (
        f"{session_id}.{flipped}",
        f"{session_id}.{others}",
        f"{session_id}.",
        session_id,
        f"{NOTHING}.{token}",
        f"{sending.id}.{token}",
        quote("ä.ö"),
        "x",
    ):
        thief = Uppy(f"/v1/companion/{forged}", uppy.stores)
        answers = [thief.create(), thief.ask("GET", "/params", {"filename": "a.jpg"})]
        answers += every_call(thief, sending.id, sending.key)
        assert {(answer.status, answer.code) for answer in answers} == {(403, "capability_refused")}, forged
    assert sending.ask("GET").status == 200


def test_a_capability_ends_with_its_session(uppy: Uppy, monkeypatch: pytest.MonkeyPatch) -> None:
    sending = uppy.started()
    at(monkeypatch, hours=23, minutes=59)
    assert sending.ask("GET").status == 200
    at(monkeypatch, hours=24, minutes=1)
    answers = [uppy.create(), *every_call(uppy, sending.id, sending.key)]
    assert {(answer.status, answer.code) for answer in answers} == {(403, "capability_expired")}


def test_somebody_elses_upload_looks_like_none(uppy: Uppy) -> None:
    sending = uppy.started()
    ben = Uppy(session(signed_in(BEN, "Ben"))["companionEndpoint"], uppy.stores)
    other = ben.started()
    foreign = every_call(ben, sending.id, sending.key) + every_call(ben, sending.id, other.key)
    unknown = every_call(ben, NOTHING, sending.key) + every_call(ben, NOTHING, other.key)
    assert {(answer.status, answer.code) for answer in foreign} == {(404, "not_found")}
    for theirs, none in zip(foreign, unknown, strict=True):
        assert theirs.json()["detail"].replace(sending.id, NOTHING) == none.json()["detail"]
    assert sending.ask("GET").status == 200


def test_an_upload_is_found_under_its_own_key_only(uppy: Uppy) -> None:
    sending, other = uppy.started(), uppy.started()
    answers = every_call(uppy, sending.id, other.key)
    assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}


def test_a_session_is_full_when_it_had_its_files(uppy: Uppy) -> None:
    uppy.stores.dynamodb.update_item(
        TableName=CATALOG,
        Key={"pk": {"S": f"UPL#{session_id(uppy)}"}, "sk": {"S": "A"}},
        UpdateExpression="SET max_files = :two",
        ExpressionAttributeValues={":two": {"N": "2"}},
    )
    uppy.started()
    assert uppy.ask("GET", "/params", {"filename": "a.jpg", "metadata[size]": "9"}).status == 200
    rows = uppy.stores.dynamodb.scan(TableName=CATALOG)["Count"]
    answers = [uppy.create(), uppy.ask("GET", "/params", {"filename": "a.jpg"})]
    assert {(answer.status, answer.code) for answer in answers} == {(409, "session_full")}
    assert uppy.stores.dynamodb.scan(TableName=CATALOG)["Count"] == rows


def test_open_uploads_of_all_sessions_are_capped_together(uppy: Uppy, set_stage: Callable[..., None]) -> None:
    set_stage(OPEN_UPLOADS_MAX="2")
    uppy.started()
    Uppy(session(ANA)["companionEndpoint"], uppy.stores).started()
    assert uppy.create().code == "too_many_open_uploads"


def test_the_address_is_kept_from_other_pages(uppy: Uppy) -> None:
    assert uppy.create().headers["referrer-policy"] == "no-referrer"


def session_id(uppy: Uppy) -> str:
    return uppy.endpoint.rpartition("/")[2].partition(".")[0]


def test_a_session_without_credentials_has_no_folder(uppy: Uppy) -> None:
    found: UploadSession = bootstrap.sessions().get(UploadId(session_id(uppy)))
    assert found.prefix is None
