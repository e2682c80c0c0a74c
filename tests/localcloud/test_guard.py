from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.auth
import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localcloud.home import ACCOUNT, REGION
from localcloud.plane import API_BODY_MAX_BYTES, Request
from localcloud.refusal import Refused

ENGINE = "http://127.0.0.1:4566"
API = "http://aa468204.execute-api.localhost:4566"
CDN = "http://dgd1jtngwbhslj.cloudfront.net"
OPERATOR = (ACCOUNT, "drawn-once", "dynamodb")
ROLE = ("ASIA0123456789ABCDEF", "known to the engine", "dynamodb")
FRONT = "http://localhost:8080"


def presigned(
    key: str = ROLE[0], secret: str = ROLE[1], *, path: str = "/bucket/key", method: str = "PUT"
) -> str:
    request = AWSRequest(method, f"{ENGINE}{path}")
    S3SigV4QueryAuth(Credentials(key, secret), "s3", REGION, expires=60).add_auth(request)
    return str(request.url)


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:4566",
        "localhost.evil.test",
        "127.0.0.1.nip.io",
        "192.168.1.5:4566",
        "",
        "[::1]",
    ],
)
def test_a_name_that_is_not_ours_is_misdirected(call: Any, backend: Any, host: str) -> None:
    assert call("GET", ENGINE, headers={"host": host}, sign=OPERATOR).status_code == 421
    assert backend.seen == []


@pytest.mark.parametrize("url", [ENGINE, "http://localhost:4566", "http://bucket.localhost:4566"])
def test_a_signed_call_of_the_operator_passes(call: Any, url: str) -> None:
    answer = call(
        "POST",
        f"{url}/",
        headers={"x-amz-target": "DynamoDB_20120810.ListTables"},
        content=b"{}",
        sign=OPERATOR,
    )
    assert (answer.status_code, answer.text) == (200, "reached")


def test_the_engine_sees_the_body_that_the_guard_has_read(call: Any, backend: Any) -> None:
    call("POST", f"{ENGINE}/", content=b"payload", sign=OPERATOR)
    assert backend.seen[0]["body"] == b"payload"


@pytest.mark.parametrize("origin", ["http://evil.test", "null", FRONT, "http://127.0.0.1:4566"])
def test_no_page_may_call_the_control_plane(call: Any, backend: Any, origin: str) -> None:
    assert call("POST", f"{ENGINE}/", headers={"origin": origin}, sign=OPERATOR).status_code == 403
    assert backend.seen == []


def test_a_simple_cross_site_post_creates_no_function(call: Any, backend: Any) -> None:
    headers = {"origin": "http://evil.test", "content-type": "text/plain"}
    answer = call("POST", f"{ENGINE}/2015-03-31/functions", headers=headers, content=b'{"FunctionName": "f"}')
    assert answer.status_code == 403
    assert backend.seen == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_an_image_tag_reaches_no_control_plane(call: Any, site: str) -> None:
    assert call("GET", ENGINE, headers={"sec-fetch-site": site}, sign=OPERATOR).status_code == 403


def test_a_preflight_gets_no_permission(call: Any, backend: Any) -> None:
    headers = {"origin": "http://evil.test", "access-control-request-method": "POST"}
    assert call("OPTIONS", f"{ENGINE}/2015-03-31/functions", headers=headers).status_code == 403
    assert backend.seen == []


@pytest.mark.parametrize(
    "key", ["test", "000000000000", "222222222222", ACCOUNT, "X", "AKIA"], ids=lambda key: f"key={key}"
)
def test_a_forged_root_key_is_refused(call: Any, backend: Any, key: str) -> None:
    assert call("GET", ENGINE, sign=(key, "guessed", "s3")).status_code == 403
    assert backend.seen == []


def test_the_secret_makes_nobody_root_of_another_account(call: Any) -> None:
    assert call("GET", ENGINE, sign=("222222222222", OPERATOR[1], "s3")).status_code == 403


def test_a_changed_body_breaks_the_operators_signature(call: Any) -> None:
    request = AWSRequest("POST", f"{ENGINE}/", data=b"signed")
    SigV4Auth(Credentials(*OPERATOR[:2]), "dynamodb", REGION).add_auth(request)
    headers = dict(request.headers.items())
    assert call("POST", f"{ENGINE}/", headers=headers, content=b"signed").status_code == 200
    assert call("POST", f"{ENGINE}/", headers=headers, content=b"forged").status_code == 403


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_an_old_signature_of_the_operator_is_refused(
    call: Any, age: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: datetime.now(UTC) - age)
    assert call("GET", ENGINE, sign=OPERATOR).status_code == 403


