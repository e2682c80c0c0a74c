"""What accounts need of the outside: an identity provider, and the table of profiles."""

from __future__ import annotations

from typing import Protocol

from lumenstock.accounts.model import Account, Profile, Registration, Session
from lumenstock.accounts.roles import Role
from lumenstock.kernel.ids import UserId


class EmailTakenError(Exception):
    """There is an account with this e-mail. Never shown: an answer must not tell."""


class IdentityProvider(Protocol):
    """Keeps e-mails, passwords and roles, and issues tokens.

    Every method may raise ``TooManyRequestsError``.
    """

    def sign_up(self, registration: Registration) -> None:
        """Create an unconfirmed account and mail it a code.

        Raises:
            EmailTakenError: There is one already.
            InvalidInputError: The e-mail or the password is refused.
        """
        ...

    def confirm(self, email: str, code: str) -> None:
        """Confirm the e-mail of a new account.

        Raises:
            InvalidInputError: The code is wrong or old, there is no such account, or it is confirmed already.
        """
        ...

    def send_code_again(self, email: str) -> None:
        """Mail a new code; nothing happens where none is wanted."""
        ...

    def sign_in(self, email: str, password: str) -> Session:
        """Sign in.

        Raises:
            NotAuthenticatedError: E-mail or password is wrong, or the e-mail is not confirmed: it does not
                say which.
        """
        ...

    def refresh(self, refresh_token: str) -> Session:
        """Renew the access token.

        Raises:
            NotAuthenticatedError: The refresh token is wrong, old or revoked.
        """
        ...

    def revoke(self, refresh_token: str) -> None:
        """End the session of one refresh token; nothing happens if it has ended."""
        ...

    def sign_out(self, access_token: str) -> None:
        """End all sessions of the account; nothing happens if they have ended."""
        ...

    def account(self, username: str) -> Account:
        """Look up an account by e-mail or user name.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def grant(self, username: str, role: Role) -> None:
        """Give a role; giving it twice is once.

        Raises:
            NotFoundError: There is no such account.
        """
        ...


class ProfileStore(Protocol):
    """Profiles."""

    def get(self, user_id: UserId) -> Profile | None:
        """Read one; None if the account never signed in."""
        ...

    def create(self, profile: Profile) -> Profile:
        """Put a new one, or keep the one that is there.

        Returns:
            The profile that stands.
        """
        ...
