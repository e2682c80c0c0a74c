"""Chromium without a screen, and what a test asks of a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium; skips the test where there is none.

    Not for longer than one module: while it runs, no other test can run an event loop in this thread.
    """
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@contextmanager
def uncomplaining_tab(browser: Browser) -> Iterator[Page]:
    """A tab whose pages must not write errors to their console."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    context.close()
    assert complaints == []


def serious_violations(tab: Page) -> list[str]:
    """What axe calls serious or critical on the page in ``tab``."""
    tab.evaluate(_AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run()")["violations"]
    return [
        f"{item['id']}: {node['html']}"
        for item in found
        if item["impact"] in {"serious", "critical"}
        for node in item["nodes"]
    ]
