"""The line between a browser and everything else: it has a speed, and it can be cut.

Chromium's own emulation of "offline" lets an upload that is in flight go through, at full speed.
"""

from __future__ import annotations

import select
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Source: RFC 1928. Only what Chromium asks for: no authentication, CONNECT, a name or an IPv4 address.
_NO_AUTHENTICATION = b"\x05\x00"
_CONNECTED = b"\x05\x00\x00\x01" + bytes(6)
_NAME = 3
_CHUNK_BYTES = 64 * 1024
# Who sends nothing for this long lets the next one send.
_PAUSE_S = 0.05


class Line:
    """A SOCKS 5 proxy on a loopback port.

    Attributes:
        address: What a browser takes as its proxy.
        bytes_per_s: Speed of what is sent, over all connections; 0 for no limit. One sends at a time, to the end
            of what it has: side by side, the parts of a file would all be there at the same moment. What is
            no longer than a chunk, such as a request without a file, waits for nobody.
    """

    def __init__(self, port: int) -> None:
        """A line behind ``port``, whole and fast."""
        self.address = f"socks5://127.0.0.1:{port}"
        self.bytes_per_s = 0
        self._is_cut = False
        self._connections: set[socket.socket] = set()
        self._sending = threading.Lock()

    def cut(self) -> None:
        """Break every connection; new ones are refused."""
        self._is_cut = True
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Take new connections again, at full speed."""
        self._is_cut, self.bytes_per_s = False, 0

    def serve(self, client: socket.socket) -> None:
        """Carry one connection until one side ends it."""
        if self._is_cut:
            return
        with suppress(OSError), socket.create_connection(_destination(client)) as server:
            client.sendall(_CONNECTED)
            self._connections |= {client, server}
            back = threading.Thread(target=self._carry, args=(server, client))
            back.start()
            self._carry(client, server, limited=True)
            back.join()
            self._connections -= {client, server}

    def _carry(self, source: socket.socket, target: socket.socket, *, limited: bool = False) -> None:
        has_turn, sent_bytes = False, 0
        with suppress(OSError):
            while data := source.recv(_CHUNK_BYTES):
                sent_bytes += len(data)
                if limited and (bytes_per_s := self.bytes_per_s):
                    if sent_bytes > _CHUNK_BYTES:
                        has_turn = has_turn or self._sending.acquire()
                    time.sleep(len(data) / bytes_per_s)
                target.sendall(data)
                if not select.select([source], [], [], _PAUSE_S)[0]:
                    if has_turn:
                        self._sending.release()
                    has_turn, sent_bytes = False, 0
        if has_turn:
            self._sending.release()
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _destination(client: socket.socket) -> tuple[str, int]:
    """Agree with the client on how to talk; where it wants to go."""
    _, methods = _read(client, 2)
    _read(client, methods)
    client.sendall(_NO_AUTHENTICATION)
    *_, kind = _read(client, 4)
    host = (
        _read(client, _read(client, 1)[0]).decode() if kind == _NAME else socket.inet_ntoa(_read(client, 4))
    )
    (port,) = struct.unpack(">H", _read(client, 2))
    return host, port


def _read(client: socket.socket, count: int) -> bytes:
    data = client.recv(count, socket.MSG_WAITALL)
    if len(data) < count:
        raise ConnectionResetError
    return data


@contextmanager
def line() -> Iterator[Line]:
    """A line of its own."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            made.serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def server_bind(self) -> None:
            # What waits in a buffer would arrive after its sender is gone, several parts of a file at that.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _CHUNK_BYTES)
            super().server_bind()

    with Server(("127.0.0.1", 0), Handler) as server:
        made = Line(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield made
        made.cut()
        server.shutdown()
