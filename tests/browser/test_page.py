"""The map page in a real browser, on the real service with the sample data."""

import csv
import io
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from app.api.routes import pages
from app.domain.vocabulary import vocabulary

MORENCI = "mrds-99900001"

pytestmark = pytest.mark.skipif(not (pages.BUILT / "index.html").is_file(), reason="the map page has not been built")


@pytest.fixture
def visit(browser, sample_served):
    """Opens the page and waits until its map is drawn; nothing may fail on it, nor any request leave its origin."""
    complaints, requests, glyphs, opened = [], [], [], []

    def open_page(address: str = "/map?lang=en", **context) -> Page:
        page = browser.new_context(viewport={"width": 1100, "height": 800}, **context).new_page()
        opened.append(page)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("requestfailed", lambda failed: complaints.append(f"{failed.url} {failed.failure}"))
        page.on("request", lambda asked: requests.append(asked.url))
        page.on("response", lambda got: glyphs.append(got.status) if "/fonts/" in got.url else None)
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
    assert set(glyphs) <= {200}


def _drawn(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-ready", "true", timeout=30_000)
    page.wait_for_function("() => vetalode.map.areTilesLoaded() && !vetalode.map.isMoving()")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the map draws: the ids of its deposits, and the attributes of its clusters with their places."""

    ids: set[str]
    clusters: list[dict]

    def of(self, source: str) -> int:
        """How many deposits of a source are drawn, in clusters or by themselves."""
        alone = sum(each.startswith(f"{source}-") for each in self.ids)
        return alone + sum(cluster.get(f"count_{source}", 0) for cluster in self.clusters)

    @property
    def total(self) -> int:
        return len(self.ids) + sum(cluster["point_count"] for cluster in self.clusters)


_DRAWN = """() => vetalode.map
    .queryRenderedFeatures({layers: ['clusters', 'deposits-disc', 'deposits-diamond']})
    .map(({properties, geometry}) => ({...properties, at: geometry.coordinates}))"""


def _shown(page: Page) -> Shown:
    """Near the edge of a tile the same is drawn by both."""
    drawn = page.evaluate(_DRAWN)
    clusters = {tuple(round(n, 3) for n in each["at"]): each for each in drawn if "point_count" in each}
    return Shown({each["id"] for each in drawn if "id" in each}, list(clusters.values()))


def _look_at(page: Page, longitude: float, latitude: float, zoom: float) -> None:
    page.evaluate("([center, zoom]) => vetalode.map.jumpTo({center, zoom})", [[longitude, latitude], zoom])
    _settled(page)


def _settled(page: Page) -> None:
    page.wait_for_function("() => vetalode.map.areTilesLoaded() && !vetalode.map.isMoving()")


def _place_of(page: Page, longitude: float, latitude: float) -> dict[str, float]:
    return page.evaluate("(place) => (({x, y}) => ({x, y}))(vetalode.map.project(place))", [longitude, latitude])


def _largest_cluster(page: Page) -> dict:
    """The largest cluster, brought to the middle of the map."""
    largest = max(_shown(page).clusters, key=lambda cluster: cluster["point_count"])
    _look_at(page, *largest["at"], page.evaluate("vetalode.map.getZoom()"))
    return largest


def _at(page: Page, cluster: dict) -> dict[str, float]:
    """Where its middle is in the window, whose upper left corner is the map's as well."""
    return _place_of(page, *cluster["at"])


def _point_at(page: Page, longitude: float, latitude: float) -> None:
    """Brings a place to the middle of the map, where every deposit is by itself, and clicks on it."""
    _look_at(page, longitude, latitude, 12)
    page.locator("#map canvas").click(position=_place_of(page, longitude, latitude))


def test_the_deposits_of_both_surveys_are_on_the_map(visit):
    page = visit()
    expect(page.locator("#count")).to_contain_text("132")
    _look_at(page, -105, 30, 2)
    shown = _shown(page)
    assert shown.clusters
    assert (shown.total, shown.of("sgm")) == (132, 47)
    assert shown.of("mrds") == 132 - 47


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
    _look_at(page, -105, 30, 2)
    page.get_by_role("combobox", name="Commodity").fill("lith")
    page.get_by_role("option", name="Lithium").click()
    expect(page.locator("#count")).not_to_contain_text("132")
    listed = page.request.get(page.locator("#take-extract").get_attribute("href")).json()
    table = page.request.get(page.get_by_role("link", name="CSV").get_attribute("href")).text()
    assert [row["id"] for row in csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))] == [
        feature["id"] for feature in listed["features"]
    ]
    expect(page.locator("#count")).to_contain_text(str(listed["numberMatched"]))
    page.wait_for_function(f"() => ({_DRAWN})().some((each) => each.commodity === 'lithium')")
    _settled(page)
    shown = _shown(page)
    assert shown.total == listed["numberMatched"] < 20
    assert shown.ids <= {feature["id"] for feature in listed["features"]}
    assert "commodity=lithium" in page.url


