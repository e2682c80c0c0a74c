"""A guard before a stand-in that records what reaches it; homes on free ports."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localcloud.guard import Guard
from localcloud.home import ACCOUNT, REGION, Home
from localcloud.signature import RootKey

SECRET = "drawn-once"
FRONT = "http://localhost:8080"
Call = Callable[..., httpx.Response]


class Backend:
    """Answers 200 to everything and remembers it."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        raw = [name.decode().lower() for name, _ in scope["headers"]]
        self.seen.append({"path": scope["path"], "headers": headers, "names": raw, "body": body})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"reached"})


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def call(backend: Backend) -> Call:
    """Send one request through the guard; ``sign=(key, secret, service)`` signs its headers."""
    guard = Guard(backend, RootKey(ACCOUNT, SECRET), FRONT)

    def send(
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        content: Any = b"",
        sign: tuple[str, str, str] | None = None,
    ) -> httpx.Response:
        given = dict(headers or {})
        if sign:
            key, secret, service = sign
            request = AWSRequest(method, url, headers=given, data=content)
            SigV4Auth(Credentials(key, secret), service, REGION).add_auth(request)
            given = dict(request.headers.items())

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=guard)
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.request(method, url, headers=given, content=content)

        return asyncio.run(go())

    return send


def free_port() -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def port() -> Callable[[], int]:
    """Draws ports on which nobody listens."""
    return free_port


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home on free ports in which nothing runs."""
    return Home(tmp_path, free_port(), free_port())


@pytest.fixture
def sleeper() -> list[str]:
    """A program that does nothing until it is told to end."""
    return [sys.executable, "-c", "import time; time.sleep(60)"]
