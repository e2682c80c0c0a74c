"""What we rely on of Cognito, the HTTP API and CloudFront."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

import httpx
import jwt
import pytest

pytestmark = pytest.mark.e2e
PASSWORD = "Correct-horse-1"


def sign_up(stack: Any) -> str:
    email = f"{secrets.token_hex(4)}@example.test"
    stack.operator.cognito.sign_up(ClientId=stack.outputs["Client"], Username=email, Password=PASSWORD)
    return email


def confirm(stack: Any, email: str, code: str = "123456") -> None:
    stack.operator.cognito.confirm_sign_up(
        ClientId=stack.outputs["Client"], Username=email, ConfirmationCode=code
    )


def tokens(stack: Any, email: str, password: str = PASSWORD) -> dict[str, Any]:
    result: dict[str, Any] = stack.operator.cognito.initiate_auth(
        ClientId=stack.outputs["Client"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )["AuthenticationResult"]
    return result


@pytest.fixture(scope="module")
def access_token(stack: Any) -> str:
    email = sign_up(stack)
    confirm(stack, email)
    stack.operator.cognito.admin_add_user_to_group(
        UserPoolId=stack.outputs["Users"], Username=email, GroupName="contributor"
    )
    token: str = tokens(stack, email)["AccessToken"]
    return token


def test_an_account_needs_the_mailed_code(stack: Any) -> None:
    email = sign_up(stack)
    with pytest.raises(stack.operator.cognito.exceptions.UserNotConfirmedException):
        tokens(stack, email)
    with pytest.raises(stack.operator.cognito.exceptions.CodeMismatchException):
        confirm(stack, email, "000000")
    confirm(stack, email)
    assert tokens(stack, email)["ExpiresIn"] == 900


def test_the_code_is_in_the_outbox(stack: Any) -> None:
    email = sign_up(stack)
    answer = httpx.get(
        f"{stack.home.engine_url}/_ministack/ses/messages",
        headers={"authorization": f"Bearer {stack.home.operator_secret}"},
    )
    mails = [mail for mails in answer.json()["messages"].values() for mail in mails if email in mail["To"]]
    assert "123456" in json.dumps(mails)


def test_an_unknown_account_and_a_wrong_password_look_the_same(stack: Any) -> None:
    email = sign_up(stack)
    confirm(stack, email)
    refused = stack.operator.cognito.exceptions.NotAuthorizedException
    with pytest.raises(refused) as wrong:
        tokens(stack, email, "Wrong-horse-1")
    with pytest.raises(refused) as unknown:
        tokens(stack, "nobody@example.test")
    assert str(wrong.value) == str(unknown.value)


def test_a_route_with_a_token_gets_the_claims(stack: Any, access_token: str) -> None:
    answer = stack.api("/v1/me", authorization=f"Bearer {access_token}")
    assert answer.status_code == 200
    assert "contributor" in answer.json()["claims"]["cognito:groups"]
    assert answer.headers["etag"] == '"1"'


def forged(token: str, **changes: Any) -> str:
    return jwt.encode(
        jwt.decode(token, options={"verify_signature": False}) | changes, "k" * 32, algorithm="HS256"
    )


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def tampered(token: str) -> str:
    head, payload, signature = token.split(".")
    return ".".join((head, payload, signature[:-4] + ("AAAA" if signature[-4:] != "AAAA" else "BBBB")))


@pytest.mark.parametrize("forge", [forged, unsigned, tampered, lambda _: "x"])
def test_a_route_refuses_any_other_token(stack: Any, access_token: str, forge: Any) -> None:
    assert stack.api("/v1/me", authorization=f"Bearer {forge(access_token)}").status_code == 401
    assert stack.api("/v1/me").status_code == 401


def test_any_other_path_is_answered_by_the_default_route(stack: Any) -> None:
    answer = stack.api("/v1/nowhere?a=1&a=2")
    assert (answer.status_code, answer.json()["route"]) == (404, "$default")
    assert answer.json()["query"] == {"a": "1,2"}


def test_cloudfront_reads_the_private_bucket_through_its_function(stack: Any) -> None:
    bucket = stack.outputs["Bucket"]
    stack.operator.s3.put_object(
        Bucket=bucket, Key="public/a.webp", Body=b"picture", ContentType="image/webp"
    )
    answer = stack.cdn("/img/a.webp")
    assert (answer.status_code, answer.content) == (200, b"picture")
    assert answer.headers["content-type"] == "image/webp"
    assert stack.cdn("/img/missing.webp").status_code in {403, 404}
    assert httpx.get(f"{stack.home.engine_url}/{bucket}/public/a.webp").status_code == 403


def test_an_unknown_api_reaches_nothing(stack: Any) -> None:
    answer = httpx.get(
        stack.home.engine_url, headers={"host": f"00000000.execute-api.localhost:{stack.home.engine_port}"}
    )
    assert answer.status_code == 404
