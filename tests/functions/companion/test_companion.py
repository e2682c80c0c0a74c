from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lumenstock import bootstrap
from lumenstock.catalog.states import Status
from lumenstock.kernel.ids import ImageId
from tests.conftest import CATALOG, ORIGINALS
from tests.functions.companion.uppy import (
    ANA,
    CHUNK,
    FILE,
    MIB,
    Sending,
    Uppy,
    session,
)


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


def test_a_url_for_a_part_that_storage_cannot_take_is_not_given_out(uppy: Uppy) -> None:
    sending = uppy.started()
    codes = {
        numbers: sending.ask("GET", "/batch", partNumbers=numbers).code for numbers in ("0", "1,10001", "01")
    }
    assert codes == dict.fromkeys(codes, "validation_failed")
    assert list(sending.ask("GET", "/batch", partNumbers="1,10000").json()["presignedUrls"]) == ["1", "10000"]


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
