"""How a person becomes a member. Neither an answer nor its time tells whether an e-mail is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from lumenstock.accounts.model import Registration
from lumenstock.accounts.ports import EmailTakenError, IdentityProvider
from lumenstock.accounts.roles import granted_role
from lumenstock.kernel.clock import Clock

# Longer than Cognito takes in any case: 0.3 to 1 s for an account and its mail, less where there is no mail.
ANSWER_AFTER = timedelta(seconds=1.5)


def register(
    identity: IdentityProvider, registration: Registration, *, clock: Clock, sleep: Callable[[float], None]
) -> None:
    """Create an account. If the e-mail has one, nothing of it changes, and the answer is the same.

    Who registers again before confirming gets a new mail, as the first may be lost.

    Raises:
        InvalidInputError: The e-mail or the password is refused, whether or not the e-mail is known.
    """
    answer_at = clock.now() + ANSWER_AFTER
    try:
        identity.sign_up(registration)
    except EmailTakenError:
        identity.send_code_again(registration.email)
    sleep(max(0.0, (answer_at - clock.now()).total_seconds()))


def confirm(identity: IdentityProvider, email: str, code: str) -> None:
    """Confirm the e-mail of a new account and give it the role that it asked for.

    A crash between the two leaves an account without a role; the next sign-in gives it.

    Raises:
        InvalidInputError: The code is wrong or old, there is no such account, or it is confirmed already.
    """
    identity.confirm(email, code)
    grant_asked_role(identity, email)


def grant_asked_role(identity: IdentityProvider, email: str) -> None:
    """Give an account the role that it asked for at sign-up.

    Raises:
        NotFoundError: There is no such account.
    """
    identity.grant(email, granted_role(identity.account(email).asked_role))
