"""The documents of the API as pages: well-formed, in both languages, nothing from outside, no name but as text."""

import re
from html.parser import HTMLParser

import pytest

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
    (as_json,) = (each["href"] for each in page.all("link") if each["rel"] == "alternate")
    assert edge_client.get(as_json, headers={"Accept": "text/html"}).headers["content-type"].find("json") > 0
    (other,) = (each["href"] for each in page.all("a") if each.get("hreflang") == "es")
    spanish = edge_client.get(other, headers={"Accept": "text/html"})
    assert Read(spanish.text).all("html") == [{"lang": "es"}]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_that_a_page_leads_to_is_there(read, edge_client, path):
    own = {each["href"] for each in read(path).all("a") if each["href"].startswith("http://testserver/")}
    for href in sorted(own, key=len)[:40]:
        if not href.startswith("http://testserver/map"):
            assert edge_client.get(href, headers={"Accept": "text/html"}).status_code == 200, href


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
