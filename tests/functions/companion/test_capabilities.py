from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from lumenstock import bootstrap
from lumenstock.ingest.sessions import UploadSession
from lumenstock.kernel.ids import UploadId
from tests.conftest import CATALOG
from tests.functions.companion.uppy import (
    ANA,
    BEN,
    NOTHING,
    Uppy,
    every_call,
    session,
    session_id,
    signed_in,
)


def at(monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(**later)

    class Clock:
        def now(self) -> datetime:
            return moment

    monkeypatch.setattr(bootstrap, "clock", Clock)


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


def test_a_session_without_credentials_has_no_folder(uppy: Uppy) -> None:
    found: UploadSession = bootstrap.sessions().get(UploadId(session_id(uppy)))
    assert found.prefix is None
