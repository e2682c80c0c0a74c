"""Options that several commands share, and what commands make of them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli.client import Client
from cli.credentials import Credentials, default_path
from cli.retry import ASKING, Retry
from cli.transport import Transport

DEFAULT_API = "http://localhost:8080"


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise typer.BadParameter("An address looks like https://images.example.org.")
    return value.rstrip("/")


Api = Annotated[
    str,
    typer.Option(
        "--api", envvar="LUMENSTOCK_API", callback=_address, help="Address of the API.", metavar="URL"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def public_client(api: str) -> Client:
    """A client for what needs no sign-in."""
    return Client(Transport(api))


def signed_in_client(api: str, retry: Retry = ASKING) -> Client:
    """A client for the account that is signed in at ``api``; it keeps renewed tokens."""
    credentials = Credentials(default_path())
    return Client(
        Transport(api, retry),
        account=credentials.get(api),
        on_renewed=lambda account: credentials.put(api, account),
    )
