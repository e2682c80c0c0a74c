"""Accounts in a Cognito user pool. Groups are roles; ``name`` and ``custom:role`` come from sign-up."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lumenstock.accounts.model import Account, Registration, Session
from lumenstock.accounts.ports import EmailTakenError
from lumenstock.accounts.roles import Role
from lumenstock.kernel.errors import (
    FieldError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    TooManyRequestsError,
)
from lumenstock.kernel.ids import UserId

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AuthenticationResultTypeTypeDef

_LIMITS = ("LimitExceededException", "TooManyFailedAttemptsException", "TooManyRequestsException")
_WRONG_CODE = ("AliasExistsException", "CodeMismatchException", "ExpiredCodeException")
_NO_SESSION = ("NotAuthorizedException", "UnsupportedTokenTypeException", "UserNotFoundException")


class CognitoIdentity:
    """Implements :class:`lumenstock.accounts.ports.IdentityProvider`."""

    def __init__(self, client: CognitoIdentityProviderClient, user_pool_id: str, client_id: str) -> None:
        """``client_id`` is the pool's public client, which has no secret and hides unknown users."""
        self._client = client
        self._pool = user_pool_id
        self._app = client_id

    def sign_up(self, registration: Registration) -> None:
        """See the protocol. A mail that cannot be delivered is no error: it would tell a new e-mail."""
        refusals = {
            "UsernameExistsException": EmailTakenError(),
            "InvalidPasswordException": _invalid("/password", "password_refused", "Choose another password."),
            "InvalidParameterException": _invalid(
                "/email", "email_refused", "This is not an e-mail address."
            ),
            "CodeDeliveryFailureException": None,
        }
        with _translated(refusals):
            self._client.sign_up(
                ClientId=self._app,
                Username=registration.email,
                Password=registration.password,
                UserAttributes=[
                    {"Name": "email", "Value": registration.email},
                    {"Name": "name", "Value": registration.display_name},
                    {"Name": "custom:role", "Value": registration.role},
                ],
            )

    def confirm(self, email: str, code: str) -> None:
        """See the protocol."""
        wrong = _invalid(
            "/code",
            "code_refused",
            "The code is wrong or too old, or the account is confirmed already: sign in.",
        )
        codes = (*_WRONG_CODE, "NotAuthorizedException", "UserNotFoundException", "InvalidParameterException")
        with _translated(dict.fromkeys(codes, wrong)):
            self._client.confirm_sign_up(ClientId=self._app, Username=email, ConfirmationCode=code)

    def send_code_again(self, email: str) -> None:
        """See the protocol."""
        unwanted = (
            *_LIMITS,
            "CodeDeliveryFailureException",
            "InvalidParameterException",
            "UserNotFoundException",
        )
        with _translated(dict.fromkeys(unwanted)):
            self._client.resend_confirmation_code(ClientId=self._app, Username=email)

    def sign_in(self, email: str, password: str) -> Session:
        """See the protocol. Cognito says that an e-mail is not confirmed before it looks at the password."""
        wrong = NotAuthenticatedError(
            "The e-mail or the password is wrong, or the e-mail is not confirmed yet."
        )
        refusals = (
            "NotAuthorizedException",
            "PasswordResetRequiredException",
            "UserNotConfirmedException",
            "UserNotFoundException",
        )
        with _translated(dict.fromkeys(refusals, wrong)):
            answer = self._client.initiate_auth(
                ClientId=self._app,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
        if "AuthenticationResult" not in answer:  # a challenge, such as a password that must be changed first
            raise wrong
        return _session(answer["AuthenticationResult"])

    def refresh(self, refresh_token: str) -> Session:
        """See the protocol."""
        ended = NotAuthenticatedError("The session has ended. Sign in again.")
        with _translated(dict.fromkeys(_NO_SESSION, ended)):
            answer = self._client.initiate_auth(
                ClientId=self._app,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        return _session({"RefreshToken": refresh_token, **answer["AuthenticationResult"]})

    def revoke(self, refresh_token: str) -> None:
        """See the protocol."""
        with _translated(dict.fromkeys((*_NO_SESSION, "InvalidParameterException", "UnauthorizedException"))):
            self._client.revoke_token(ClientId=self._app, Token=refresh_token)

    def sign_out(self, access_token: str) -> None:
        """See the protocol."""
        with _translated(dict.fromkeys(_NO_SESSION)):
            self._client.global_sign_out(AccessToken=access_token)

    def account(self, username: str) -> Account:
        """See the protocol."""
        with _translated({"UserNotFoundException": NotFoundError("There is no such account.")}):
            answer = self._client.admin_get_user(UserPoolId=self._pool, Username=username)
        values = {item["Name"]: item.get("Value", "") for item in answer["UserAttributes"]}
        return Account(
            id=UserId(values["sub"]),
            email=values.get("email", ""),
            display_name=values.get("name", ""),
            asked_role=values.get("custom:role", ""),
        )

    def grant(self, username: str, role: Role) -> None:
        """See the protocol."""
        with _translated({"UserNotFoundException": NotFoundError("There is no such account.")}):
            self._client.admin_add_user_to_group(UserPoolId=self._pool, Username=username, GroupName=role)


@contextmanager
def _translated(refusals: Mapping[str, Exception | None]) -> Iterator[None]:
    """Raise what ``refusals`` says for a code of Cognito; None is no error at all."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in refusals:
            refusal = refusals[code]
            if refusal is not None:
                raise refusal from error
        elif code in _LIMITS:
            message = "Too many tries. Wait a while."
            raise TooManyRequestsError(message) from error
        else:
            raise


def _session(result: AuthenticationResultTypeTypeDef) -> Session:
    claims = _claims(result["AccessToken"])
    groups = claims.get("cognito:groups", [])
    return Session(
        access_token=result["AccessToken"],
        refresh_token=result["RefreshToken"],
        expires_in_s=result["ExpiresIn"],
        user_id=UserId(claims["sub"]),
        roles=frozenset(Role(name) for name in groups if name in set(Role)),
    )


def _claims(token: str) -> dict[str, Any]:
    """What a token says; it came from Cognito itself, so its signature needs no look."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _invalid(pointer: str, code: str, detail: str) -> InvalidInputError:
    return InvalidInputError(detail, errors=(FieldError(pointer, code, detail),))
