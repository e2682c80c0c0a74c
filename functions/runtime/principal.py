"""Who calls: the claims of an access token that the gateway's JWT authorizer has verified."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Depends, Request

from lumenstock.accounts.roles import Role
from lumenstock.kernel.errors import ForbiddenError, NotAuthenticatedError
from lumenstock.kernel.ids import UserId


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller.

    Attributes:
        id: Cognito's ``sub``: stable for the life of the account.
        username: Cognito's user name, which its administrative calls want.
        roles: Groups that we know; others are ignored.
        access_token: The token itself, which Cognito wants for a sign-out everywhere.
    """

    id: UserId
    username: str
    roles: frozenset[Role]
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an operation. With ``roles``, one of them is enough."""

    signed_in: bool
    roles: frozenset[Role] = frozenset()

    def check(self, event: Mapping[str, Any]) -> None:
        """Let the caller of ``event`` through.

        Raises:
            NotAuthenticatedError: Nobody is signed in, or not by an access token.
            ForbiddenError: The caller has none of the roles.
        """
        if self.signed_in:
            principal = principal_of(event)
            if self.roles and not self.roles & principal.roles:
                wanted = " or ".join(sorted(self.roles))
                message = f"This needs the role {wanted}."
                raise ForbiddenError(message)


PUBLIC = Access(signed_in=False)
SIGNED_IN = Access(signed_in=True)
CONTRIBUTORS = Access(signed_in=True, roles=frozenset({Role.CONTRIBUTOR}))
ADMINS = Access(signed_in=True, roles=frozenset({Role.ADMIN}))


def principal_of(event: Mapping[str, Any]) -> Principal:
    """The caller of an HTTP API event (payload format 2.0).

    Raises:
        NotAuthenticatedError: The event has no claims, or they are not of an access token. (The gateway
            lets an identity token of the same client through: its audience fits.)
    """
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    if "sub" not in claims or claims.get("token_use") != "access":
        message = "Sign in first: send an access token as Authorization: Bearer."
        raise NotAuthenticatedError(message)
    return Principal(
        id=UserId(claims["sub"]),
        username=claims.get("username", claims["sub"]),
        roles=frozenset(
            Role(name) for name in _groups(claims.get("cognito:groups", "")) if name in set(Role)
        ),
        access_token=event.get("headers", {}).get("authorization", "").rpartition(" ")[2],
    )


def _groups(claim: str | list[str]) -> Iterable[str]:
    """The gateway flattens a list claim into one string: ``[contributor admin]``."""
    return claim if isinstance(claim, list) else re.findall(r"[\w-]+", claim)


def _current(request: Request) -> Principal:
    return principal_of(request.resolved_event.raw_event)


# Declare a parameter of this type to be given the caller.
Caller = Annotated[Principal, Depends(_current)]
