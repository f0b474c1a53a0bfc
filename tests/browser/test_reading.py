"""The pages of the API in a real browser: readable on a desk and on a phone, in both languages, with nothing to run."""

import pytest
from playwright.sync_api import Browser, expect

WIDTHS = {"desk": 1100, "phone": 360}
PAGES = (
    "/",
    "/sources",
    "/releases",
    "/lists",
    "/styles",
    "/vocabularies",
    "/vocabularies/commodity",
    "/vocabularies/deposit_type",
    "/vocabularies/state",
    "/collections",
    "/collections/deposits/schema",
    "/collections/deposits/items?limit=20",
    "/collections/deposits/items/mrds-99900001",
)


@pytest.fixture(params=WIDTHS)
def read(request, browser: Browser, sample_served):
    """Opens a page in a window of some width; the browser may complain of nothing."""
    complaints = []
    context = browser.new_context(viewport={"width": WIDTHS[request.param], "height": 800})

    def open_page(address, lang="en"):
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("requestfailed", lambda failed: complaints.append(failed.url))
        page.set_extra_http_headers({"Accept-Language": lang})
        page.goto(sample_served + address)
        return page

    yield open_page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("address", PAGES)
def test_no_page_is_wider_than_its_window(read, address, lang):
    page = read(address, lang)
    expect(page.locator("html")).to_have_attribute("lang", lang)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stacked = page.locator(".wide:has(.stack)")
    assert stacked.evaluate_all("all => all.every((each) => each.scrollWidth <= each.clientWidth)")


def test_on_a_phone_each_cell_says_what_its_column_is_called(read):
    page = read("/vocabularies/deposit_type", "es")
    gold = page.locator("tr", has=page.get_by_text("fluvial-placer-gold").first)
    cell = gold.locator("td").nth(1)
    expect(cell).to_have_text("Fluvial placer gold")
    on_a_phone = page.viewport_size["width"] == WIDTHS["phone"]
    before = cell.evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert before == ('"English: "' if on_a_phone else "none")
    name = gold.locator("th").bounding_box()
    assert (cell.bounding_box()["y"] > name["y"] + 10) is on_a_phone
    assert page.locator("thead").evaluate("(head) => getComputedStyle(head).clipPath !== 'none'") is on_a_phone


def test_a_reader_goes_from_the_start_to_a_code_and_to_its_deposits_in_spanish(read):
    page = read("/?lang=es")
    page.get_by_role("link", name="Vocabularios").click()
    page.get_by_role("link", name="Estado de actividad").click()
    expect(page.locator("h1")).to_have_text("Estado de actividad")
    page.get_by_role("link", name="past-producer").click()
    expect(page.locator("h1")).to_have_text("Yacimientos")
    expect(page.locator(".note")).to_contain_text("status=past-producer")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Deposits")


def test_a_list_opens_to_its_commodities(read):
    page = read("/lists")
    one = page.locator("section", has=page.locator("#mx-strategic-law"))
    expect(one.get_by_text("by Lithium")).to_be_hidden()
    one.locator("summary").click()
    expect(one.locator("li")).to_have_text(["Lithium", "Spodumene by Lithium"])
