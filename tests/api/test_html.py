"""The documents of the API as pages: well-formed, in both languages, nothing from outside, no name but as text."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from app.domain.vocabulary import TITLES
from app.extracts.formats import FORMATS
from app.main import create_app
from app.settings import Settings

COLLECTION = "/collections/deposits"
HOSTILE = f"{COLLECTION}/items/mrds-15"
PAGES = (
    "/",
    "/conformance",
    "/api",
    "/collections",
    COLLECTION,
    f"{COLLECTION}/schema",
    f"{COLLECTION}/queryables",
    f"{COLLECTION}/items",
    f"{COLLECTION}/items?limit=7&bbox=-115,28,-105,33",
    f"{COLLECTION}/items?bbox=170,40,-170,60",
    f"{COLLECTION}/items?bbox=100,60,101,61",
    f"{COLLECTION}/items?properties=name,status&limit=5",
    f"{COLLECTION}/items?skipGeometry=true&limit=5",
    f"{COLLECTION}/items?crs=http://www.opengis.net/def/crs/EPSG/0/4326&limit=5",
    f"{COLLECTION}/items?crs=http://www.opengis.net/def/crs/EPSG/0/3857&limit=5",
    HOSTILE,
    f"{COLLECTION}/items/mrds-99900001",
    f"{COLLECTION}/items/mrds-5",
    f"{COLLECTION}/tiles",
    f"{COLLECTION}/tiles/WebMercatorQuad",
    "/tileMatrixSets",
    "/tileMatrixSets/WebMercatorQuad",
    "/sources",
    "/releases",
    "/lists",
    "/styles",
    "/rasters",
    "/rasters/magnetics",
    "/vocabularies",
    *(f"/vocabularies/{name}" for name in TITLES),
)
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Read(HTMLParser):
    """A page's elements with their attributes and its text; every element must be closed in its turn."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self._open = [], [], []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} says an attribute twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join("".join(self.words).split())