@pytest.mark.parametrize(
    "authorization",
    [
        f"AWS {ACCOUNT}:c2lnbmF0dXJl",
        f"AWS4-ECDSA-P256-SHA256 Credential={ACCOUNT}/20261121/s3/aws4_request, SignedHeaders=host, Signature=00",
        f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20261121/us-east-1/s3, SignedHeaders=host, Signature={'0' * 64}",
        f"AWS4-HMAC-SHA256 Credential=/20261121/us-east-1/s3/aws4_request, SignedHeaders=host, Signature={'0' * 64}",
    ],
)
def test_other_forms_of_signature_are_refused(call: Any, backend: Any, authorization: str) -> None:
    assert call("GET", ENGINE, headers={"authorization": authorization}).status_code == 403
    assert backend.seen == []


def test_two_signatures_are_one_too_many(call: Any) -> None:
    assert call("PUT", presigned(), sign=ROLE).status_code == 403


def test_two_host_headers_are_refused() -> None:
    scope = {"method": "GET", "path": "/", "headers": [(b"host", b"127.0.0.1"), (b"Host", b"evil.test")]}
    with pytest.raises(Refused) as refused:
        Request.of(scope)
    assert refused.value.status == 400


def test_keys_that_the_engine_checks_are_left_to_it(call: Any) -> None:
    assert call("POST", f"{ENGINE}/", content=b"{}", sign=ROLE).status_code == 200


def test_an_unsigned_call_of_the_control_plane_is_refused(call: Any) -> None:
    assert call("GET", ENGINE).status_code == 403
    assert call("GET", f"{ENGINE}/bucket/key").status_code == 403


def test_cognitos_public_operations_need_no_signature(call: Any) -> None:
    target = {"x-amz-target": "AWSCognitoIdentityProviderService.SignUp"}
    assert call("POST", f"{ENGINE}/", headers=target, content=b"{}").status_code == 200
    assert call("GET", f"{ENGINE}/us-east-1_pool/.well-known/jwks.json").status_code == 200
    assert call("POST", f"{ENGINE}/2015-03-31/functions", headers=target).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/_ministack/ready/reset",
        "/_ministack/reset",
        "/_ministack/config",
        "/_ministack/ses/messages",
        "/_localstack/x",
    ],
)
@pytest.mark.parametrize("url", [ENGINE, CDN, API])
def test_the_engines_administration_is_the_operators(call: Any, backend: Any, url: str, path: str) -> None:
    assert call("POST", f"{url}{path}").status_code == 403
    assert call("POST", f"{url}{path}", headers={"authorization": "Bearer guessed"}).status_code == 403
    assert backend.seen == []
    operator = {"authorization": "Bearer drawn-once"}
    assert call("POST", f"{url}{path}", headers={**operator, "origin": FRONT}).status_code == 403
    assert call("POST", f"{url}{path}", headers=operator).status_code == 200
    assert "authorization" not in backend.seen[0]["headers"]


@pytest.mark.parametrize(
    "path", ["/_ministack/ready", "/_ministack/health", "/_ministack/cfn-response/token"]
)
def test_readiness_and_custom_resources_are_open(call: Any, path: str) -> None:
    assert call("PUT", f"{ENGINE}{path}").status_code == 200


def test_a_presigned_upload_works_from_the_front_and_from_programs(call: Any) -> None:
    assert call("PUT", presigned(), content=b"picture").status_code == 200
    assert (
        call("PUT", presigned(), headers={"origin": FRONT, "sec-fetch-site": "cross-site"}).status_code == 200
    )
    assert call("OPTIONS", presigned(), headers={"origin": FRONT}).status_code == 200
    assert call("PUT", presigned(), headers={"origin": "http://evil.test"}).status_code == 403


