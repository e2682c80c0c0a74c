from __future__ import annotations

import base64
import gc

import pytest

from functions.runtime import http
from functions.runtime.http import MAX_BODY_BYTES
from tests.conftest import forget_cached
from tests.functions.gateway import Person
from tests.functions.runtime.toy import api, call

ANA = Person(roles=("contributor",))
ORDER = '{"itemName": "pen"}'


def test_a_good_request_is_answered_in_camel_case() -> None:
    answer = call("POST", "/orders/top", body=ORDER, person=ANA)
    assert (answer.status, answer.json()) == (201, {"who": ANA.id, "itemName": "top/pen"})
    assert answer.headers["x-request-id"] == "r-1"
    assert answer.headers["cache-control"] == "no-store"


def test_what_a_worker_keeps_for_life_is_not_looked_at_by_later_garbage_collections() -> None:
    gc.unfreeze()
    forget_cached(http)
    call("POST", "/orders/top", body=ORDER, person=ANA)
    kept = gc.get_freeze_count()
    call("POST", "/orders/top", body=ORDER, person=ANA)
    assert 10_000 < gc.get_freeze_count() <= kept, "once: what comes later is looked at"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"itemName": "pen"', 400, "bad_request"),
        ("", 422, "validation_failed"),
        ("null", 422, "validation_failed"),
        ('[{"itemName": "pen"}]', 422, "validation_failed"),
        ('{"itemName": NaN}', 400, "bad_request"),
        ('{"itemName": ' * 15, 400, "bad_request"),
        ('{"count": ' + "9" * 150 + "}", 422, "validation_failed"),
        ('{"itemName": "\\ud800"}', 422, "validation_failed"),
        ('{"itemName": "pen", "surprise": 1}', 422, "validation_failed"),
        ('{"itemName": "pen", "count": "2"}', 422, "validation_failed"),
        ('{"itemName": "pen", "count": true}', 422, "validation_failed"),
        ('{"itemName": "pen", "count": 2.5}', 422, "validation_failed"),
        ('{"item_name": "pen"}', 422, "validation_failed"),
        ('{"itemName": "' + "x" * 200 + '"}', 413, "payload_too_large"),
    ],
)
def test_a_wrong_body_is_refused_with_its_code(body: str, status: int, code: str) -> None:
    answer = call("POST", "/orders/top", body=body, person=ANA)
    assert (answer.status, answer.code) == (status, code)


def test_a_body_deeper_than_the_parser_goes_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some KiB of brackets overrun the parser's stack."""
    monkeypatch.setattr(api, "max_body_bytes", MAX_BODY_BYTES)
    assert call("POST", "/orders/top", body="[" * MAX_BODY_BYTES, person=ANA).code == "bad_request"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/jsonp"},
    ],
)
def test_a_body_that_does_not_say_it_is_json_is_refused(headers: dict[str, str]) -> None:
    answer = call("POST", "/orders/top", body=ORDER, headers=headers, person=ANA)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert call("POST", "/orders/top", body='{"itemName": "pen", "count": 2.0}', person=ANA).status == 201


def test_json_with_a_charset_in_base64_is_read() -> None:
    body = base64.b64encode(ORDER.encode()).decode()
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert call("POST", "/orders/top", body=body, headers=headers, person=ANA, base64=True).status == 201


def test_bytes_that_are_no_text_are_a_bad_request() -> None:
    body = base64.b64encode(b'{"itemName": "\xff"}').decode()
    assert call("POST", "/orders/top", body=body, person=ANA, base64=True).code == "bad_request"


def test_every_wrong_field_is_named_and_none_is_repeated() -> None:
    answer = call("POST", "/orders/TOP", body='{"itemName": "secret-value", "count": "x"}', person=ANA)
    assert {(item["pointer"], item["code"]) for item in answer.json()["errors"]} == {
        ("shelf", "string_pattern_mismatch"),
        ("/itemName", "string_too_long"),
        ("/count", "value_error"),
    }
    assert "secret-value" not in answer.body


