"""Who uploads, as everybody will see it."""

from __future__ import annotations

from lumenstock import bootstrap
from lumenstock.kernel.errors import ProfileMissingError
from lumenstock.kernel.ids import UserId


def display_name(contributor_id: UserId) -> str:
    """The name that a contributor's pictures carry.

    Raises:
        ProfileMissingError: The account has no profile yet.
    """
    profile = bootstrap.profiles().get(contributor_id)
    if profile is None:
        message = "This account has no profile yet. Call GET /v1/auth/me once, then try again."
        raise ProfileMissingError(message)
    return profile.display_name
