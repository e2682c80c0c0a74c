"""Names and credentials that are none: the engine would take whoever shows them for its operator."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.home import ACCOUNT, REGION
from tests.localcloud.test_guard import API, CDN, ENGINE, FRONT, OPERATOR, presigned

NO_SIGNATURES = ["x", "", "Basic eDp5", f"Bearer Credential={ACCOUNT}/20261121/{REGION}/lambda/aws4_request"]


@pytest.mark.parametrize("shown", NO_SIGNATURES)
@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{API}/v1/search", 401),
        (f"{CDN}/img/x.webp", 403),
        (f"{ENGINE}/2015-03-31/functions", 403),
        (presigned(), 403),
    ],
    ids=["api", "cdn", "control plane", "presigned"],
)
def test_what_is_no_signature_makes_nobody_the_operator(
    call: Any, backend: Any, url: str, status: int, shown: str
) -> None:
    assert call("GET", url, headers={"authorization": shown}).status_code == status
    assert backend.seen == []


@pytest.mark.parametrize("shown", NO_SIGNATURES)
def test_cognitos_public_operations_are_nobodys(call: Any, shown: str) -> None:
    headers = {"x-amz-target": "AWSCognitoIdentityProviderService.AdminGetUser", "authorization": shown}
    assert call("POST", f"{ENGINE}/", headers=headers, content=b"{}").status_code == 403


@pytest.mark.parametrize(
    "host",
    ["zzz.execute-api.localhost", "aa468204.execute-api.x.localhost", "a.b.cloudfront.localhost"],
)
def test_a_name_that_only_looks_like_an_api_is_the_control_planes(call: Any, host: str) -> None:
    assert call("GET", ENGINE, headers={"host": host}).status_code == 403
    assert call("GET", ENGINE, headers={"host": host, "origin": FRONT}, sign=OPERATOR).status_code == 403


@pytest.mark.parametrize("url", [API, CDN])
@pytest.mark.parametrize("path", ["/", "/2015-03-31/functions", "/v2/email/account", "/iceberg/v1/config"])
def test_an_api_and_a_distribution_answer_only_what_was_deployed(
    call: Any, backend: Any, url: str, path: str
) -> None:
    assert call("GET", f"{url}{path}").status_code == 404
    assert backend.seen == []