@pytest.mark.parametrize("person", [None, Person(roles=("contributor",), token_use="id")])
def test_nobody_and_an_identity_token_are_not_signed_in(person: Person | None) -> None:
    answer = call("POST", "/orders/top", body=ORDER, person=person)
    assert (answer.status, answer.code) == (401, "not_authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("shelf", ["top", "NOT A SHELF"])
@pytest.mark.parametrize(
    "body",
    [None, "[]", "{", '{"count": "no"}', '{"itemName": "' + "x" * 300 + '"}'],
    ids=["none", "a list", "cut short", "wrong fields", "too long"],
)
def test_who_may_not_call_hears_of_that_before_anything_is_looked_at(shelf: str, body: str | None) -> None:
    path, buyer = f"/orders/{shelf}", Person(roles=("buyer",))
    for headers in (None, {"content-type": "text/html"}):
        assert call("POST", path, body=body, headers=headers).code == "not_authenticated"
        assert call("POST", path, body=body, headers=headers, person=buyer).code == "forbidden"


@pytest.mark.parametrize("roles", [(), ("buyer",), ("admin",), ("Contributor",), ("contributors",)])
def test_another_role_is_forbidden(roles: tuple[str, ...]) -> None:
    assert call("POST", "/orders/top", body=ORDER, person=Person(roles=roles)).code == "forbidden"


def test_one_of_several_roles_is_enough() -> None:
    assert (
        call("POST", "/orders/top", body=ORDER, person=Person(roles=("buyer", "contributor"))).status == 201
    )


def test_a_retryable_error_says_when() -> None:
    answer = call("GET", "/things", query={"q": "down"})
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "search_unavailable", "5")


@pytest.mark.parametrize("query", ["bug", "untrue"])
def test_a_bug_and_an_answer_against_its_contract_tell_nothing(
    query: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = call("GET", "/things", query={"q": query})
    assert (answer.status, answer.code) == (500, "internal")
    assert "hunter2" not in answer.body
    assert [record.getMessage() for record in caplog.records] == ["http_fault", "http_call"]
    if query == "untrue":
        assert "hunter2" not in caplog.text
        assert "The answer breaks its contract at response.itemName." in caplog.text


def test_each_call_logs_one_line_without_personal_data(caplog: pytest.LogCaptureFixture) -> None:
    call("POST", "/orders/top", body='{"itemName": "anna"}', person=ANA)
    (record,) = caplog.records
    logged = vars(record)
    assert (logged["msg"], logged["status"], logged["route"]) == ("http_call", 201, "POST /orders/{shelf}")
    assert "anna" not in str(logged)


def test_an_unknown_path_and_an_odd_parameter_are_not_found() -> None:
    assert call("GET", "/nothing").code == "not_found"
    assert call("POST", '/orders/"', body=ORDER, person=ANA).code == "not_found"


def test_an_answer_without_a_body_has_no_type() -> None:
    for answer, status in ((call("DELETE", "/things"), 204), (call("GET", "/moved"), 302)):
        assert (answer.status, answer.body) == (status, "")
        assert "content-type" not in answer.headers
    assert call("GET", "/moved").headers["location"] == "/elsewhere"


def test_the_same_answer_has_the_same_tag_and_another_has_another() -> None:
    tags = [call("GET", "/things", query={"q": word}).headers["etag"] for word in ("a", "a", "b")]
    assert tags[0] == tags[1] != tags[2]


@pytest.mark.parametrize("held", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_a_client_that_has_the_answer_gets_304(held: str) -> None:
    tag = call("GET", "/things").headers["etag"]
    answer = call("GET", "/things", headers={"if-none-match": held.format(tag=tag)})
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, "", tag)


@pytest.mark.parametrize("held", ['"other"', "", 'W/"*"'])
def test_a_client_that_has_another_answer_gets_this_one(held: str) -> None:
    assert call("GET", "/things", headers={"if-none-match": held}).status == 200
