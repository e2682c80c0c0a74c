from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import serious_violations
from tests.web.marketplace import Site

pytestmark = pytest.mark.browser


def open_gallery(page: Page, site: Site, query: str = "") -> None:
    page.goto(site.url + query)
    expect(page.locator("#view")).to_have_attribute("aria-busy", "false")


def search_for(page: Page, words: str) -> None:
    page.get_by_label("Search pictures").fill(words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"“{words}”")


def test_the_first_page_shows_every_picture_with_its_title_and_shape(page: Page, site: Site) -> None:
    open_gallery(page, site)
    cards = page.get_by_role("list", name="Results").get_by_role("link")
    assert [card.inner_text().lower() for card in cards.all()] == [hit["title"] for hit in site.api.catalogue]
    wide, tall = cards.nth(0).bounding_box(), cards.nth(1).bounding_box()
    assert wide is not None
    assert tall is not None
    assert wide["width"] > tall["width"]
    assert wide["height"] == pytest.approx(tall["height"], abs=1)


def test_a_search_is_in_the_address_and_survives_a_reload(page: Page, site: Site) -> None:
    word = site.api.catalogue[3]["title"].split()[-1]
    open_gallery(page, site)
    search_for(page, word)
    assert f"q={word}" in page.url
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"“{word}”")
    expect(page.get_by_label("Search pictures")).to_have_value(word)


def test_the_mode_switch_asks_again_and_keeps_the_keyboard(page: Page, site: Site) -> None:
    open_gallery(page, site, "?q=a")
    page.get_by_label("Both").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("mode=keyword"))
    expect(page.locator("#view")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_label("Words")).to_be_focused()
    assert any("mode=keyword" in address for address in site.api.asked)


def test_a_facet_narrows_and_the_same_facet_widens_again(page: Page, site: Site) -> None:
    open_gallery(page, site)
    shape = page.get_by_role("navigation", name="Shape")
    shape.get_by_role("link", name="portrait").click()
    expect(page.locator(".count")).to_have_text("2 pictures")
    chosen = shape.get_by_role("link", name="portrait")
    expect(chosen).to_have_attribute("aria-current", "true")
    chosen.click()
    expect(page.locator(".count")).to_have_text("8 pictures")


def test_types_can_be_chosen_and_a_licence_only_where_there_are_two(page: Page, site: Site) -> None:
    open_gallery(page, site)
    page.get_by_role("navigation", name="Type").get_by_role("link", name="photo").click()
    expect(page).to_have_url(re.compile("image_type=photo"))
    expect(page.get_by_role("navigation", name="Licence")).to_have_count(0)
    site.api.catalogue[0]["license"] = "editorial"
    page.reload()
    page.get_by_role("navigation", name="Licence").get_by_role("link", name="editorial").click()
    expect(page).to_have_url(re.compile("license=editorial"))
    expect(page.locator("#view")).to_have_attribute("aria-busy", "false")
    assert any("image_type=photo" in asked and "license=editorial" in asked for asked in site.api.asked)


def test_pages_turn_forth_and_back(page: Page, site: Site) -> None:
    site.api.catalogue *= 5
    open_gallery(page, site)
    page.get_by_role("link", name="Next →").click()
    expect(page.get_by_text("Page 2")).to_be_visible()
    expect(page.get_by_role("link", name="Next →")).to_have_count(0)
    page.get_by_role("link", name="← Previous").click()
    expect(page.get_by_text("Page 1")).to_be_visible()


def test_a_picture_has_a_page_with_similar_ones_and_the_way_back(page: Page, site: Site) -> None:
    open_gallery(page, site)
    hit = site.api.catalogue[2]
    page.get_by_role("list", name="Results").get_by_role("link").nth(2).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(hit["title"])
    expect(heading).to_be_focused()
    shown = page.get_by_role("img", name=hit["title"])
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 400
    expect(page.get_by_text("400 × 400 px")).to_be_visible()
    expect(page.get_by_text("2.99")).to_be_visible()
    expect(page.get_by_role("list", name="Similar pictures").get_by_role("listitem")).to_have_count(7)
    page.go_back()
    expect(page.get_by_role("list", name="Results")).to_be_visible()


def test_the_keyboard_alone_reaches_a_picture(page: Page, site: Site) -> None:
    open_gallery(page, site)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.grid') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Similar pictures")).to_be_visible()


