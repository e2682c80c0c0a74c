"""Servers of this machine that answer as told."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

BODY = '{"type": "ImageApproved"}'
NO_BODY = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@dataclass
class Server:
    """Answers every connection with ``answer`` and remembers what it was sent."""

    answer: bytes = NO_BODY
    tls: ssl.SSLContext | None = None
    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[Server]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
            thread = threading.Thread(target=self._serve, args=(listening,), daemon=True)
            thread.start()
            yield self
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    self._talk(connection)
                except OSError:
                    continue  # the client had enough

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        self.heard.append(read_request(connection))
        for piece in self.pieces():
            connection.sendall(piece)
        connection.close()

    def pieces(self) -> Iterator[bytes]:
        yield self.answer


class DrippingServer(Server):
    """Sends a byte now and then, for ever: no single read takes long."""

    def pieces(self) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        while True:
            time.sleep(0.05)
            yield b"x"


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(BODY.encode()):
        data += connection.recv(4096) or BODY.encode()
    return data
