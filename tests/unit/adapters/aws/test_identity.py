"""Moto confirms with any code and knows no revocation: what Cognito refuses is played by a client that refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from lumenstock.accounts.model import Registration
from lumenstock.accounts.ports import EmailTakenError
from lumenstock.accounts.roles import Role
from lumenstock.adapters.aws.identity import CognitoIdentity
from lumenstock.kernel.errors import (
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    TooManyRequestsError,
)

ANA = Registration("ana@example.com", "Sunset-over-7-seas", "Ana Lima", Role.CONTRIBUTOR)


class Refusing:
    """A client of Cognito that refuses every call with one code."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def refuse(**_: object) -> None:
            raise ClientError({"Error": {"Code": self.code, "Message": ""}}, name)

        return refuse


def refused(code: str) -> CognitoIdentity:
    return CognitoIdentity(Refusing(code), "pool", "client")  # type: ignore[arg-type]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[CognitoIdentity]:
    """An empty user pool with our groups."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("cognito-idp", region_name="us-east-1")
        pool_id = client.create_user_pool(
            PoolName="p",
            UsernameAttributes=["email"],
            Schema=[{"Name": "role", "AttributeDataType": "String", "Mutable": False}],
        )["UserPool"]["Id"]
        for role in Role:
            client.create_group(UserPoolId=pool_id, GroupName=role)
        app = client.create_user_pool_client(
            UserPoolId=pool_id, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        yield CognitoIdentity(client, pool_id, app["UserPoolClient"].get("ClientId", ""))


def test_an_account_comes_back_as_it_was_registered(pool: CognitoIdentity) -> None:
    pool.sign_up(ANA)
    account = pool.account(ANA.email)
    assert (account.email, account.display_name, account.asked_role) == (ANA.email, "Ana Lima", "contributor")
    assert pool.account(account.id) == account


def test_a_session_carries_the_roles_of_its_token(pool: CognitoIdentity) -> None:
    pool.sign_up(ANA)
    with pytest.raises(NotAuthenticatedError):
        pool.sign_in(ANA.email, ANA.password)
    pool.confirm(ANA.email, "123456")
    assert pool.sign_in(ANA.email, ANA.password).roles == frozenset()
    for role in (Role.CONTRIBUTOR, Role.CONTRIBUTOR, Role.ADMIN):
        pool.grant(ANA.email, role)
    session = pool.sign_in(ANA.email, ANA.password)
    assert session.roles == {Role.CONTRIBUTOR, Role.ADMIN}
    assert session.user_id == pool.account(ANA.email).id


def test_a_refreshed_session_keeps_its_refresh_token_until_the_sign_out(pool: CognitoIdentity) -> None:
    pool.sign_up(ANA)
    pool.confirm(ANA.email, "123456")
    session = pool.sign_in(ANA.email, ANA.password)
    assert pool.refresh(session.refresh_token).user_id == session.user_id
    pool.sign_out(session.access_token)
    with pytest.raises(NotAuthenticatedError):
        pool.refresh(session.refresh_token)


def test_an_email_is_taken_once(pool: CognitoIdentity) -> None:
    pool.sign_up(ANA)
    with pytest.raises(EmailTakenError):
        pool.sign_up(ANA)


def test_nobody_has_no_account_and_gets_no_role(pool: CognitoIdentity) -> None:
    with pytest.raises(NotFoundError):
        pool.account("nobody@example.com")
    with pytest.raises(NotFoundError):
        pool.grant("nobody@example.com", Role.ADMIN)


@pytest.mark.parametrize(
    "code",
    [
        "NotAuthorizedException",
        "UserNotFoundException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
    ],
)
def test_every_refusal_of_a_sign_in_says_the_same(code: str) -> None:
    with pytest.raises(NotAuthenticatedError) as raised:
        refused(code).sign_in(ANA.email, ANA.password)
    assert raised.value.detail == "The e-mail or the password is wrong, or the e-mail is not confirmed yet."


@pytest.mark.parametrize(
    "code",
    [
        "AliasExistsException",
        "CodeMismatchException",
        "ExpiredCodeException",
        "NotAuthorizedException",
        "UserNotFoundException",
    ],
)
def test_every_refusal_of_a_code_says_the_same(code: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        refused(code).confirm(ANA.email, "123456")
    assert [error.pointer for error in raised.value.errors] == ["/code"]


@pytest.mark.parametrize(
    ("code", "pointer"), [("InvalidPasswordException", "/password"), ("InvalidParameterException", "/email")]
)
def test_a_refused_sign_up_names_the_field(code: str, pointer: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        refused(code).sign_up(ANA)
    assert [error.pointer for error in raised.value.errors] == [pointer]


def test_what_would_tell_a_known_email_is_no_error() -> None:
    refused("CodeDeliveryFailureException").sign_up(ANA)
    for code in ("LimitExceededException", "InvalidParameterException", "UserNotFoundException"):
        refused(code).send_code_again(ANA.email)


@pytest.mark.parametrize("code", ["NotAuthorizedException", "UnsupportedTokenTypeException"])
def test_ending_a_session_that_has_ended_is_no_error(code: str) -> None:
    refused(code).revoke("token")
    refused(code).sign_out("token")


@pytest.mark.parametrize(
    "code", ["LimitExceededException", "TooManyFailedAttemptsException", "TooManyRequestsException"]
)
@pytest.mark.parametrize(
    "call",
    [
        lambda identity: identity.sign_up(ANA),
        lambda identity: identity.confirm(ANA.email, "1"),
        lambda identity: identity.sign_in(ANA.email, "x"),
        lambda identity: identity.refresh("x"),
        lambda identity: identity.revoke("x"),
        lambda identity: identity.sign_out("x"),
        lambda identity: identity.account("x"),
    ],
)
def test_a_limit_is_told_as_one(code: str, call: Callable[[CognitoIdentity], object]) -> None:
    with pytest.raises(TooManyRequestsError):
        call(refused(code))


def test_a_refusal_that_nobody_expects_is_a_fault() -> None:
    with pytest.raises(ClientError):
        refused("InvalidLambdaResponseException").sign_in(ANA.email, "x")


def test_a_challenge_is_no_session() -> None:
    class Challenging:
        def initiate_auth(self, **_: object) -> dict[str, str]:
            return {"ChallengeName": "NEW_PASSWORD_REQUIRED"}

    with pytest.raises(NotAuthenticatedError):
        CognitoIdentity(Challenging(), "pool", "client").sign_in(ANA.email, "x")  # type: ignore[arg-type]
