"""What stands between the engine and everything on this machine that can open a TCP connection.

The engine runs the code that it is given. Left alone, it takes a page in the developer's browser for its
operator: it checks neither Host nor Origin, answers every preflight with ``*`` and believes every root key.
So each request passes here first:

1. Host: only names that mean this machine, so a rebound DNS name ends in 421.
2. The engine's own administration (``/_ministack``): only readiness and answers of custom resources, unless
   the operator's secret is shown.
3. Plane (:mod:`localcloud.plane`): the control plane is never for a web page, and only signed; a presigned
   S3 URL or signed form is for the front's pages and for programs; CloudFront answers reads below ``/img/``;
   the HTTP API has its own authorizers, takes bearer tokens and answers below ``/v1/``. Nobody else may show
   an ``Authorization`` that is not a signature.
4. Signature of everything under a root key (:mod:`localcloud.signature`).
5. Size: 10 MB for the HTTP API as on AWS, more for S3 (the engine holds a body in memory while it arrives).
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from localcloud.form import verify_signer
from localcloud.plane import Plane, Request, body_limit_bytes, check
from localcloud.refusal import Refused
from localcloud.signature import RootKey, claim_of

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ADMINISTRATION = ("/_ministack", "/_localstack")
_OPEN_ADMINISTRATION = re.compile(r"/_ministack/(ready|health|cfn-response/.+|cfn-signal/.+)")


class Guard:
    """ASGI application that lets through what is allowed and answers the rest itself."""

    def __init__(self, engine: App, root_key: RootKey, front_origin: str) -> None:
        """Guard ``engine``.

        Args:
            engine: The engine's ASGI application.
            root_key: The operator's key.
            front_origin: Origin whose pages may use presigned URLs, such as ``http://localhost:8080``.
        """
        self._engine = engine
        self._root_key = root_key
        self._front_origin = front_origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._engine(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:  # WebSocket APIs are not part of the product.
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = Request.of(scope)
            if request.path.startswith(_ADMINISTRATION):
                scope, body = self._administration(scope, request), _Body(receive, 1024 * 1024)
            else:
                body = await self._checked(request, receive)
        except Refused as refusal:
            await _answer(send, refusal)
            return
        await self._pass_on(scope, body, send)

    def _administration(self, scope: Scope, request: Request) -> Scope:
        """The engine's own calls: a few are open, the rest is for who shows the operator's secret."""
        if "origin" in request.headers:
            raise Refused(403, "the engine's administration is not for web pages")
        if not _OPEN_ADMINISTRATION.fullmatch(request.path):
            shown = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(shown.encode(), self._root_key.secret.encode()):
                raise Refused(403, "the engine's administration is for the operator")
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"authorization"]
        return {**scope, "headers": headers}

    async def _checked(self, request: Request, receive: Receive) -> _Body:
        claim = claim_of(request)
        plane = request.plane(claim)
        check(request, plane, claim, self._front_origin)
        body = _Body(receive, body_limit_bytes(plane, claim))
        body.expect(request.headers.get("content-length", "0"))
        is_preflight = request.method == "OPTIONS"  # signed for another method, answered without effect
        if claim is not None and not claim.is_checked_by_engine and not is_preflight:
            await self._root_key.verify(claim, request, body)
        if plane is Plane.FORM and not is_preflight:
            verify_signer(request.headers["content-type"], await body.bytes())
        return body

    async def _pass_on(self, scope: Scope, body: _Body, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        await self._engine(_as_if_by_tls(scope), body.receive, watched)
        if body.is_too_large and not started:
            await _answer(send, Refused(413, "Request Entity Too Large"))


class _Body:
    """The request's body, counted while it arrives and replayed after somebody has read it."""

    def __init__(self, receive: Receive, limit_bytes: int) -> None:
        self._receive = receive
        self._left = limit_bytes
        self._read: list[Message] = []

    @property
    def is_too_large(self) -> bool:
        return self._left < 0

    def expect(self, content_length: str) -> None:
        """Refuse at once what announces itself as too large."""
        if not content_length.isdecimal():
            raise Refused(400, "content-length is not a number")
        if int(content_length) > self._left:
            raise Refused(413, "Request Entity Too Large")

    async def receive(self) -> Message:
        """The next message for the engine; a disconnect once the limit is passed."""
        return self._read.pop(0) if self._read else await self._next()

    async def bytes(self) -> bytes:
        """The whole body, which the engine will still see."""
        while not self._read or self._read[-1].get("more_body"):
            self._read.append(await self._next())
        if self.is_too_large:
            raise Refused(413, "Request Entity Too Large")
        return b"".join(message.get("body", b"") for message in self._read)

    async def _next(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_large else message


def _as_if_by_tls(scope: Scope) -> Scope:
    """The buckets' policies refuse what did not come by TLS, here as on AWS; loopback counts as such."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"x-forwarded-proto"]
    return {**scope, "headers": [*headers, (b"x-forwarded-proto", b"https")]}


async def _answer(send: Send, refusal: Refused) -> None:
    body = json.dumps({"message": refusal.message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
