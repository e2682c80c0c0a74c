"""What we know of a person, and of a person who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lumenstock.accounts.roles import Role
from lumenstock.kernel.ids import UserId


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody enters to become a member. ``email`` is in lower case."""

    email: str
    password: str
    display_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the identity provider holds it. ``asked_role`` is unchecked text."""

    id: UserId
    email: str
    display_name: str
    asked_role: str


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in.

    Attributes:
        access_token: JWT, sent with every call.
        refresh_token: Buys the next access token; ends with a sign-out.
        expires_in_s: Life of the access token.
        user_id: Whose it is.
        roles: As the access token says.
    """

    access_token: str
    refresh_token: str
    expires_in_s: int
    user_id: UserId
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Profile:
    """The item ``USR#sub`` / ``PROFILE``, made at the first sign-in."""

    id: UserId
    email: str
    display_name: str
    created_at: datetime
