"""Signs a contributor in: registered, confirmed by the code in the mail, as a person would."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from dataclasses import dataclass

import httpx

from cli.client import Client
from localcloud.home import Home
from localcloud.mailbox import outbox
from lumenstock.kernel.errors import InvalidInputError, NotFoundError

_FIRST = (
    "Ada",
    "Bruno",
    "Chiara",
    "Dmitri",
    "Elif",
    "Femi",
    "Greta",
    "Hanna",
    "Ilse",
    "Jonas",
    "Kenji",
    "Mara",
)
_LAST = (
    "Adler",
    "Brandt",
    "Costa",
    "Diallo",
    "Ekström",
    "Fischer",
    "Gallo",
    "Horvat",
    "Ito",
    "Jansen",
    "Lind",
)
_CODE = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who uploads. Everything follows from the seed, so that a run can be repeated as the same person."""

    name: str
    email: str
    password: str

    @classmethod
    def of(cls, demo_seed: int) -> Contributor:
        """The contributor of a seed."""
        chance = random.Random(demo_seed)  # noqa: S311 - a name
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        return cls(name, f"demo-{demo_seed}@example.org", f"Demo-{demo_seed}-pictures")


def sign_in(client: Client, contributor: Contributor, home: Home) -> str:
    """Sign in ``client`` as ``contributor``, making the account if it is new.

    Returns:
        The account's id.

    Raises:
        NotFoundError: No code came.
        NotAuthenticatedError: The account is there with another password.
    """
    email, password = contributor.email, contributor.password
    client.register(email=email, password=password, display_name=contributor.name, role="contributor")
    with contextlib.suppress(InvalidInputError):  # confirmed in an earlier run of the same seed
        client.confirm(email=email, code=_code_from_mail(home, email))
    client.login(email=email, password=password)
    return client.me().id


def _code_from_mail(home: Home, email: str) -> str:
    async def mails() -> list[str]:
        async with httpx.AsyncClient(trust_env=False) as upstream:
            return [mail.text for mail in await outbox(home, upstream) if mail.to == email]

    codes = (_CODE.search(text) for text in asyncio.run(mails()))
    code = next((found.group() for found in codes if found), None)
    if code is None:
        message = f"No code for {email} is in the mail outbox."
        raise NotFoundError(message)
    return code
