"""Accounts over HTTP."""

from __future__ import annotations

from time import sleep
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.auth.schema import (
    Accepted,
    ConfirmRequest,
    LoginRequest,
    LogoutRequest,
    Me,
    RefreshRequest,
    RegisterRequest,
    Tokens,
)
from functions.runtime.http import Api
from functions.runtime.principal import SIGNED_IN, Caller
from lumenstock import bootstrap
from lumenstock.accounts import registration, session
from lumenstock.accounts.model import Registration, Session
from lumenstock.kernel.errors import (
    NotAuthenticatedError,
    NotFoundError,
    TooManyRequestsError,
)

api = Api("auth")
handler = api.handler


@api.operation(
    "POST",
    "/v1/auth/register",
    id="register",
    tag="accounts",
    summary="Create an account",
    description=(
        "Mails a code to the address, for `confirm`. The answer is the same whether or not the address is "
        "known; asking again mails the code again."
    ),
    status=202,
    returns="Taken in.",
    errors=(TooManyRequestsError,),
)
def register(wanted: Annotated[RegisterRequest, Body()]) -> Accepted:
    """Start an account."""
    asked = Registration(
        email=wanted.email, password=wanted.password, display_name=wanted.display_name, role=wanted.role
    )
    registration.register(bootstrap.identity(), asked, clock=bootstrap.clock(), sleep=sleep)
    return Accepted(detail="If the address is new, a code is on its way to it.")


@api.operation(
    "POST",
    "/v1/auth/confirm",
    id="confirmRegistration",
    tag="accounts",
    summary="Confirm an e-mail address",
    status=204,
    returns="The account can sign in, in the role that it asked for.",
    errors=(TooManyRequestsError,),
)
def confirm(proof: Annotated[ConfirmRequest, Body()]) -> None:
    """Finish an account."""
    registration.confirm(bootstrap.identity(), proof.email, proof.code)


@api.operation(
    "POST",
    "/v1/auth/login",
    id="login",
    tag="accounts",
    summary="Sign in",
    returns="A session.",
    errors=(NotAuthenticatedError, TooManyRequestsError),
)
def login(credentials: Annotated[LoginRequest, Body()]) -> Tokens:
    """Open a session."""
    opened = session.sign_in(
        bootstrap.identity(),
        bootstrap.profiles(),
        credentials.email,
        credentials.password,
        clock=bootstrap.clock(),
    )
    return _tokens(opened)


@api.operation(
    "POST",
    "/v1/auth/refresh",
    id="refreshSession",
    tag="accounts",
    summary="Renew the access token",
    returns="The session with a new access token, and possibly a new refresh token.",
    errors=(NotAuthenticatedError, TooManyRequestsError),
)
def refresh(held: Annotated[RefreshRequest, Body()]) -> Tokens:
    """Go on with a session."""
    return _tokens(bootstrap.identity().refresh(held.refresh_token))


@api.operation(
    "POST",
    "/v1/auth/logout",
    id="logout",
    tag="accounts",
    summary="Sign out",
    description=(
        "With a refresh token: ends that session. Without: ends all sessions of the account. Access tokens "
        "that are out are good until they expire, 15 minutes at most."
    ),
    status=204,
    returns="Signed out.",
    access=SIGNED_IN,
    errors=(TooManyRequestsError,),
)
def logout(caller: Caller, which: Annotated[LogoutRequest | None, Body()] = None) -> None:
    """End one session, or all."""
    if which is not None:
        bootstrap.identity().revoke(which.refresh_token)
    else:
        bootstrap.identity().sign_out(caller.access_token)


@api.operation(
    "GET",
    "/v1/auth/me",
    id="getMe",
    tag="accounts",
    summary="Show the account that is signed in",
    returns="The account.",
    access=SIGNED_IN,
    errors=(NotFoundError, TooManyRequestsError),
)
def me(caller: Caller) -> Me:
    """Who am I."""
    profile = session.profile_of(
        bootstrap.identity(), bootstrap.profiles(), caller.id, caller.username, clock=bootstrap.clock()
    )
    return Me(
        id=profile.id,
        email=profile.email,
        display_name=profile.display_name,
        roles=sorted(caller.roles),
        created_at=profile.created_at,
    )


def _tokens(opened: Session) -> Tokens:
    return Tokens(
        access_token=opened.access_token,
        refresh_token=opened.refresh_token,
        expires_in=opened.expires_in_s,
    )