def test_the_operators_presigned_url_is_verified_before_the_engine_routes_it(call: Any, backend: Any) -> None:
    assert call("PUT", presigned(ACCOUNT, "drawn-once")).status_code == 200
    assert call("OPTIONS", presigned(ACCOUNT, "drawn-once"), headers={"origin": FRONT}).status_code == 200
    backend.seen.clear()
    assert call("PUT", presigned(ACCOUNT, "guessed")).status_code == 403
    assert (
        call("GET", presigned(ACCOUNT, "guessed", path="/2015-03-31/functions", method="GET")).status_code
        == 403
    )
    assert (
        call("PUT", presigned(ACCOUNT, "drawn-once").replace("%2Fs3%2F", "%2Flambda%2F")).status_code == 403
    )
    assert backend.seen == []


def test_a_query_signed_for_another_service_is_the_control_planes(call: Any) -> None:
    url = presigned().replace("%2Fs3%2F", "%2Flambda%2F")
    assert call("GET", url).status_code == 200
    assert call("GET", url, headers={"origin": FRONT}).status_code == 403


def test_a_presigned_url_under_another_path_is_refused(call: Any) -> None:
    url = presigned(ACCOUNT, "drawn-once").replace("/bucket/key", "/2015-03-31/functions")
    assert call("PUT", url).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-target": "DynamoDB_20120810.DeleteTable"},
        {"access-control-request-headers": "content-type, Authorization"},
        {"access-control-request-headers": "x-amz-target"},
    ],
)
def test_a_presigned_url_is_no_way_around_the_origin_rule(call: Any, headers: dict[str, str]) -> None:
    assert call("OPTIONS", presigned(), headers={"origin": FRONT, **headers}).status_code == 403
    assert call("PUT", f"{presigned()}&Action=ListUsers", headers={"origin": FRONT}).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        f"AWSAccessKeyId={ACCOUNT}&Signature=x&Expires=9999999999",
        f"X-Amz-Credential={ACCOUNT}/20261121/us-east-1/s3/aws4_request",
        f"x-amz-credential={ACCOUNT}/20261121/us-east-1/s3/aws4_request&X-Amz-Signature=00",
    ],
)
def test_half_a_presigned_url_is_refused(call: Any, backend: Any, query: str) -> None:
    assert call("GET", f"{ENGINE}/bucket/key?{query}").status_code == 403
    assert backend.seen == []


def test_a_repeated_parameter_of_a_presigned_url_is_refused(call: Any) -> None:
    assert call("PUT", f"{presigned()}&X-Amz-Expires=99999").status_code == 403


def test_the_http_api_is_for_everybody(call: Any, backend: Any) -> None:
    headers = {"origin": "http://elsewhere.test", "authorization": "Bearer token"}
    assert call("POST", f"{API}/v1/images/upload", headers=headers).status_code == 200
    assert backend.seen[0]["headers"]["authorization"] == "Bearer token"


@pytest.mark.parametrize("url", [f"{API}/v1/search", f"{CDN}/img/x.webp"])
def test_a_forged_root_key_is_refused_on_every_plane(call: Any, backend: Any, url: str) -> None:
    assert call("GET", url, sign=("test", "guessed", "lambda")).status_code == 403
    assert backend.seen == []


def test_cloudfront_answers_reads_only(call: Any) -> None:
    assert call("GET", f"{CDN}/img/x.webp", headers={"origin": "http://elsewhere.test"}).status_code == 200
    assert call("POST", f"{CDN}/img/x.webp").status_code == 405


def test_everything_that_passes_counts_as_tls(call: Any, backend: Any) -> None:
    call("GET", f"{CDN}/img/x.webp", headers={"x-forwarded-proto": "http"})
    assert backend.seen[0]["headers"]["x-forwarded-proto"] == "https"
    assert backend.seen[0]["names"].count("x-forwarded-proto") == 1


def test_a_body_over_the_limit_of_the_http_api_is_refused_at_once(call: Any, backend: Any) -> None:
    assert call("POST", f"{API}/v1/x", content=b"a" * API_BODY_MAX_BYTES).status_code == 200
    assert call("POST", f"{API}/v1/x", content=b"a" * (API_BODY_MAX_BYTES + 1)).status_code == 413
    assert len(backend.seen) == 1


def test_a_body_without_length_is_cut_at_the_limit(call: Any, backend: Any) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"a" * 1024 * 1024

    assert call("POST", f"{API}/v1/x", content=endless()).status_code == 413
    assert backend.seen == []


def test_a_length_that_is_no_number_is_refused(call: Any) -> None:
    assert call("POST", f"{API}/v1/x", headers={"content-length": "-1"}).status_code == 400