@pytest.fixture
def read(edge_client):
    def get(path, lang="en"):
        answer = edge_client.get(path + ("&" if "?" in path else "?") + f"lang={lang}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return Read(answer.text)

    return get


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_formed_and_in_its_language(read, path, lang):
    page = read(path, lang)
    assert [each["lang"] for each in page.all("html")] == [lang]
    assert len(page.all("h1")) == len(page.all("title")) - len(page.all("circle")) == 1
    assert ("Colecciones" in page.text) == (lang == "es")
    assert "None" not in page.text
    assert "Undefined" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_and_loads_nothing_but_its_own_style(read, edge_client, path):
    page = read(path)
    assert {tag for tag, _ in page.elements} & {"script", "style", "img", "iframe", "object", "form"} == set()
    assert not any(name == "style" or name.startswith("on") for _, given in page.elements for name in given)
    (style,) = (each["href"] for each in page.all("link") if each["rel"] == "stylesheet")
    served = edge_client.get(style)
    assert served.headers["content-type"].startswith("text/css")
    assert "immutable" in served.headers["cache-control"]
    assert "http" not in served.text


@pytest.mark.parametrize("path", PAGES)
def test_links_that_leave_the_service_say_so_and_are_of_the_web(read, path):
    for each in read(path).all("a"):
        own = each["href"].startswith("http://testserver/")
        assert own or (each["href"].startswith(("http://", "https://")) and "noopener" in each["rel"]), each


@pytest.mark.parametrize("path", PAGES)
def test_a_page_leads_to_its_document_and_to_the_other_language(read, edge_client, path):
    page = read(path)
    (as_json,) = (each["href"] for each in page.all("link") if each.get("type") == "application/json")
    assert edge_client.get(as_json, headers={"Accept": "text/html"}).headers["content-type"].find("json") > 0
    (other,) = (each["href"] for each in page.all("a") if each.get("hreflang") == "es")
    spanish = edge_client.get(other, headers={"Accept": "text/html"})
    assert Read(spanish.text).all("html") == [{"lang": "es"}]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_that_a_page_leads_to_is_there(read, edge_client, path):
    own = {each["href"] for each in read(path).all("a") if each["href"].startswith("http://testserver/")}
    for href in sorted(own, key=len)[:40]:
        if not href.startswith("http://testserver/map"):
            # A file is made when it is asked for.
            ask = edge_client.head if "/exports/" in href else edge_client.get
            assert ask(href, headers={"Accept": "text/html"}).status_code == 200, href


@pytest.mark.parametrize("path", PAGES)
def test_a_page_comes_with_a_strict_policy(edge_client, path):
    policy = edge_client.get(path, headers={"Accept": "text/html"}).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", [HOSTILE, f"{COLLECTION}/items?ids=mrds-15"])
def test_a_hostile_name_is_only_text(read, path):
    page = read(path)
    assert 'O\'Brien "100%" <b>{}\\ ñ 矿 🪨' in page.text
    assert page.all("b") == []


def test_a_question_is_said_back_as_text_only(read):
    page = read(f"{COLLECTION}/items?commodity=gold&country=MX")
    assert "commodity=gold" in page.text
    assert "country=MX" in page.text


def test_an_item_has_what_is_ours_beside_the_source_s_words_in_one_row(edge_client):
    page = edge_client.get(f"{COLLECTION}/items/mrds-99900001", params={"f": "html", "lang": "es"}).text
    row = next(row for row in re.findall("<tr>.*?</tr>", page, re.DOTALL) if ">Sustancias<" in row)
    cells = [re.sub("<.*?>", "", cell).strip() for cell in re.findall("<td.*?</td>", row, re.DOTALL)]
    assert cells[0].startswith("Cobre")
    assert cells[1] == "commod1: Copper; commod2: Molybdenum; commod3: Gold, Silver"


def test_next_leads_through_all_pages(edge_client):
    href, seen = f"{COLLECTION}/items?limit=50&f=html", []
    while href:
        page = Read(edge_client.get(href).text)
        seen += page.all("circle")
        href = next((each["href"] for each in page.all("a") if each.get("rel") == "next"), None)
    assert len(seen) == 148


def test_dots_of_a_box_across_the_180th_meridian_are_inside_its_frame(read):
    page = read(f"{COLLECTION}/items?bbox=170,40,-170,60")
    (box,) = page.all("rect")
    west, east = float(box["x"]), float(box["x"]) + float(box["width"])
    dots = [float(dot["cx"]) for dot in page.all("circle")]
    assert len(dots) == 4
    assert all(west <= dot <= east for dot in dots)


def _rows(client, address, lang):
    """The texts of the cells of each row of a page's table."""
    page = client.get(address, params={"f": "html", "lang": lang}).text
    body = page.partition("<tbody>")[2]
    rows = (re.findall("<t[hd].*?</t[hd]>", row, re.DOTALL) for row in re.findall("<tr.*?</tr>", body, re.DOTALL))
    return [[unescape(re.sub("<.*?>", "", cell)).strip() for cell in row] for row in rows]


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_vocabulary_s_page_says_each_code_by_its_names_in_both_languages(edge_client, name, lang):
    rows = _rows(edge_client, f"/vocabularies/{name}", lang)
    terms = edge_client.get(f"/vocabularies/{name}", params={"lang": lang}).json()["terms"]
    other = {"en": "es", "es": "en"}[lang]
    assert [row[:3] for row in rows] == [[term["label"], term["code"], term[f"label_{other}"]] for term in terms]


def test_what_a_term_has_besides_its_names_is_said_in_the_reader_s_language(edge_client):
    def row(name, code):
        return next(row[3:] for row in _rows(edge_client, f"/vocabularies/{name}", "es") if row[1] == code)

    assert row("deposit_type", "residual-placer-lead") == ["01.01.02", "tipo", "Placer", "residual-placer-lead"]
    assert row("country", "AS") == ["Estados Unidos"]
    assert row("country", "MX") == ["—"]
    assert row("state", "MX-SON") == ["México"]
    assert row("commodity", "lead") == ["Pb", "base-metal", "lead"]


def test_a_code_leads_to_its_deposits_where_it_can_be_asked_for(read):
    led = {each["href"].partition("testserver")[2] for each in read("/vocabularies/deposit_type", "es").all("a")}
    assert f"{COLLECTION}/items?lang=es&limit=50&deposit_type=placer" in led
    assert not any("/items" in each["href"] for each in read("/vocabularies/size").all("a"))


@pytest.mark.parametrize(("lang", "said"), [("en", "Lithium"), ("es", "Litio")])
def test_lists_name_their_commodities_in_the_reader_s_language(read, lang, said):
    page = read("/lists", lang)
    assert said in page.text
    assert {"en": "Spodumene by Lithium", "es": "Espodumena por Litio"}[lang] in page.text
    assert {"en": "presented, not decreed", "es": "presentada, no decretada"}[lang] in page.text


def test_sources_say_on_what_terms_and_releases_which_one_answers(read, edge_client):
    sources = read("/sources", "es")
    for card in edge_client.get("/sources", params={"lang": "es"}).json()["sources"]:
        for name in ("title", "agency", "licence", "citation", "homepage", "retrieved"):
            assert card[name] in sources.text
        if card["licence_url"]:
            assert card["licence_url"] in {each["href"] for each in sources.all("a")}
    kept = edge_client.get("/releases").json()["releases"]
    days = [each["published_at"][:16].replace("T", " ") for each in kept]
    assert _rows(edge_client, "/releases", "es") == [
        [kept[0]["name"], days[0], "148", "sí"],
        [kept[1]["name"], days[1], "132", "no"],
    ]


def test_the_start_page_leads_to_all_of_them(read):
    led = {each["href"].partition("testserver")[2].partition("?")[0] for each in read("/").all("a")}
    assert {"/map", "/collections", "/api", "/sources", "/releases", "/lists", "/styles", "/vocabularies"} <= led


@pytest.mark.parametrize("path", ["/lists", "/styles", "/vocabularies", "/vocabularies/deposit_type"])
def test_pages_of_what_needs_no_database_answer_without_one(path):
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")
    with TestClient(create_app(settings)) as client:
        page = client.get(path, params={"f": "html", "lang": "es"})
    assert (page.status_code, Read(page.text).all("html")) == (200, [{"lang": "es"}])


@pytest.mark.parametrize(
    ("path", "asked"),
    [("/collections/sgm", {}), ("/collections/sgm/items", {"commodity": "gold", "crs": "EPSG:6372", "limit": "5"})],
)
def test_a_page_offers_its_deposits_as_files(client, path, asked):
    page = client.get(path, params={"f": "html", "lang": "es", **asked}).text
    offered = [unescape(href) for href in re.findall(r'href="([^"]+/exports/[^"]+)"', page)]
    assert [re.search(r"/exports/sgm\.([a-z.]+)", href)[1] for href in offered] == list(FORMATS)
    assert all(href.startswith("http://testserver/exports/") and "lang=es" in href for href in offered)
    assert [href for href in offered if client.head(href).status_code != 200] == []
    assert all(("commodity=gold" in href) == bool(asked) for href in offered)
    in_that_system = [ending for ending, href in zip(FORMATS, offered, strict=True) if "crs=" in href]
    assert in_that_system == [one.ending for one in FORMATS.values() if one.any_crs and asked]
