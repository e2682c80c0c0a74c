"""Accounts through the deployed gateway, functions and user pool."""

from __future__ import annotations

import secrets

import httpx
import pytest

from tests.e2e import tokens
from tests.e2e.journey import expect
from tests.e2e.stage import Person, Stage


def is_refused_by_the_gateway(answer: httpx.Response) -> bool:
    return answer.status_code == 401 and answer.json() == {"message": "Unauthorized"}


def with_token(cloud: Stage, token: str) -> httpx.Response:
    with cloud.client(token) as api:
        return api.get("/v1/auth/me")


def test_a_new_person_is_known_by_their_token(buyer: Person) -> None:
    me = expect(buyer.api.get("/v1/auth/me"))
    assert (me["id"], me["email"], me["displayName"], me["roles"]) == (
        buyer.id, buyer.email, "Test buyer", ["buyer"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "forge",
    [
        tokens.changed_claims,
        tokens.unsigned,
        tokens.foreign_key,
        tokens.shared_secret,
        tokens.foreign_pool,
        "".join,
    ],
)
def test_a_token_that_the_pool_did_not_sign_is_refused(
    cloud: Stage, buyer: Person, forge: tokens.Forge
) -> None:
    forged = "garbage" if forge == "".join else forge(buyer.access_token)
    assert is_refused_by_the_gateway(with_token(cloud, forged))


def test_an_expired_token_is_refused(cloud: Stage, buyer: Person) -> None:
    if cloud.home is None:
        pytest.skip("AWS keeps the key of the pool to itself, and a token lives 15 minutes")
    keys = cloud.home.folder / "engine" / "cognito-pool-keys"
    pool_key = keys / f"{cloud.outputs['UserPoolId']}-access.pem"
    assert is_refused_by_the_gateway(with_token(cloud, tokens.expired(buyer.access_token, pool_key)))


def test_without_a_token_only_public_operations_answer(cloud: Stage) -> None:
    with cloud.client() as api:
        assert is_refused_by_the_gateway(api.get("/v1/auth/me"))
        assert is_refused_by_the_gateway(api.post("/v1/images/upload", json={}))
        assert expect(api.get("/v1/health")) == {"status": "ok"}


def test_the_wrong_role_is_forbidden(buyer: Person) -> None:
    body = {"filename": "a.jpg", "contentType": "image/jpeg", "sizeBytes": 1, "title": "A"}
    answer = buyer.api.post("/v1/images/upload", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def same(*answers: httpx.Response) -> bool:
    """Whether nothing in the answers differs but the names and times of the requests."""
    seen = set()
    for answer in answers:
        text = answer.text.replace(answer.headers["x-request-id"], "")
        names = sorted(set(answer.headers) - {"apigw-requestid", "date", "x-request-id"})
        seen.add((answer.status_code, text, tuple((name, answer.headers[name]) for name in names)))
    return len(seen) == 1


def test_no_answer_tells_whether_an_email_is_known(cloud: Stage, buyer: Person) -> None:
    unknown = f"nobody-{secrets.token_hex(6)}@example.org"
    with cloud.client() as api:

        def login(email: str) -> httpx.Response:
            return api.post("/v1/auth/login", json={"email": email, "password": "Wrong-passw0rd"})

        def confirm(email: str) -> httpx.Response:
            return api.post("/v1/auth/confirm", json={"email": email, "code": "654321"})

        def register(email: str) -> httpx.Response:
            body = {"email": email, "password": "Other-passw0rd", "displayName": "X", "role": "buyer"}
            return api.post("/v1/auth/register", json=body)

        for ask in (login, confirm, register):
            assert same(ask(buyer.email), ask(unknown)), ask


def test_a_wrong_code_confirms_nothing(cloud: Stage) -> None:
    email, password = f"late-{secrets.token_hex(6)}@example.org", "Sunset-over-7-seas"
    with cloud.client() as api:
        body = {"email": email, "password": password, "displayName": "Late", "role": "buyer"}
        expect(api.post("/v1/auth/register", json=body))
        refused = api.post("/v1/auth/confirm", json={"email": email, "code": "000000"})
        assert refused.json()["code"] == "validation_failed"
        assert api.post("/v1/auth/login", json={"email": email, "password": password}).status_code == 401


def test_a_session_is_renewed_until_it_is_ended(cloud: Stage, buyer: Person) -> None:
    with cloud.client() as api:
        held = {"refreshToken": buyer.refresh_token}
        renewed = expect(api.post("/v1/auth/refresh", json=held))
        assert with_token(cloud, renewed["accessToken"]).is_success
        assert buyer.api.post("/v1/auth/logout", json=held).status_code == 204
        ended = api.post("/v1/auth/refresh", json=held)
        assert (ended.status_code, ended.json()["code"]) == (401, "not_authenticated")


def test_signing_out_everywhere_ends_all_sessions(cloud: Stage, buyer: Person) -> None:
    with cloud.client() as api:
        credentials = {"email": buyer.email, "password": buyer.password}
        other = expect(api.post("/v1/auth/login", json=credentials))["refreshToken"]
        assert buyer.api.post("/v1/auth/logout").status_code == 204
        for token in (buyer.refresh_token, other):
            assert api.post("/v1/auth/refresh", json={"refreshToken": token}).status_code == 401
