"""Sends one file to the address that a ticket names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from cli.problem import UnreachableError, describe
from cli.responses import Ticket
from cli.retry import SENDING, Retry
from lumenstock.kernel.errors import ClientError

_CHUNK_BYTES = 256 * 1024
# No byte for this long means a dead connection; the whole file may take as long as it needs.
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_S3_CODE = re.compile(r"<Code>(\w+)</Code>")
_S3_MESSAGE = re.compile(r"<Message>([^<]+)</Message>")

OnBytes = Callable[[int], None]


class StorageRefusedError(ClientError):
    """The store did not take the file."""

    code, title = "storage_refused", "Storage refused"


class Storage:
    """Puts files at presigned addresses. Safe to share between threads."""

    def __init__(self, retry: Retry = SENDING) -> None:
        """Try as often as ``retry`` says."""
        self._retry = retry
        self._http = httpx.Client(timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def put(self, path: Path, ticket: Ticket, on_bytes: OnBytes) -> None:
        """Send the file at ``path``; ``on_bytes`` is told how many bytes are sent, 0 at each new attempt.

        The address is ours alone and takes one file only, so 412 means that an attempt whose answer
        was lost had come through.

        Raises:
            UnreachableError: No answer came in all attempts.
            StorageRefusedError: The address has ended, or the file is not the one that was announced.
        """
        try:
            response = self._retry.until_lasting(
                lambda: self._http.request(
                    ticket.method, ticket.upload_url, headers=ticket.headers, content=_chunks(path, on_bytes)
                )
            )
        except httpx.TransportError as cause:
            raise UnreachableError(f"The store does not answer ({describe(cause)}).") from cause
        if response.is_error and response.status_code != httpx.codes.PRECONDITION_FAILED:
            raise _refusal(response)


def _chunks(path: Path, on_bytes: OnBytes) -> Iterator[bytes]:
    sent = 0
    on_bytes(sent)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
            sent += len(chunk)
            on_bytes(sent)


def _refusal(response: httpx.Response) -> StorageRefusedError:
    """S3 answers in XML; its code and message are what helps."""
    code, message = _S3_CODE.search(response.text), _S3_MESSAGE.search(response.text)
    why = message.group(1) if message else response.reason_phrase
    return StorageRefusedError(f"The store answered {code.group(1) if code else response.status_code}: {why}")
