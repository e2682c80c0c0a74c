"""Pass requests of a person's browser on to the engine."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from localcloud.home import Home

# Source: RFC 9110 section 7.6.1. They belong to one connection, not to the message.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
# Longer than the longest function behind the API, so that its own time-out answers first.
_TIMEOUT = httpx.Timeout(35.0, connect=2.0)


def client() -> httpx.AsyncClient:
    """A client that never leaves the machine, whatever proxy the environment names."""
    return httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False)


class Proxy:
    """ASGI application that sends each request, its body and its answer through under another Host."""

    def __init__(
        self, home: Home, upstream: httpx.AsyncClient, host_of: Callable[[dict[str, str]], str]
    ) -> None:
        """Pass on to the engine.

        Args:
            home: Where the engine listens and its outputs are.
            upstream: Client to send with.
            host_of: Makes the Host header from the stacks' outputs.
        """
        self._home = home
        self._upstream = upstream
        self._host_of = host_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            host = self._host_of(self._home.outputs())
        except KeyError:
            return unavailable("Nothing is deployed yet; `lumenstock local up` does it.")
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if name.decode() not in _HOP_BY_HOP and name != b"host"
        ]
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        message = self._upstream.build_request(
            request.method,
            httpx.URL(self._home.engine_url, raw_path=_target(request)),
            headers=[*headers, (b"host", host.encode())],
            content=request.stream() if has_body else None,
        )
        try:
            answer = await self._upstream.send(message, stream=True)
        except httpx.TransportError:
            return unavailable(
                "The engine of the local cloud does not answer; see `lumenstock local status`."
            )
        response = StreamingResponse(
            answer.aiter_raw(), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
        )
        response.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower().decode() not in _HOP_BY_HOP
        ]
        return response


def unavailable(detail: str) -> Response:
    """503 as every other error of the API: RFC 9457 problem+json."""
    problem = {"type": "about:blank", "title": "Unavailable", "status": 503, "detail": detail}
    return Response(
        json.dumps({**problem, "code": "unavailable"}),
        status_code=503,
        headers={"retry-after": "5"},
        media_type="application/problem+json",
    )


def _target(request: Request) -> bytes:
    """Path and query byte for byte as they came: a decoded ``%2F`` would be another route."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return path + (b"?" + query if query else b"")
