"""Signing in, and the profile that the first sign-in makes."""

from __future__ import annotations

from lumenstock.accounts.model import Profile, Session
from lumenstock.accounts.ports import IdentityProvider, ProfileStore
from lumenstock.accounts.registration import grant_asked_role
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.ids import UserId


def sign_in(
    identity: IdentityProvider, profiles: ProfileStore, email: str, password: str, *, clock: Clock
) -> Session:
    """Sign in, and make the profile if this is the first time.

    Raises:
        NotAuthenticatedError: E-mail or password is wrong, or the e-mail is not confirmed: it does not say
            which.
    """
    session = identity.sign_in(email, password)
    if not session.roles:  # a crash came between confirming and granting
        grant_asked_role(identity, email)
        session = identity.sign_in(email, password)
    profile_of(identity, profiles, session.user_id, email, clock=clock)
    return session


def profile_of(
    identity: IdentityProvider, profiles: ProfileStore, user_id: UserId, username: str, *, clock: Clock
) -> Profile:
    """The profile of an account, made now if it has none (a client may sign in at Cognito itself).

    Raises:
        NotFoundError: The account is gone.
    """
    known = profiles.get(user_id)
    if known is not None:
        return known
    account = identity.account(username)
    return profiles.create(
        Profile(id=account.id, email=account.email, display_name=account.display_name, created_at=clock.now())
    )
