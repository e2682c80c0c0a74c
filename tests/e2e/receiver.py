"""A contributor's own service on this machine, which a local stage may send webhooks to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from tests.e2e.journey import expect
from tests.e2e.stage import Person

PATH = "/v1/contributor/webhooks"


@dataclass
class Receiver:
    """Verifies what it gets and answers as told.

    Attributes:
        answers: Status codes of the next answers; then 204.
        secret: What messages must be signed by; whatever is not is a failure of the test.
        heard: Every request: id and verified message.
    """

    answers: list[int] = field(default_factory=list)
    secret: str = ""
    port: int = 0
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: list[Exception] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}/lumenstock"

    def of(self, image_id: str) -> list[str]:
        """Types of the messages about one image, in their order, repeats included."""
        return [message["type"] for _, message in self.heard if message["data"].get("imageId") == image_id]

    def hear(self, headers: dict[str, str], body: bytes) -> int:
        """Verify one request; the status code to answer."""
        try:
            message = Webhook(self.secret).verify(body, headers)
        except Exception as error:  # noqa: BLE001 - the test looks at all of them
            self.refused.append(error)
            return 401
        self.heard.append((headers["webhook-id"], message))
        return self.answers.pop(0) if self.answers else 204


@contextmanager
def receiving(person: Person, **fields: object) -> Iterator[tuple[Receiver, dict[str, Any]]]:
    """A receiver, and a webhook of ``person`` that leads to it."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(receiver.hear(dict(self.headers.items()), body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            wanted = {"url": receiver.url, "events": ["ImageApproved", "ImageRejected"], **fields}
            webhook = expect(person.api.post(PATH, json=wanted))
            receiver.secret = webhook["secret"]
            try:
                yield receiver, webhook
            finally:
                person.api.delete(f"{PATH}/{webhook['id']}")
        finally:
            server.shutdown()
            thread.join()


def deliveries(person: Person, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    """What was sent, newest first."""
    found: list[dict[str, Any]] = expect(person.api.get(f"{PATH}/{webhook['id']}/deliveries"))["deliveries"]
    return found
