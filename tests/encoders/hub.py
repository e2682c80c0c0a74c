"""A hub on a loopback port: the layout, the headers and the faults of the real one."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.encoders.made import RECIPE

LARGE = 100_000
Handler = BaseHTTPRequestHandler


@dataclass
class Hub:
    """What the hub holds, and what goes wrong with it.

    Attributes:
        files: Content by name.
        faults: What happens to a file in the place of its delivery, once each, in order.
        asked: Requests by file; ``starts`` are the places that deliveries began at.
        ranges: Whether it can begin elsewhere than at the start.
        commit: What it says it answers for.
        spoilt: The file that arrives with a wrong byte.
    """

    files: dict[str, bytes]
    url: str = ""
    commit: str = RECIPE.revision
    spoilt: str = ""
    ranges: bool = True
    faults: dict[str, list[Callable[[Handler, bytes], None]]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    starts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> Hub:
        """The files of a folder; those that it lacks are made up."""
        held = {file.name: file.read_bytes() for file in folder.iterdir()}
        return cls({name: held.get(name, name.encode()) for name in RECIPE.files})


def status(code: int, **headers: str) -> Callable[[Handler, bytes], None]:
    """A fault: an answer without the file."""

    def answer(handler: Handler, _content: bytes) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def cut_after(count: int) -> Callable[[Handler, bytes], None]:
    """A fault: the connection ends after ``count`` bytes."""

    def answer(handler: Handler, content: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:count])
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.close()

    return answer


def handler_of(hub: Hub) -> type[BaseHTTPRequestHandler]:
    """Requests to ``hub``."""

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.startswith("/store/"):
                self._deliver(self.path.removeprefix("/store/"))
                return
            wanted = re.fullmatch(rf"/{RECIPE.repository}/resolve/{RECIPE.revision}/(.+)", self.path)
            name = wanted[1] if wanted else ""
            hub.asked[name] += 1
            if name not in hub.files:
                status(404, X_Error_Code="EntryNotFound")(self, b"")
            elif len(hub.files[name]) > LARGE:
                self._elsewhere(name)
            else:
                self._deliver(name)

        def _elsewhere(self, name: str) -> None:
            """Large files lie in a store of their own."""
            self.send_response(302)
            self.send_header("Location", f"{hub.url}/store/{name}")
            self.send_header("X-Repo-Commit", hub.commit)
            self.send_header("X-Linked-Etag", f'"{hashlib.sha256(hub.files[name]).hexdigest()}"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _deliver(self, name: str) -> None:
            content = hub.files[name]
            faults = hub.faults.get(name)
            if faults:
                faults.pop(0)(self, content)
                return
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            start = int((self.headers.get("Range") or "bytes=0-")[6:-1]) if hub.ranges else 0
            hub.starts.append(start)
            if start > len(content) or (start and start == len(content)):
                status(416)(self, b"")
                return
            sent = content[start:] if name != hub.spoilt else b"!" + content[start + 1 :]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(sent)))
            self.send_header("ETag", f'"{blob}"')
            self.send_header("X-Repo-Commit", hub.commit)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    return Requests
