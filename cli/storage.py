"""Sends a file, or a part of one, to the address that a ticket names."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from cli.problem import UnreachableError, describe
from cli.quiet import Quiet
from cli.responses import PartTicket, Ticket
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

    @property
    def is_expired(self) -> bool:
        """Whether a new address may help: S3 answers 403 for one that has ended."""
        return self.http_status == httpx.codes.FORBIDDEN

    def __init__(self, detail: str, http_status: int) -> None:
        """Keep the store's words and its HTTP status."""
        super().__init__(detail)
        self.http_status = http_status


class FileChangedError(OSError):
    """The file is not the one that was announced."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        message = "The file changed while it was sent; call again to send what it is now"
        super().__init__(errno.ESTALE, message, str(path))


@dataclass(frozen=True, slots=True)
class Slice:
    """Some bytes of a file."""

    path: Path
    offset: int
    size_bytes: int


class Storage:
    """Puts files and parts of files at presigned addresses. Safe to share between threads."""

    def __init__(self, retry: Retry = SENDING) -> None:
        """Try as often as ``retry`` says."""
        self._retry = retry
        self._quiet = Quiet(retry)
        self._http = httpx.Client(timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def put(self, whole: Slice, ticket: Ticket, on_bytes: OnBytes) -> None:
        """Send a whole file; ``on_bytes`` is told how many bytes are sent, 0 at each new attempt.

        The address is ours alone and takes one file only, so 412 means that an attempt whose answer
        was lost had come through.

        Raises:
            UnreachableError: No answer came in all attempts.
            StorageRefusedError: The address has ended, or the file is not the one that was announced.
            FileChangedError: The file is shorter than announced.
        """
        response = self._send(whole, ticket.upload_url, ticket.headers, on_bytes)
        if response.is_error and response.status_code != httpx.codes.PRECONDITION_FAILED:
            raise _refusal(response)

    def put_part(self, part: Slice, ticket: PartTicket, on_bytes: OnBytes) -> None:
        """Send one part of a file; a part that is there already is replaced by its like.

        Raises:
            UnreachableError: No answer came in all attempts.
            StorageRefusedError: The address has ended, or the upload has.
            FileChangedError: The file is shorter than announced.
        """
        response = self._send(part, ticket.url, ticket.headers, on_bytes)
        if response.is_error:
            raise _refusal(response)

    def _send(self, piece: Slice, url: str, headers: Mapping[str, str], on_bytes: OnBytes) -> httpx.Response:
        # Without a length httpx would send chunks, which S3 does not take.
        said = {"content-length": str(piece.size_bytes)} | {name.lower(): headers[name] for name in headers}

        def send() -> httpx.Response:
            self._quiet.wait()
            response = self._http.put(url, headers=said, content=_chunks(piece, on_bytes))
            self._quiet.heed(response)
            return response

        try:
            return self._retry.until_lasting(send)
        except httpx.TransportError as cause:
            raise UnreachableError(f"The store does not answer ({describe(cause)}).") from cause


def _chunks(piece: Slice, on_bytes: OnBytes) -> Iterator[bytes]:
    sent = 0
    on_bytes(sent)
    with piece.path.open("rb") as file:
        file.seek(piece.offset)
        while sent < piece.size_bytes:
            chunk = file.read(min(_CHUNK_BYTES, piece.size_bytes - sent))
            if not chunk:
                raise FileChangedError(piece.path)
            yield chunk
            sent += len(chunk)
            on_bytes(sent)


def _refusal(response: httpx.Response) -> StorageRefusedError:
    """S3 answers in XML; its code and message are what helps."""
    code, message = _S3_CODE.search(response.text), _S3_MESSAGE.search(response.text)
    why = message.group(1) if message else response.reason_phrase
    status = response.status_code
    return StorageRefusedError(f"The store answered {code.group(1) if code else status}: {why}", status)
