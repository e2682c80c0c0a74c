"""A gallery on a loopback port with a small catalogue behind it, and a browser to look at it."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.marketplace import Marketplace, Site, hit_of, jpeg

REPOSITORY = Path(__file__).parents[2]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def site() -> Iterator[Site]:
    """The gallery as the front serves it: web/ at the root, /v1 and /img beside it."""
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from the system."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Colour scheme of the viewer."""
    return str(request.param)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:  # noqa: ARG001 - the tab closes before the site does
    """A tab that fails the test when a page complained in its console."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    context.close()
    assert complaints == []


@pytest.fixture
def serious() -> Callable[[Page], list[str]]:
    """What axe calls serious or critical on a page."""
    axe = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"

    def violations(tab: Page) -> list[str]:
        tab.evaluate(axe.read_text(encoding="utf-8"))
        found = tab.evaluate("axe.run()")["violations"]
        return [
            f"{item['id']}: {node['html']}"
            for item in found
            if item["impact"] in {"serious", "critical"}
            for node in item["nodes"]
        ]

    return violations
