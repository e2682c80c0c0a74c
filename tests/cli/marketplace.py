"""A small marketplace behind a socket: the public contract, and faults on demand."""

from __future__ import annotations

import json
import socket
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.cli.answers import Answer, problem
from tests.cli.multipart import Uploads

PASSWORD = "correct horse 1"
HIT: dict[str, Any] = {
    "id": "01J00000000000000000000000",
    "title": "sunset over the sea",
    "thumbnail_url": "/img/a/1/300.webp",
    "preview_url": "/img/a/1/1024.webp",
    "contributor": "Ada",
    "tags": ["sunset", "sea"],
    "dimensions": "1600x1200",
    "price": {"standard": 299, "enhanced": 1499},
    "score": 0.5,
}


_PAGE = {"total": 1, "total_relation": "gte", "page": 1, "degraded": False}


@dataclass
class Marketplace:
    """State of the server; a test sets it up and looks at it afterwards.

    Attributes:
        fates: Statuses that the polls of a title see one after the other; the last one stays.
        faults: Answers that a path gives before its own; None cuts the connection.
        seen: Method and path of every call.
        announced: Bodies of the upload calls by image id; ``stored`` are the bytes that came in one piece.
        uploads: Those that come in parts.
        patches: Path, ``If-Match`` and body of every edit; it approves the picture.
        waits: Image id and seconds of every poll that may take a while; it does not here, but sees the next fate.
        living: Image ids by SHA-256 of what the account has already.
    """

    url: str = ""
    live_token: str = ""
    tokens_given: int = 0
    fates: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: dict[str, list[Answer | None]] = field(default_factory=lambda: defaultdict(list))
    seen: list[str] = field(default_factory=list)
    last_body: bytes = b""
    queries: list[dict[str, list[str]]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    announced: dict[str, dict[str, Any]] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    waits: list[tuple[str, int]] = field(default_factory=list)
    uploads: Uploads = field(default_factory=Uploads)
    living: dict[str, str] = field(default_factory=dict)
    patches: list[tuple[str, str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, address: str, headers: Any, body: bytes) -> Answer | None:
        """Answer one call."""
        parts = urlsplit(address)
        with self.lock:
            self.seen.append(f"{method} {parts.path}")
            self.last_body = body
            if self.faults[parts.path]:
                return self.faults[parts.path].pop(0)
            if parts.path.startswith("/store/"):
                return self._store(parts.path, headers, body)
            if parts.path.startswith("/v1/auth/") and method == "POST":
                return self._auth(parts.path, json.loads(body or b"{}"))
            if parts.path == "/v1/search" or parts.path.endswith("/similar"):
                self.queries.append(parse_qs(parts.query))
                found = {"results": [HIT]}
                return Answer(200, found if parts.path.endswith("/similar") else found | _PAGE)
            if headers.get("authorization") != f"Bearer {self.live_token}":
                return Answer(401, {"message": "Unauthorized"}, {"content-type": "application/json"})
            wait_s = int(parse_qs(parts.query).get("wait", ["0"])[0])
            return self._signed_in(method, parts.path, headers, body, wait_s)

    def end_session(self) -> None:
        """Let the access token that is out there no longer count."""
        self.live_token = "ended"

    def _auth(self, path: str, said: dict[str, str]) -> Answer:
        if path.endswith("/logout"):
            return Answer(204)
        if path.endswith(("/register", "/confirm")):
            return Answer(202, {})
        if path.endswith("/login") and said["password"] != PASSWORD:
            return problem(401, "not_authenticated", "E-mail or password is wrong.")
        if path.endswith("/refresh") and said["refreshToken"] != "refresh":
            return problem(401, "not_authenticated", "The session has ended.")
        self.tokens_given += 1
        self.live_token = f"access-{self.tokens_given}"
        tokens: dict[str, Any] = {"accessToken": self.live_token, "expiresIn": 900}
        return Answer(200, tokens | ({"refreshToken": "refresh"} if path.endswith("/login") else {}))

    def _signed_in(self, method: str, path: str, headers: Any, body: bytes, wait_s: int) -> Answer:
        if path == "/v1/auth/me":
            return Answer(
                200, {"id": "u1", "email": "ada@example.org", "displayName": "Ada", "roles": ["contributor"]}
            )
        if (method, path) == ("POST", "/v1/images/upload"):
            return self._announce(headers["idempotency-key"], json.loads(body))
        if path.startswith("/v1/uploads/"):
            return self.uploads.answer(path, json.loads(body or b"{}"), self.url)
        if method == "PATCH":
            self.patches.append((path, headers["if-match"], json.loads(body)))
            self.fates[self.announced[path.split("/")[4]]["title"]] = [{"status": "approved"}]
            return Answer(200, {})
        if path.endswith("/retry"):
            image_id = path.split("/")[3]
            self.fates[self.announced[image_id]["title"]] = [{"status": "approved"}]
            return Answer(202, {"imageId": image_id, "status": "processing", "reasons": []})
        return self._status(path.split("/")[3], headers.get("if-none-match"), wait_s)

    def _announce(self, key: str, said: dict[str, Any]) -> Answer:
        if said["contentType"] == "application/octet-stream":
            field_error = {"pointer": "/contentType", "code": "enum", "detail": "This type is not taken."}
            return problem(422, "validation_failed", "Validation failed", errors=[field_error])
        if said["sha256"] in self.living:
            known = self.living[said["sha256"]]
            return problem(409, "already_uploaded", "You uploaded exactly this file before.", imageId=known)
        if key not in self.keys:
            self.keys.append(key)
            self.announced[f"IMG{len(self.keys)}"] = said
        image_id = f"IMG{self.keys.index(key) + 1}"
        if self.announced[image_id] != said:
            return problem(422, "idempotency_key_reused", "The same key came with another body.")
        if said["multipart"] == "auto" and said["sizeBytes"] > self.uploads.single_put_bytes:
            return Answer(201, self.uploads.plan(image_id, said["sizeBytes"]))
        headers = {
            "content-type": said["contentType"],
            "content-length": str(said["sizeBytes"]),
            "if-none-match": "*",
        }
        ticket = {"imageId": image_id, "uploadUrl": f"{self.url}/store/{image_id}", "method": "PUT"}
        return Answer(201, ticket | {"headers": headers, "expiresIn": 3600})

    def _store(self, path: str, headers: Any, body: bytes) -> Answer:
        if path.startswith("/store/part/"):
            return self.uploads.put(path, headers, body)
        image_id = path.rpartition("/")[2]
        if image_id in self.stored:
            return Answer(412, "<Error><Code>PreconditionFailed</Code></Error>")
        assert headers["content-type"] == self.announced[image_id]["contentType"]
        assert headers["if-none-match"] == "*"
        self.stored[image_id] = body
        return Answer(200)

    def _has_arrived(self, image_id: str) -> bool:
        return image_id in self.stored or self.uploads.has_whole(image_id)

    def _status(self, image_id: str, known: str | None, wait_s: int) -> Answer:
        if wait_s:
            self.waits.append((image_id, wait_s))
        if image_id not in self.announced:
            return problem(404, "not_found", "No such image.")
        if not self._has_arrived(image_id) and self.announced[image_id]["title"] not in self.fates:
            return Answer(200, {"imageId": image_id, "reasons": [], "status": "uploading"})
        fate = self.fates.setdefault(
            self.announced[image_id]["title"], [{"status": "processing"}, {"status": "approved"}]
        )
        now = fate.pop(0) if len(fate) > 1 else fate[0]
        etag = f'"{image_id}-{now["status"]}"'
        if known == etag:
            return Answer(304, None, {"etag": etag})
        return Answer(200, {"imageId": image_id, "reasons": [], **now}, {"etag": etag})


def handler_of(market: Marketplace) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of ``market``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            answer = market.answer(self.command, self.path, self.headers, body)
            if answer is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            sent = b"" if answer.body is None else text.encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_PATCH = _handle  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    return Handler
