"""What the front refuses, and the headers that its answers carry."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localcloud.home import Home

_OWN_NAME = re.compile(r"(localhost|127\.0\.0\.1)(:\d+)?")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Protection:
    """ASGI middleware: own names only, writes only from own pages, no framing, no foreign scripts."""

    def __init__(self, app: ASGIApp, home: Home) -> None:
        """Protect ``app``, the front of ``home``."""
        self._app = app
        # Uploads and an owner's previews go to presigned URLs of the engine.
        self._policy = (
            "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
            f"img-src 'self' data: blob: {home.engine_url}; connect-src 'self' {home.engine_url}"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not _OWN_NAME.fullmatch(headers.get("host", "")):
            await PlainTextResponse("this name does not belong to the local cloud", 421)(scope, receive, send)
            return
        if scope["method"] not in _READS and _is_from_elsewhere(headers):
            await PlainTextResponse("pages of other sites may not write here", 403)(scope, receive, send)
            return

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.setdefault("content-security-policy", self._policy)
                answer.setdefault("x-content-type-options", "nosniff")
                answer.setdefault("referrer-policy", "no-referrer")
            await send(message)

        await self._app(scope, receive, with_policy)


def _is_from_elsewhere(headers: Headers) -> bool:
    own_origin = f"http://{headers['host']}"
    from_other_site = headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    return from_other_site or headers.get("origin", own_origin) != own_origin
