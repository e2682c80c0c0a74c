"""A gallery on a loopback port with a small catalogue behind it, and a browser to look at it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.web.browsing import chromium, uncomplaining_tab
from tests.web.marketplace import Marketplace, Site, hit_of, jpeg

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def site() -> Iterator[Site]:
    """What the front serves: web/ at the root, /v1, /img and the page of the API beside it."""
    api = Marketplace(catalogue=[hit_of(seed) for seed in range(8)])

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(REPOSITORY / "web"))

        def do_GET(self) -> None:
            if self.path.startswith("/v1/"):
                status, body = api.answer(self.path)
                self._send(status, "application/json", json.dumps(body).encode())
            elif self.path.startswith("/img/"):
                self._send(200, "image/jpeg", jpeg(int(Path(self.path).stem)))
            else:
                super().do_GET()

        def translate_path(self, path: str) -> str:
            if path == "/docs":
                return str(REPOSITORY / "localcloud" / "pages" / "docs.html")
            if path.startswith("/pages/"):
                return str(REPOSITORY / "localcloud" / path[1:])
            return str(REPOSITORY / path[1:]) if path.startswith("/docs/") else super().translate_path(path)

        def _send(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield Site(f"http://127.0.0.1:{server.server_port}/gallery/", api)
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:  # noqa: ARG001 - the tab closes before the site does
    """A tab that fails the test when a page complained in its console."""
    with uncomplaining_tab(browser) as tab:
        yield tab
