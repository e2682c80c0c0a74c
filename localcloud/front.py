"""One address for a person: start page, gallery, API documentation, mail, ``/v1`` and ``/img``."""

from __future__ import annotations

import html
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from string import Template

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from localcloud.home import REPOSITORY, Home
from localcloud.mailbox import outbox
from localcloud.protection import Protection
from localcloud.proxy import Proxy, client

PAGES = Path(__file__).with_name("pages")
LIMITS = Path(__file__).with_name("limits.json")
API_DOCUMENT = REPOSITORY / "docs" / "api"
GALLERY = REPOSITORY / "web" / "gallery"
LICENCE = REPOSITORY / "web" / "licence" / "index.html"


def application(home: Home) -> Starlette:
    """The front of ``home``."""
    upstream = client()

    async def start(_: Request) -> Response:
        limits = json.loads(LIMITS.read_text())
        return _page(
            "start.html",
            emulated=_rows(limits["emulated"], "service", "for"),
            not_proven=_rows(limits["not_proven"], "what", "instead"),
        )

    async def mail(_: Request) -> Response:
        try:
            mails = await outbox(home, upstream)
        except httpx.HTTPError:
            down = "<p>The local cloud does not answer. See <code>lumenstock local status</code>.</p>"
            page = _page("mail.html", HTTPStatus.SERVICE_UNAVAILABLE, mails=down)
            page.headers["retry-after"] = "5"
            return page
        empty = "<p>No mail yet. Sign up with <code>lumenstock register</code>.</p>"
        return _page("mail.html", mails="".join(mail.as_html() for mail in mails) or empty)

    async def docs(_: Request) -> Response:
        return _page("docs.html")

    async def to_gallery(_: Request) -> Response:
        return RedirectResponse("/gallery/")

    async def licence(_: Request) -> Response:
        return FileResponse(LICENCE)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with upstream:
            yield

    return Starlette(
        routes=[
            Route("/", start),
            Route("/mail", mail),
            Route("/docs", docs),
            Mount("/docs/api", StaticFiles(directory=API_DOCUMENT)),
            Route("/v1/{path:path}", Proxy(home, upstream, lambda outputs: _api_host(home, outputs))),
            Route("/img/{path:path}", Proxy(home, upstream, lambda outputs: outputs["DistributionDomain"])),
            Route("/gallery", to_gallery),
            Mount("/gallery", StaticFiles(directory=GALLERY, html=True)),
            Route("/licence", licence),
            Mount("/pages", StaticFiles(directory=PAGES)),
        ],
        middleware=[Middleware(Protection, home=home)],
        lifespan=lifespan,
    )


def _api_host(home: Home, outputs: dict[str, str]) -> str:
    return f"{outputs['ApiId']}.execute-api.localhost:{home.engine_port}"


def _page(name: str, status: int = HTTPStatus.OK, **parts: str) -> Response:
    return HTMLResponse(Template((PAGES / name).read_text()).substitute(parts), status)


def _rows(entries: list[dict[str, str]], *columns: str) -> str:
    """Table rows with every cell escaped."""
    cells = ("".join(f"<td>{html.escape(entry[column])}</td>" for column in columns) for entry in entries)
    return "".join(f"<tr>{row}</tr>" for row in cells)