def test_an_address_brings_back_what_it_shows(visit):
    page = visit("/map?lang=es&country=MX&source=sgm")
    expect(page.locator("#count")).to_contain_text("47")
    shown = _shown(page)
    assert shown.of("sgm") == shown.total > 0


@pytest.mark.parametrize("lang", ["en", "es"])
def test_pointing_at_a_cluster_says_how_many_of_what_it_holds(visit, lang):
    page = visit(f"/map?lang={lang}")
    _look_at(page, -105, 30, 3)
    cluster = _largest_cluster(page)
    at = _at(page, cluster)
    page.mouse.move(at["x"] - 1, at["y"])
    page.mouse.move(at["x"], at["y"])
    code, _, count = cluster["commodity_counts"].partition(",")[0].partition(":")
    label = vocabulary("commodity").terms[code].label.speak(lang)
    noun = {"en": "deposits", "es": "yacimientos"}[lang]
    expect(page.locator("#hover")).to_contain_text(f"{cluster['point_count']} {noun} · {label} {count}")


@pytest.mark.parametrize("finger", [False, True])
def test_a_cluster_opens_where_it_lies(visit, finger):
    page = visit("/map?lang=en", has_touch=finger, is_mobile=finger)
    _look_at(page, -105, 30, 3)
    cluster = _largest_cluster(page)
    at = _at(page, cluster)
    (page.touchscreen.tap if finger else page.mouse.click)(at["x"], at["y"])
    page.wait_for_function("(zoom) => vetalode.map.getZoom() === zoom", arg=cluster["opens_at"])
    _settled(page)
    near = {place["point_count"] for place in _shown(page).clusters}
    assert cluster["point_count"] not in near
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator("#hover")).to_be_hidden()


def test_at_the_deepest_zoom_of_tiles_every_deposit_is_by_itself(visit):
    page = visit()
    for zoom in (12, 13.5):
        _look_at(page, -109.355, 33.085, zoom)
        shown = _shown(page)
        assert MORENCI in shown.ids
        assert shown.clusters == []


def test_a_cluster_has_its_number_in_our_font(visit):
    fonts = []
    page = visit()
    page.on("response", lambda got: fonts.append(got.url) if "/fonts/" in got.url else None)
    page.reload()
    _drawn(page)
    _look_at(page, -105, 30, 3)
    page.wait_for_function("vetalode.map.queryRenderedFeatures({layers: ['clusters-number']}).length > 3")
    assert any(url.endswith("/fonts/Noto%20Sans%20Regular/0-255.pbf") for url in fonts)
    cluster = _largest_cluster(page)
    at = _at(page, cluster)
    assert _inside(page, at, numbered=True) != _inside(page, at, numbered=False)


def _inside(page: Page, at: dict[str, float], *, numbered: bool) -> bytes:
    """A picture of the middle of a cluster, with its number or without."""
    seen = "visible" if numbered else "none"
    page.evaluate("(seen) => void vetalode.map.setLayoutProperty('clusters-number', 'visibility', seen)", seen)
    page.evaluate("() => new Promise((done) => vetalode.map.once('idle', () => done(true)).triggerRepaint())")
    return page.screenshot(clip={"x": at["x"] - 4, "y": at["y"] - 4, "width": 8, "height": 8})


def test_the_map_leads_to_the_start_page_in_its_language_and_back(visit, sample_served):
    page = visit("/map?lang=es")
    page.locator("#home").click()
    expect(page).to_have_url(f"{sample_served}/?lang=es")
    expect(page.locator("h1")).to_contain_text("yacimientos minerales")
    page.locator(".doors a").first.click()
    expect(page).to_have_url(re.compile(f"^{sample_served}/map\\?lang=es"))
    _drawn(page)
