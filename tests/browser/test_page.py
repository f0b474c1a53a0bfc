"""The map page in a real browser, on the real service with the sample data."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.api.routes import pages

MORENCI = "mrds-99900001"

pytestmark = pytest.mark.skipif(not (pages.BUILT / "index.html").is_file(), reason="the map page has not been built")


@pytest.fixture
def visit(browser, sample_served):
    """Opens the page and waits until its map is drawn; nothing may fail on it, nor any request leave its origin."""
    complaints, requests, opened = [], [], []

    def open_page(address: str = "/map?lang=en", **context) -> Page:
        page = browser.new_context(viewport={"width": 1100, "height": 800}, **context).new_page()
        opened.append(page)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("requestfailed", lambda failed: complaints.append(f"{failed.url} {failed.failure}"))
        page.on("request", lambda asked: requests.append(asked.url))
        page.goto(sample_served + address)
        _drawn(page)
        return page

    yield open_page
    for page in opened:
        page.context.close()
    # A tile that is no longer wanted is given up, and the browser calls that a failure.
    assert [complaint for complaint in complaints if not re.search("ERR_ABORTED|GPU stall", complaint)] == []
    assert {url for url in requests if not url.startswith((f"{sample_served}/", "blob:", "data:"))} == set()
    assert any("/tiles/deposits/" in url for url in requests)


def _drawn(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-ready", "true", timeout=30_000)
    page.wait_for_function("() => vetalode.map.areTilesLoaded() && !vetalode.map.isMoving()")


def _ids_on_map(page: Page) -> set[str]:
    layers = "{layers: ['deposits-disc', 'deposits-diamond']}"
    return set(page.evaluate(f"vetalode.map.queryRenderedFeatures({layers}).map((each) => each.properties.id)"))


def _point_at(page: Page, longitude: float, latitude: float) -> None:
    """Brings a place to the middle of the map and clicks on it."""
    page.evaluate("(center) => vetalode.map.jumpTo({center, zoom: 10})", [longitude, latitude])
    page.wait_for_function("() => vetalode.map.areTilesLoaded() && !vetalode.map.isMoving()")
    at = page.evaluate("(place) => vetalode.map.project(place)", [longitude, latitude])
    page.locator("#map canvas").click(position={"x": at["x"], "y": at["y"]})


def test_the_deposits_of_both_surveys_are_on_the_map(visit):
    page = visit()
    expect(page.locator("#count")).to_contain_text("132")
    shown = _ids_on_map(page)
    assert len(shown) > 100
    assert {each.partition("-")[0] for each in shown} == {"mrds", "sgm"}


def test_a_click_on_a_deposit_shows_what_we_say_beside_what_its_source_said(visit):
    page = visit()
    _point_at(page, -109.355, 33.085)
    card = page.locator("#card")
    expect(card.locator("h2")).to_have_text("Morenci Mine")
    status = card.locator(".comparison tr", has=page.get_by_role("rowheader", name="Status", exact=True))
    expect(status.locator("td").nth(0)).to_contain_text("Producer")
    expect(status.locator("td").nth(1)).to_have_text("Producer")
    commodities = card.locator(".comparison tr", has=page.get_by_role("rowheader", name="Commodities"))
    expect(commodities.locator("td").nth(0)).to_contain_text("Copper")
    expect(commodities.locator("td").nth(1)).to_have_text("commod1: Copper; commod2: Molybdenum; commod3: Gold, Silver")
    expect(card).to_contain_text("Synthetic sample data of Vetalode")
    assert MORENCI in page.url


def test_the_page_speaks_spanish_when_told_to_and_keeps_it_in_its_address(visit):
    page = visit(f"/map?lang=en&deposit={MORENCI}")
    expect(page.locator("#card .comparison")).to_contain_text("Harmonised")
    page.locator("#lang-es").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#card .comparison")).to_contain_text("Armonizado")
    expect(page.locator("#card .comparison")).to_contain_text("Cobre")
    expect(page.locator("#count")).to_contain_text("yacimientos")
    assert "lang=es" in page.url


def test_the_page_speaks_the_browser_s_language_first(visit):
    page = visit("/map", locale="es-MX")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#count")).to_contain_text("yacimientos")


def test_a_commodity_filters_map_count_and_links_alike(visit):
    page = visit()
    everything = _ids_on_map(page)
    page.get_by_role("combobox", name="Commodity").fill("lith")
    page.get_by_role("option", name="Lithium").click()
    expect(page.locator("#count")).not_to_contain_text("132")
    page.wait_for_function("() => vetalode.map.areTilesLoaded()")
    listed = page.request.get(page.locator("#take-extract").get_attribute("href")).json()
    expect(page.locator("#count")).to_contain_text(str(listed["numberMatched"]))
    page.wait_for_function("() => vetalode.map.queryRenderedFeatures({layers: ['deposits-disc']}).length < 20")
    assert 0 < len(_ids_on_map(page)) < len(everything)
    assert _ids_on_map(page) <= {feature["id"] for feature in listed["features"]}
    assert "commodity=lithium" in page.url


def test_an_address_brings_back_what_it_shows(visit):
    page = visit("/map?lang=es&country=MX&source=sgm")
    expect(page.locator("#count")).to_contain_text("47")
    assert {each.partition("-")[0] for each in _ids_on_map(page)} == {"sgm"}


def test_the_map_leads_to_the_start_page_in_its_language_and_back(visit, sample_served):
    page = visit("/map?lang=es")
    page.locator("#home").click()
    expect(page).to_have_url(f"{sample_served}/?lang=es")
    expect(page.locator("h1")).to_contain_text("yacimientos minerales")
    page.locator(".doors a").first.click()
    expect(page).to_have_url(re.compile(f"^{sample_served}/map\\?lang=es"))
    _drawn(page)
