"""The roles of an account: Cognito groups of the same names."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account may do."""

    CONTRIBUTOR = "contributor"
    BUYER = "buyer"
    ADMIN = "admin"


# What a person may ask for; an admin is made by an operator.
SELF_SERVICE = frozenset({Role.CONTRIBUTOR, Role.BUYER})
