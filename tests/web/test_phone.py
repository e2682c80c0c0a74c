"""On a phone a page scrolls down and never sideways: what is wider scrolls inside its own box."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import uncomplaining_tab
from tests.web.marketplace import Site

pytestmark = pytest.mark.browser

_WIDTH_PX = 390


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:  # noqa: ARG001 - the tab closes before the site does
    """A tab as wide as a phone."""
    with uncomplaining_tab(browser) as tab:
        tab.set_viewport_size({"width": _WIDTH_PX, "height": 844})
        yield tab


def assert_no_wider_than_the_phone(phone: Page) -> None:
    assert phone.evaluate("document.documentElement.scrollWidth") <= _WIDTH_PX


@pytest.mark.parametrize("query", ["", "?q=a", "?q=" + "w" * 120, "?image=01J00000000000000000000002"])
def test_the_gallery_is_no_wider_than_the_phone(phone: Page, site: Site, query: str) -> None:
    phone.goto(site.url + query)
    expect(phone.locator("#view")).to_have_attribute("aria-busy", "false")
    assert_no_wider_than_the_phone(phone)


def test_a_row_of_many_facets_scrolls_by_itself(phone: Page, site: Site) -> None:
    for number, hit in enumerate(site.api.catalogue):
        hit["category"] = f"category of pictures {number}"
    phone.goto(site.url)
    row = phone.get_by_role("navigation", name="Category").get_by_role("list")
    expect(row.get_by_role("link")).to_have_count(8)
    assert_no_wider_than_the_phone(phone)
    assert row.evaluate("row => row.scrollWidth > row.clientWidth")
    last = row.get_by_role("link").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=1)


def test_the_page_of_the_api_is_no_wider_than_the_phone_with_every_operation_open(
    phone: Page, site: Site
) -> None:
    phone.goto(urljoin(site.url, "/docs"))
    expect(phone.locator("details.operation").first).to_be_visible()
    assert_no_wider_than_the_phone(phone)
    phone.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    assert_no_wider_than_the_phone(phone)
