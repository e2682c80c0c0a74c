from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.meta.routes import allowed_methods
from functions.routes import ROUTES
from tests.functions.gateway import Gateway

DOCUMENT = Path(__file__).parents[3] / "docs" / "api" / "openapi.json"


def test_the_committed_document_is_served_with_a_tag() -> None:
    answer = Gateway().request("GET", "/v1/openapi.json")
    assert answer.json() == json.loads(DOCUMENT.read_text())
    again = Gateway().request("GET", "/v1/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, "")


def test_the_api_says_that_it_is_there() -> None:
    assert Gateway().request("GET", "/v1/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/nothing", "/v1/images/upload/", "/v1/images//status", "/v2/search", "/%24default"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "HEAD"])
def test_what_is_not_there_is_a_problem(method: str, path: str) -> None:
    answer = Gateway().request(method, path, body="not json", headers={"content-type": "text/plain"})
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/auth/login", "POST, OPTIONS"),
        ("DELETE", "/v1/search", "GET, OPTIONS"),
        ("HEAD", "/v1/health", "GET, OPTIONS"),
        ("PUT", "/v1/images/01JD8QZ9Y0V7W3T5K2N4M6P8RA/status", "GET, OPTIONS"),
        ("PATCH", "/v1/images/upload", "GET, POST, OPTIONS"),
    ],
)
def test_another_method_is_refused_with_those_that_are_there(method: str, path: str, allow: str) -> None:
    answer = Gateway().request(method, path)
    assert (answer.status, answer.code, answer.headers["allow"]) == (405, "method_not_allowed", allow)


def test_options_lists_the_methods() -> None:
    answer = Gateway().request("OPTIONS", "/v1/images/abc/retry")
    assert (answer.status, answer.headers["allow"]) == (204, "POST, OPTIONS")


def test_every_route_is_allowed_at_its_own_path() -> None:
    for route in ROUTES:
        if route.method:
            assert route.method in allowed_methods(route.path.replace("{id}", "x"))
