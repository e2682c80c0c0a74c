"""The page that public files name: plain, readable by everybody, without a script."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import serious_violations
from tests.web.marketplace import Site

pytestmark = pytest.mark.browser


def test_who_follows_a_pictures_link_learns_what_it_means_and_comes_to_the_gallery(
    page: Page, site: Site
) -> None:
    page.goto(urljoin(site.url, "/licence"))
    expect(page.get_by_role("heading", level=1)).to_have_text("The licence of a picture")
    for term in ("Creator", "Copyright notice", "Web statement of rights", "Data mining"):
        expect(page.get_by_role("term").filter(has_text=term)).to_be_visible()
    page.get_by_role("link", name="See the pictures").click()
    expect(page.get_by_role("list", name="Results")).to_be_visible()


@pytest.mark.parametrize("width_px", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_window(
    browser: Browser, site: Site, scheme: Literal["light", "dark"], width_px: int, tmp_path: Path
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width_px, "height": 900})
    page = context.new_page()
    page.goto(urljoin(site.url, "/licence"))
    page.screenshot(path=tmp_path / "licence.png", full_page=True)
    assert serious_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    context.close()
