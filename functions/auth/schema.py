"""Bodies of the accounts API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from functions.runtime.schema import AnswerModel, RequestModel
from lumenstock.accounts.password import MAX_LENGTH, MIN_LENGTH, weakness
from lumenstock.accounts.roles import Role
from lumenstock.kernel.text import LINE_PATTERN, tidy_line

# RFC 5321's mailbox without quoted local parts, address literals and names without a dot.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+$"

_CONTROL = r"\x00-\x1f\x7f"
_EDGE = rf"[^\s{_CONTROL}]"
_STRONG = r"^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[!-/:-@\[-`{-~])" rf"{_EDGE}[^{_CONTROL}]*{_EDGE}$"


def _strong(password: str) -> str:
    fault = weakness(password)
    if fault is not None:
        raise ValueError(fault)
    return password


Email = Annotated[
    str,
    Field(pattern=_EMAIL, max_length=128, description="Case does not matter.", examples=["ana@example.com"]),
    AfterValidator(str.lower),
]
NewPassword = Annotated[
    str,
    Field(
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        description="With a lower-case and an upper-case letter, a digit and a symbol.",
        examples=["Sunset-over-7-seas"],
        json_schema_extra={"pattern": _STRONG},  # pydantic's own patterns cannot look ahead
    ),
    AfterValidator(_strong),
]
Password = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH, examples=["Sunset-over-7-seas"])]
RefreshToken = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[!-~]+$")]


class RegisterRequest(RequestModel):
    """A new account."""

    email: Email
    password: NewPassword = Field(repr=False)
    display_name: Annotated[
        str,
        Field(
            pattern=LINE_PATTERN,
            max_length=60,
            description="Shown beside the pictures.",
            examples=["Ana Lima"],
        ),
        AfterValidator(tidy_line),
    ]
    role: Literal[Role.CONTRIBUTOR, Role.BUYER]


class ConfirmRequest(RequestModel):
    """The code from the mail."""

    email: Email
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["123456"])]


class LoginRequest(RequestModel):
    """E-mail and password."""

    email: Email
    password: Password = Field(repr=False)


class RefreshRequest(RequestModel):
    """A refresh token."""

    refresh_token: RefreshToken = Field(repr=False)


class LogoutRequest(RequestModel):
    """Which session to end."""

    refresh_token: RefreshToken = Field(repr=False, description="End this session only.")


class Accepted(AnswerModel):
    """What happens next."""

    detail: str = Field(examples=["If the address is new, a code is on its way to it."])


class Tokens(AnswerModel):
    """A session."""

    access_token: str = Field(description="Send it as `Authorization: Bearer`.", repr=False)
    refresh_token: str = Field(description="Buys the next access token, for 30 days.", repr=False)
    expires_in: int = Field(description="Life of the access token in seconds.", examples=[900])
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme


class Me(AnswerModel):
    """The account that is signed in."""

    id: str
    email: str
    display_name: str
    roles: list[Role]
    created_at: datetime
