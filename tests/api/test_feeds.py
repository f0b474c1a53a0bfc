"""The releases as feeds: valid Atom and JSON Feed that say the same, with absolute addresses that all answer."""

import json
import re
from datetime import datetime
from xml.etree import ElementTree

import pytest

from ingest.publish import rollback

ATOM, JSON = "/releases.atom", "/releases.json"
A = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ROW = {"dep_id": "1", "site_name": "Nueva", "latitude": "30", "longitude": "-110", "country": "Mexico"}


@pytest.fixture
def two(own_sample_store, client_of, add_mrds):
    """A service with two releases; their names, the newest first."""
    add_mrds(own_sample_store, [ROW])
    client = client_of(own_sample_store)
    return client, [one["name"] for one in client.get("/releases").json()["releases"]]


def _atom(client, **asked):
    answer = client.get(ATOM, params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml")
    return ElementTree.fromstring(answer.content)  # noqa: S314


def _links(element):
    return [dict(link.attrib) for link in element.findall(f"{A}link")]


def _moment(text):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)
    return datetime.fromisoformat(text)


def test_atom_has_what_its_standard_asks_for(two):
    client, names = two
    feed = _atom(client)
    assert feed.tag == f"{A}feed"
    for element in (feed, *feed.findall(f"{A}entry")):
        for name in ("id", "title", "updated"):
            (one,) = element.findall(f"{A}{name}")
            assert one.text
        assert re.fullmatch(r"http://testserver/\S+", element.findtext(f"{A}id"))
    assert feed.findtext(f"{A}author/{A}name") == "Vetalode"
    entries = feed.findall(f"{A}entry")
    assert [entry.findtext(f"{A}title") for entry in entries] == [f"Release {name}" for name in names]
    assert len({entry.findtext(f"{A}id") for entry in entries}) == 2
    moments = [_moment(entry.findtext(f"{A}updated")) for entry in entries]
    assert moments[0] == _moment(feed.findtext(f"{A}updated")) >= moments[1]
    published = [datetime.fromisoformat(one["published_at"]) for one in client.get("/releases").json()["releases"]]
    assert moments == [one.replace(microsecond=0) for one in published]


def test_each_link_is_absolute_and_answers_with_its_type(two):
    client, _ = two
    feed = _atom(client, lang="es")
    links = [*_links(feed), *(link for entry in feed.findall(f"{A}entry") for link in _links(entry))]
    assert [link["rel"] for link in links].count("self") == 1
    for link in links:
        assert link["href"].startswith("http://testserver/")
        answer = client.get(link["href"].partition("#")[0])
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, link["type"])
        assert answer.headers["content-language"] == link.get("hreflang", "es")


def test_an_entry_leads_to_the_changes_since_the_one_before(two):
    client, (newer, older) = two
    last, first = _atom(client).findall(f"{A}entry")
    (link,) = (link for link in _links(last) if link["rel"] == "related")
    assert link["title"] == f"Changes since release {older}"
    changes = client.get(link["href"]).json()
    assert (changes["since"], changes["release"], changes["counts"]["added"]) == (older, newer, 1)
    assert "related" not in {link["rel"] for link in _links(first)}
    page = client.get(f"/releases?f=html#{newer}").text
    assert f'id="{newer}"' in page


def test_an_entry_says_how_many_deposits_from_which_sources_of_which_day(two, own_sample_store):
    client, _ = two
    day = client.get("/sources").json()["sources"][0]["retrieved"]
    said = [
        [entry.findtext(f"{A}summary") for entry in _atom(client, lang=lang).findall(f"{A}entry")]
        for lang in ("en", "es")
    ]
    usgs, sgm = "U.S. Geological Survey (USGS)", "Servicio Geológico Mexicano (SGM)"
    assert said[0][0] == f"133 deposits ({usgs}: 86, retrieved {day}; {sgm}: 47, retrieved {day}). It answers now."
    assert said[0][1] == f"132 deposits ({usgs}: 85, retrieved {day}; {sgm}: 47, retrieved {day})."
    assert said[1][1] == f"132 yacimientos ({usgs}: 85, obtenidos el {day}; {sgm}: 47, obtenidos el {day})."
    rollback(own_sample_store)
    texts = [one["content_text"] for one in client.get(JSON).json()["items"]]
    assert ["It answers now" in one for one in texts] == [False, True]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_both_feeds_say_the_same(two, lang):
    client, _ = two
    answer = client.get(JSON, params={"lang": lang})
    assert answer.headers["content-type"] == "application/feed+json"
    feed, atom = answer.json(), _atom(client, lang=lang)
    assert (feed["version"], feed["language"]) == ("https://jsonfeed.org/version/1.1", lang)
    assert feed["feed_url"] == str(answer.url)
    assert feed["title"] == atom.findtext(f"{A}title")
    assert atom.get(XML_LANG) == lang
    for item, entry in zip(feed["items"], atom.findall(f"{A}entry"), strict=True):
        by_rel = {link["rel"]: link for link in _links(entry)}
        assert item["id"] == entry.findtext(f"{A}id")
        assert item["title"] == entry.findtext(f"{A}title")
        assert item["content_text"] == entry.findtext(f"{A}summary")
        assert item["date_published"] == entry.findtext(f"{A}published")
        assert item["url"] == by_rel["alternate"]["href"]
        attached = [(one["url"], one["mime_type"], one["title"]) for one in item.get("attachments", [])]
        assert attached == [(link["href"], link["type"], link["title"]) for link in [by_rel.get("related")] if link]


def test_ids_are_the_same_in_both_languages(two):
    client, _ = two
    ids = [[one["id"] for one in client.get(JSON, params={"lang": lang}).json()["items"]] for lang in ("en", "es")]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("path", [ATOM, JSON])
def test_who_has_the_feed_gets_304_until_something_is_published_or_dropped(two, own_sample_store, add_mrds, path):
    client, _ = two
    tags = []
    for number in range(2, 5):
        got = client.get(path)
        again = client.get(path, headers={"If-None-Match": got.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        tags.append(got.headers["etag"])
        add_mrds(own_sample_store, [{**ROW, "dep_id": str(number)}])
    assert len(set(tags)) == 3
    assert client.get(path, headers={"If-None-Match": ",".join(tags)}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/releases"])
def test_documents_and_pages_link_to_the_feeds(client, path):
    links = [link for link in client.get(path).json()["links"] if link["rel"] == "alternate"]
    found = {link["type"]: link["href"] for link in links if link["href"].rpartition(".")[0].endswith("/releases")}
    assert found == {
        "application/atom+xml": "http://testserver/releases.atom",
        "application/feed+json": "http://testserver/releases.json",
    }
    page = client.get(path, params={"f": "html", "lang": "es"}).text
    for media_type, href in found.items():
        titled = 'title="Vetalode: ediciones de yacimientos minerales"'
        assert f'<link rel="alternate" type="{media_type}" {titled} href="{href}">' in page


def test_a_feed_takes_no_other_parameter(client):
    assert client.get(ATOM, params={"f": "html"}).status_code == 400
    assert "lang" in json.loads(client.get(JSON, params={"since": "x"}).text)["detail"]
