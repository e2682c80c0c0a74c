"""An HTTP forward proxy that sees what a program sends, so that a test can count it and strike in the middle.

Programs find it by the variable HTTP_PROXY; presigned addresses stay as they are, because the proxy changes no
byte and no header of what it passes on. A request that is cut off on its way in is not passed on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_CHUNK_BYTES = 64 * 1024
_HOP_BY_HOP = frozenset({"connection", "proxy-connection", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True)
class Call:
    """A request that was passed on, with the status of its answer."""

    method: str
    path: str
    query: dict[str, list[str]]
    status: int

    @property
    def part(self) -> int | None:
        """The number of the part that it sent, if it sent one."""
        number = self.query.get("partNumber")
        return int(number[0]) if self.method == "PUT" and number else None


@dataclass
class Traffic:
    """What went through.

    Attributes:
        url: For HTTP_PROXY.
        received_bytes: Of bodies, as they come in, those of cut requests too.
        begun: Requests whose first line came in.
        bytes_per_s: Slows down what comes in; None does not.
        is_cut: Whether nothing comes in any more, also of what is on its way.
        cut_off: Requests that this ended.
    """

    url: str = ""
    received_bytes: int = 0
    begun: int = 0
    bytes_per_s: float | None = None
    is_cut: bool = False
    cut_off: int = 0
    calls: list[Call] = field(default_factory=list)
    under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def settle(self) -> None:
        """Wait until nothing is under way: what a killed program sent has arrived, or never will."""
        while self.under_way:
            time.sleep(0.005)

    def parts(self, since: int = 0) -> list[int]:
        """Numbers of the parts that arrived, from the call with index ``since`` on."""
        return [call.part for call in self.calls[since:] if call.part is not None and call.status == 200]

    def has_completed(self, since: int = 0) -> bool:
        """Whether an upload in parts was completed, from the call with index ``since`` on."""
        return any(call.path.endswith("/complete") and call.status == 200 for call in self.calls[since:])


@contextmanager
def forward_proxy() -> Iterator[Traffic]:
    """A running proxy on a port of its own."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        server.traffic = Traffic(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.traffic
        server.shutdown()


class _Server(ThreadingHTTPServer):
    traffic: Traffic


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle(self) -> None:
        """Serve one connection; a program that was killed resets it."""
        with suppress(ConnectionError):
            super().handle()

    def _serve(self) -> None:
        traffic = self.server.traffic
        with traffic.lock:
            traffic.begun += 1
            traffic.under_way += 1
        try:
            body = self._body()
            if body is None:
                self.close_connection = True
            else:
                self._answer(*self._pass_on(body))
        finally:
            with traffic.lock:
                traffic.under_way -= 1

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 - the library's names

    def _body(self) -> bytes | None:
        """The whole body; None when the program died, or the line was cut, before it was whole."""
        traffic, left, chunks = self.server.traffic, int(self.headers.get("content-length", 0)), []
        while left:
            if traffic.is_cut:
                with traffic.lock:
                    traffic.cut_off += 1
                return None
            try:
                chunk = self.rfile.read1(min(left, _CHUNK_BYTES))
            except ConnectionError:
                return None
            if not chunk:
                return None
            chunks.append(chunk)
            left -= len(chunk)
            with traffic.lock:
                traffic.received_bytes += len(chunk)
            if traffic.bytes_per_s:
                time.sleep(len(chunk) / traffic.bytes_per_s)
        return b"".join(chunks)

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        parts = urlsplit(self.path)
        upstream = HTTPConnection(parts.netloc, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        upstream.request(self.command, target, body or None, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        call = Call(self.command, parts.path, parse_qs(parts.query), answer.status)
        with self.server.traffic.lock:
            self.server.traffic.calls.append(call)
        return answer.status, answer.getheaders(), content

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        if status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
