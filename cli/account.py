"""``lumenstock register``, ``confirm``, ``login``, ``logout``, ``whoami``."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli.console import err, out
from cli.credentials import Credentials, default_path
from cli.options import DEFAULT_API, Api, AsJson, public_client, signed_in_client
from lumenstock.kernel.errors import LumenstockError


class Role(StrEnum):
    """What a new account is for."""

    CONTRIBUTOR = "contributor"
    BUYER = "buyer"


Email = Annotated[str, typer.Argument(help="E-mail address of the account.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def register(
    email: Email,
    *,
    name: Annotated[str, typer.Option("--name", prompt="Name shown to others", help="Name shown to others.")],
    role: Annotated[Role, typer.Option(help="Contributors upload, buyers buy.")] = Role.CONTRIBUTOR,
    password_stdin: PasswordStdin = False,
    api: Api = DEFAULT_API,
) -> None:
    """Ask for an account; a code comes by e-mail."""
    password = _password(from_stdin=password_stdin, twice=True)
    with public_client(api) as client:
        client.register(email=email, password=password, display_name=name, role=role)
    out.print(f"A code is on its way to {email}. Go on with: lumenstock confirm {email} CODE")
    if urlsplit(api).hostname in {"localhost", "127.0.0.1"}:
        err.print(f"[dim]The local cloud sends no mail: read it at {api}/mail[/]")


def confirm(
    email: Email,
    code: Annotated[str, typer.Argument(help="The code from the e-mail.")],
    *,
    api: Api = DEFAULT_API,
) -> None:
    """Prove that the e-mail address is yours, with the code that was sent to it."""
    with public_client(api) as client:
        client.confirm(email=email, code=code)
    out.print(f"{email} is confirmed. Go on with: lumenstock login {email}")


def login(email: Email, *, password_stdin: PasswordStdin = False, api: Api = DEFAULT_API) -> None:
    """Sign in. The session is kept in a file that only you can read, and lasts 30 days."""
    password = _password(from_stdin=password_stdin, twice=False)
    with public_client(api) as client:
        account = client.login(email=email, password=password)
    Credentials(default_path()).put(api, account)
    out.print(f"Signed in at {api} as {email}.")


def logout(*, api: Api = DEFAULT_API) -> None:
    """End the session, there and here."""
    try:
        with signed_in_client(api) as client:
            client.logout()
    except LumenstockError as error:
        err.print(f"[dim]{error.detail}[/]")
    Credentials(default_path()).remove(api)
    out.print(f"Signed out at {api}.")


def whoami(*, as_json: AsJson = False, api: Api = DEFAULT_API) -> None:
    """Show the account that is signed in."""
    with signed_in_client(api) as client:
        me = client.me()
    if as_json:
        typer.echo(me.model_dump_json(by_alias=True))
    else:
        out.print(f"{me.email} ({me.display_name}), {', '.join(me.roles) or 'no roles'}", markup=False)


def _password(*, from_stdin: bool, twice: bool) -> str:
    """Never an argument: the command line of a process is everybody's to read."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True))
