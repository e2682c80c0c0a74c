"""Connections to servers that strangers named: to the address that was checked, and for a limited time.

A name that is checked and then resolved again may lead elsewhere the second time (DNS rebinding), so it is
resolved once, and the connection goes to the address that was found. TLS and ``Host`` keep the name.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTimeError
from threading import Thread
from typing import Any

import httpcore

from lumenstock.notification.targets import Target, may_connect

Resolver = Callable[[str, int], Sequence[str]]


class AddressRefusedError(Exception):
    """The name leads to an address that may not be connected to."""


class Deadline:
    """A moment that everything must end by; httpcore's own limits begin anew with every byte."""

    def __init__(self, seconds: float) -> None:
        """End in ``seconds``."""
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then.

        Raises:
            httpcore.TimeoutException: It is past.
        """
        left_s = self._at - time.monotonic()
        if left_s <= 0:
            raise httpcore.TimeoutException
        return left_s


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to one target, if all of its addresses may be connected to."""

    def __init__(self, target: Target, deadline: Deadline, resolver: Resolver) -> None:
        """``resolver`` is asked once a connection."""
        self._target = target
        self._deadline = deadline
        self._resolver = resolver
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline holds
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers.

        Raises:
            AddressRefusedError: One of the addresses is not public: whoever mixes them means no good.
            httpcore.ConnectError: None answers.
        """
        addresses = self._resolved(host, port)
        if not all(may_connect(address, self._target) for address in addresses):
            raise AddressRefusedError
        refusal = httpcore.ConnectError("The name has no address.")
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self._deadline.left(), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                refusal = error
            else:
                return _HurriedStream(stream, self._deadline)
        raise refusal

    def _resolved(self, host: str, port: int) -> Sequence[str]:
        """Resolve within the deadline; the system's resolver knows none, so a slow one is left behind."""
        found: Future[Sequence[str]] = Future()

        def look() -> None:
            try:
                found.set_result(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                found.set_exception(httpcore.ConnectError(str(error)))

        Thread(target=look, daemon=True).start()
        try:
            return found.result(self._deadline.left())
        except NotInTimeError:
            raise httpcore.TimeoutException from None


class _HurriedStream(httpcore.NetworkStream):
    """A stream whose every step ends by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - see above
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see above
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - see above
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _HurriedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        return self._stream.get_extra_info(info)