def test_an_empty_catalogue_says_how_to_fill_it(page: Page, site: Site) -> None:
    site.api.catalogue.clear()
    open_gallery(page, site)
    expect(page.get_by_text("No pictures yet.")).to_be_visible()


def test_a_search_without_results_offers_the_way_out(page: Page, site: Site) -> None:
    open_gallery(page, site)
    search_for(page, "zeppelin")
    page.get_by_role("link", name="see all pictures").click()
    expect(page.locator(".count")).to_have_text("8 pictures")


def test_what_was_understood_can_be_undone_and_done_again(page: Page, site: Site) -> None:
    open_gallery(page, site, "?q=no+people")
    note = page.get_by_text("was understood as nobody in the picture")
    expect(note).to_be_visible()
    page.get_by_role("link", name="Search for the words “no people” instead").click()
    expect(page).to_have_url(re.compile("literal=people"))
    expect(note).to_have_count(0)
    page.get_by_role("link", name="Understand them again").click()
    expect(note).to_be_visible()


def test_another_spelling_is_a_link(page: Page, site: Site) -> None:
    site.api.meant = "zeppelin"
    open_gallery(page, site, "?q=zepelin&page=2")
    page.get_by_role("link", name="zeppelin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("“zeppelin”")
    assert "page" not in page.url


def test_half_an_answer_says_so(page: Page, site: Site) -> None:
    site.api.degraded = True
    open_gallery(page, site)
    expect(page.get_by_text("there may be better pictures")).to_be_visible()


def test_words_that_were_found_are_marked(page: Page, site: Site) -> None:
    word = site.api.catalogue[3]["title"].split()[-1]
    open_gallery(page, site, f"?q={word.upper()}")
    marks = page.locator(".title mark")
    assert {mark.inner_text().lower() for mark in marks.all()} == {word}


def test_an_order_is_chosen_and_taken_back(page: Page, site: Site) -> None:
    open_gallery(page, site)
    newest = page.get_by_role("navigation", name="Sort").get_by_role("link", name="newest")
    newest.click()
    expect(newest).to_have_attribute("aria-current", "true")
    assert any("sort=newest" in address for address in site.api.asked)
    newest.click()
    expect(page).not_to_have_url(re.compile("sort="))


def test_what_is_being_written_is_completed(page: Page, site: Site) -> None:
    open_gallery(page, site)
    page.get_by_label("Search pictures").press_sequentially("red")
    options = page.locator("#suggestions option")
    expect(options).to_have_count(2)
    assert [option.get_attribute("value") for option in options.all()] == ["red barn", "red tower"]


def test_what_the_api_says_is_never_markup(page: Page, site: Site) -> None:
    site.api.catalogue[0]["title"] = "<img src=x onerror=document.title='owned'>"
    open_gallery(page, site)
    expect(page.locator(".title").first).to_have_text("<img src=x onerror=document.title='owned'>")
    assert page.title() == "Lumenstock"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["", "?q=a&mode=semantic", "?q=no+people", "?image=01J00000000000000000000002"]
)
def test_axe_finds_nothing_serious(
    browser: Browser, site: Site, scheme: Literal["light", "dark"], path: str, tmp_path: Path
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    open_gallery(page, site, path)
    page.screenshot(path=tmp_path / "gallery.png", full_page=True)
    assert serious_violations(page) == []
    context.close()


class TestFaults:
    """The browser itself reports a failed request in its console, so these do not use ``page``."""

    def test_a_picture_that_is_gone_says_so(self, browser: Browser, site: Site) -> None:
        page = browser.new_page()
        open_gallery(page, site, "?image=01J00000000000000000009999")
        expect(page.get_by_role("heading", level=1)).to_have_text("This picture is not here")
        page.close()

    def test_a_picture_is_shown_although_what_looks_like_it_cannot_be_found(
        self, browser: Browser, site: Site
    ) -> None:
        site.api.comparing = False
        hit = site.api.catalogue[2]
        page = browser.new_page()
        open_gallery(page, site, f"?image={hit['id']}")
        expect(page.get_by_role("img", name=hit["title"])).to_be_visible()
        expect(page.get_by_text("They cannot be found just now.")).to_be_visible()
        page.close()

    def test_a_failing_search_shows_what_the_server_says(self, browser: Browser, site: Site) -> None:
        site.api.failing = True
        page = browser.new_page()
        open_gallery(page, site)
        expect(page.get_by_text("Search does not answer. Try again in a minute.")).to_be_visible()
        page.close()
