"""What the deployed API says of itself, and to requests that it does not know."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.e2e.stage import Person, Stage

DOCUMENT = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, which it must be."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, answer.json()["code"]


def test_the_served_document_is_the_committed_one(cloud: Stage) -> None:
    with cloud.client() as api:
        answer = api.get("/v1/openapi.json")
        assert answer.json() == json.loads(DOCUMENT.read_text())
        again = api.get("/v1/openapi.json", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_an_unknown_address_and_an_unknown_method_are_problems(cloud: Stage) -> None:
    with cloud.client() as api:
        assert problem(api.get("/v1/nothing")) == (404, "not_found")
        assert problem(api.post("/v1/nothing", content=b"\xff")) == (404, "not_found")
        refused = api.delete("/v1/images/01JD8QZ9Y0V7W3T5K2N4M6P8RA/status")
        assert problem(refused) == (405, "method_not_allowed")
        assert refused.headers["allow"] == "GET, OPTIONS"


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (b"{", "application/json", (400, "bad_request")),
        (b"email=a", "application/x-www-form-urlencoded", (415, "unsupported_media_type")),
        (b'{"email":"' + b"x" * 70_000 + b'"}', "application/json", (413, "payload_too_large")),
        (b"[]", "application/json", (422, "validation_failed")),
    ],
)
def test_a_body_that_is_no_use_is_a_problem(
    cloud: Stage, content: bytes, media_type: str, expected: tuple[int, str]
) -> None:
    with cloud.client() as api:
        answer = api.post("/v1/auth/login", content=content, headers={"content-type": media_type})
        assert problem(answer) == expected


def test_the_same_announcement_with_its_key_is_one_upload(contributor: Person) -> None:
    body = {"filename": "a.jpg", "contentType": "image/jpeg", "sizeBytes": 1, "title": "A"}

    def announce(key: str, title: str = "A") -> httpx.Response:
        return contributor.api.post(
            "/v1/images/upload", json={**body, "title": title}, headers={"idempotency-key": key}
        )

    first = announce("k1")
    assert announce("k1").json() == first.json()
    assert announce("k2").json()["imageId"] != first.json()["imageId"]
    assert problem(announce("k1", "B")) == (422, "idempotency_key_reused")


def test_of_many_announcements_at_once_with_one_key_one_is_made(contributor: Person) -> None:
    body = {"filename": "a.jpg", "contentType": "image/jpeg", "sizeBytes": 1, "title": "A"}

    def announce(_: int) -> httpx.Response:
        return contributor.api.post("/v1/images/upload", json=body, headers={"idempotency-key": "same"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(announce, range(8)))
    made = {answer.json()["imageId"] for answer in answers if answer.status_code == 201}
    refused = {problem(answer) for answer in answers if answer.status_code != 201}
    assert len(made) == 1
    assert refused <= {(409, "request_in_progress")}
