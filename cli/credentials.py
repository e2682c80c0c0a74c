"""Who is signed in where: one small file that only its owner can read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from localcloud.lock import exclusive


class Account(BaseModel):
    """A sign-in at one API. ``expires_at`` is the end of the access token."""

    model_config = ConfigDict(frozen=True)

    email: str
    access_token: str
    refresh_token: str
    expires_at: datetime


class _File(BaseModel):
    accounts: dict[str, Account] = {}


class Credentials:
    """The file of sign-ins, by API address. Written whole and renamed, so a reader never sees half of it.

    One writer at a time: two commands that renew their tokens in the same moment keep both.
    """

    def __init__(self, path: Path) -> None:
        """Use the file at ``path``; it need not exist."""
        self._path = path

    def get(self, api: str) -> Account | None:
        """The account that is signed in at ``api``."""
        return self._read().accounts.get(api)

    def put(self, api: str, account: Account) -> None:
        """Remember ``account`` for ``api``."""
        with self._changing() as accounts:
            accounts[api] = account

    def remove(self, api: str) -> None:
        """Forget the account of ``api``."""
        with self._changing() as accounts:
            accounts.pop(api, None)

    def _read(self) -> _File:
        # A file that is missing or damaged means "not signed in": signing in again writes a good one.
        try:
            return _File.model_validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return _File()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Account]]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with exclusive(self._path.with_suffix(".lock")):
            file = self._read()
            yield file.accounts
            # mkstemp makes the file 0600 from the start.
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as temporary:
                temporary.write(file.model_dump_json(indent=2))
            Path(name).replace(self._path)


def default_path() -> Path:
    """``$XDG_CONFIG_HOME/lumenstock/credentials.json``, below ``~/.config`` without that variable."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "lumenstock" / "credentials.json"
