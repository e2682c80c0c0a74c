"""Fetches files of a public repository from a model hub, resuming what was cut off.

Source: the file layout ``/{repository}/resolve/{revision}/{file}`` and the headers ``X-Repo-Commit`` and
``X-Linked-Etag`` are the Hugging Face hub's (https://huggingface.co/docs/hub); mirrors speak the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from encoders.catalogue import Recipe
from encoders.errors import HubError, HubRefusedError, HubUnreachableError, NotInHubError, WrongFileError
from encoders.lock import Lock, LockedFile, digest

HUB = "https://huggingface.co"

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_ATTEMPTS = 5
_SHA256, _SHA1 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")

OnBytes = Callable[[str, int, int | None], None]


def fetch(
    recipe: Recipe, folder: Path, lock: Lock, *, hub: str, sleep: Callable[[float], None], on_bytes: OnBytes
) -> bool:
    """Bring a model's checkpoint into ``folder``, and lock it if it is the first time.

    Files that are there and right are not fetched. Each arrives beside its place, is compared with the lock
    (the first time with what the hub says of it) and moved in whole, so a stopped run leaves nothing half.

    Args:
        recipe: What to fetch.
        folder: Where it goes.
        lock: What the files must be.
        hub: Address of the hub or of a mirror.
        sleep: Waits between attempts.
        on_bytes: Told the file, its bytes that are here, and its size if known.

    Returns:
        Whether this was the first fetch, which wrote the lock.

    Raises:
        HubError: A file could not be fetched, or is not the right one; the subclass says why.
        LockError: The lock cannot be used.
    """
    locked = lock.files(recipe)
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, LockedFile] = {}
    with httpx.Client(
        timeout=_TIMEOUT, follow_redirects=True, headers={"Accept-Encoding": "identity"}
    ) as http:
        for name in recipe.files:
            wanted = locked.get(name) if locked is not None else None
            there = digest(folder / name)
            if there is None or there != wanted:
                url = f"{hub.rstrip('/')}/{recipe.repository}/resolve/{recipe.revision}/{name}"
                download = _Download(http, url, folder / name, recipe.revision, sleep, on_bytes)
                there = download.run(wanted)
            found[name] = there
    if locked is None:
        lock.write(recipe, found)
    return locked is None


@dataclass(frozen=True, slots=True)
class _Download:
    """One file's way here."""

    http: httpx.Client
    url: str
    target: Path
    revision: str
    sleep: Callable[[float], None]
    on_bytes: OnBytes

    def run(self, wanted: LockedFile | None) -> LockedFile:
        part = self.target.with_name(f"{self.target.name}.part")
        told = self._patiently(part)
        arrived = digest(part)
        if arrived is None:
            message = f"{self.target.name} arrived and is gone again: does another run fetch it, too?"
            raise HubError(message)
        fault = _fault(part, arrived, wanted, told)
        if fault:
            part.unlink()
            message = f"{self.url} is not the right file: {fault}. It is thrown away."
            raise WrongFileError(message)
        part.replace(self.target)
        return arrived

    def _patiently(self, part: Path) -> str:
        """Receive the file in as many attempts as it takes; returns what the hub calls it."""
        for attempt in range(_ATTEMPTS):
            try:
                return self._receive(part)
            except (httpx.TransportError, _BusyError) as cause:
                if attempt + 1 == _ATTEMPTS:
                    host = httpx.URL(self.url).host
                    message = (
                        f"{host} did not deliver {self.target.name} in {_ATTEMPTS} attempts "
                        f"({type(cause).__name__}: {cause}). What has arrived is kept; call again to go on."
                    )
                    raise HubUnreachableError(message) from cause
                self.sleep(2.0**attempt)
        raise AssertionError  # the loop returns or raises

    def _receive(self, part: Path) -> str:
        have = part.stat().st_size if part.exists() else 0
        asked = {"Range": f"bytes={have}-"} if have else {}
        try:
            with self.http.stream("GET", self.url, headers=asked) as response:
                if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    part.unlink()  # it is longer than the file: of another one
                    raise _BusyError("a part of another file was in the way")
                self._refuse(response)
                goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT
                first = response.history[0] if response.history else response
                self._check_commit(first)
                length = response.headers.get("Content-Length")
                whole = int(length) + (have if goes_on else 0) if length else None
                with part.open("ab" if goes_on else "wb") as file:
                    for chunk in response.iter_raw():  # as it comes: what waits for more is lost in a cut
                        file.write(chunk)
                        self.on_bytes(self.target.name, file.tell(), whole)
        except OSError as error:
            message = f"{part} cannot be written: {error.strerror}."
            raise HubError(message) from error
        name: str = first.headers.get("X-Linked-Etag") or first.headers.get("ETag") or ""
        return name.removeprefix("W/").strip('"')

    def _refuse(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in {401, 403}:
            message = f"The hub refuses {self.url} ({status}): not public, or a proxy is in the way."
            raise HubRefusedError(message)
        if status == httpx.codes.NOT_FOUND:
            raise NotInHubError(
                f"{self.url} does not exist ({response.headers.get('X-Error-Code', status)})."
            )
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise _BusyError(f"status {status}")
        if status not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            raise HubRefusedError(f"The hub answers {self.url} with {status}.")

    def _check_commit(self, response: httpx.Response) -> None:
        commit = response.headers.get("X-Repo-Commit", self.revision)
        if commit != self.revision:
            message = f"{self.url} is of commit {commit}, which was not asked for."
            raise WrongFileError(message)


class _BusyError(Exception):
    """Another attempt may do."""


def _fault(part: Path, arrived: LockedFile, wanted: LockedFile | None, told: str) -> str:
    """Why a file is not the right one; empty if it is, or if nobody can tell."""
    if wanted is not None:
        names = f"the lock names {wanted.sha256} of {wanted.size:,} bytes"
        return "" if arrived == wanted else f"{names}, this is {arrived.sha256} of {arrived.size:,}"
    if _SHA256.fullmatch(told):
        return "" if arrived.sha256 == told else f"the hub names {told}, this is {arrived.sha256}"
    if _SHA1.fullmatch(told):  # git's own name of a small file
        content = part.read_bytes()
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        return "" if blob == told else f"the hub names the git object {told}, this is {blob}"
    return ""
