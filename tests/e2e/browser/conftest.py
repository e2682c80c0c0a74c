"""Chromium, Uppy as published, a line that can be cut, and a picture of several parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser.bundle import Bundle, bundle
from tests.e2e.browser.line import Line, line
from tests.e2e.browser.uploader import Uploader
from tests.e2e.journey import expect, new_panorama
from tests.e2e.stage import Person, Stage
from tests.web.browsing import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module", params=[5, 6], ids=["uppy5", "uppy6"])
def uppy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The guide's page with one major version of Uppy."""
    return bundle(request.param, tmp_path_factory.mktemp("uppy"))


@pytest.fixture
def wire() -> Iterator[Line]:
    """The browser's connection to everything."""
    with line() as connection:
        yield connection


@pytest.fixture
def uploader(browser: Browser, wire: Line, cloud: Stage, uppy: Bundle, tmp_path: Path) -> Iterator[Uploader]:
    """A tab on the front, whose policy then holds for Uppy as well. Its last sight is kept as ``last.png``."""
    opened = Uploader(browser, wire, f"{cloud.url}/", uppy)
    yield opened
    opened.tab.screenshot(path=tmp_path / "last.png")
    opened.close()


@pytest.fixture
def endpoint(cloud: Stage, contributor: Person) -> str:
    """Where Uppy sends the contributor's pictures."""
    session = expect(contributor.api.post("/v1/upload-sessions", json={}))
    return urljoin(cloud.url, str(session["companionEndpoint"]))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture of four parts that nobody uploaded before."""
    path = tmp_path / "panorama.png"
    path.write_bytes(new_panorama())
    return path
