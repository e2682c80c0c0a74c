"""The roles of an account: Cognito groups of the same names."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account may do."""

    CONTRIBUTOR = "contributor"
    BUYER = "buyer"
    ADMIN = "admin"


# What a person may ask for; an operator makes an admin.
SELF_SERVICE = frozenset({Role.CONTRIBUTOR, Role.BUYER})


def granted_role(asked: str) -> Role:
    """The role that a new account gets for what was asked at sign-up.

    Anyone can sign up at Cognito itself and ask there for whatever they like: they become a buyer.
    """
    return Role(asked) if asked in SELF_SERVICE else Role.BUYER
