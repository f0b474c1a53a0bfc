"""Every link is absolute and leads where the client can follow it, whatever stands before the service."""

import json
import re
import socket
from html import unescape
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from app.main import create_app
from app.settings import Settings

ITEMS = "/collections/deposits/items"
# Documents, with what is asked of them so that they have all links that they may have.
DOCUMENTS = (
    "/",
    "/conformance",
    "/api",
    "/collections",
    "/collections/mrds",
    "/collections/deposits/schema",
    "/collections/deposits/queryables",
    f"{ITEMS}?limit=5&commodity=gold",
    f"{ITEMS}/mrds-99900001",
    "/collections/sgm/tiles",
    "/collections/sgm/tiles/WebMercatorQuad",
    "/tileMatrixSets",
    "/tileMatrixSets/WebMercatorQuad",
    "/tiles/deposits.json?commodity=gold",
)
PAGES = [path for path in DOCUMENTS if not path.startswith("/tiles/")]
# Addresses in which our own documents name what others keep.
OTHERS = re.compile(
    r"http://www\.opengis\.net/|https://json-schema\.org/|https://geojson\.org/|https://www\.apache\.org/|"
    r"https?://(mrdata|www)\.usgs\.gov|https?://\S*sgm\.gob\.mx|http://resource\.geosciml\.org/|https://creativecommons"
)
# What a proxy says, by name, and the base that follows from it.
TOLD = {
    "nothing": ({}, "http://testserver"),
    "another host": ({"Host": "maps.example.org:8080"}, "http://maps.example.org:8080"),
    "a scheme": ({"X-Forwarded-Proto": "https"}, "https://testserver"),
    "a scheme in capitals": ({"X-Forwarded-Proto": "HTTPS"}, "https://testserver"),
    "a host": ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "maps.example.org"}, "https://maps.example.org"),
    "a host and a port": (
        {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "maps.example.org", "X-Forwarded-Port": "8443"},
        "https://maps.example.org:8443",
    ),
    "a port alone": ({"X-Forwarded-Port": "8443"}, "http://testserver:8443"),
    "an impossible host before a good one": (
        {"Forwarded": 'host="a:99999";proto=https', "X-Forwarded-Host": "maps.example.org", "X-Forwarded-Port": "8443"},
        "https://maps.example.org:8443",
    ),
    "dots for a host": ({"Forwarded": "host=.."}, "http://testserver"),
    "a port beyond all ports": ({"X-Forwarded-Port": "65536"}, "http://testserver"),
    "the scheme's own port": ({"X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"}, "https://testserver"),
    "a port twice": (
        {"X-Forwarded-Host": "maps.example.org:99", "X-Forwarded-Port": "8443"},
        "http://maps.example.org:99",
    ),
    "a sixth-version host": (
        {"X-Forwarded-Host": "[2001:db8::1]", "X-Forwarded-Port": "8443"},
        "http://[2001:db8::1]:8443",
    ),
    "a prefix": ({"X-Forwarded-Prefix": "/geo/vetalode/"}, "http://testserver/geo/vetalode"),
    "several proxies": (
        {"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "maps.example.org, inner"},
        "https://maps.example.org",
    ),
    "the standard": (
        {"Forwarded": 'for=192.0.2.1;Proto=https;host="maps.example.org:8443"'},
        "https://maps.example.org:8443",
    ),
    "the standard, quoted": (
        {"Forwarded": 'for="[2001:db8::1]:99, x;y" ; by=z;host=maps.example.org;proto=https'},
        "https://maps.example.org",
    ),
    "the standard twice": ({"Forwarded": "proto=https;host=maps.example.org, host=inner"}, "https://maps.example.org"),
    "the standard before the older": (
        {"Forwarded": "host=maps.example.org;proto=https", "X-Forwarded-Host": "inner", "X-Forwarded-Port": "99"},
        "https://maps.example.org",
    ),
    "the standard beside the older": (
        {"Forwarded": "for=192.0.2.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "maps.example.org"},
        "https://maps.example.org",
    ),
}


@pytest.fixture(scope="module")
def mounted(sample_url, archives):
    """The service as a part of another."""
    app = create_app(Settings(database_url=sample_url, archives=str(archives)))
    outer = Starlette(routes=[Mount("/geo/vetalode", app)], lifespan=lambda _: app.app.router.lifespan_context(app))
    with TestClient(outer) as client:
        yield client


@pytest.fixture(scope="module")
def public(sample_url):
    """The service that is told where clients see it."""
    settings = Settings(database_url=sample_url, public_url="https://maps.example.org/vetalode/")
    with TestClient(create_app(settings)) as client:
        yield client


def _addresses(said, of=("href", "url", "$id", "x-ogc-codelistUri", "tiles")):
    """The addresses that a document names, in whatever member."""
    if isinstance(said, dict):
        for name, value in said.items():
            if name in of and isinstance(value, str):
                yield value
            elif name in of and isinstance(value, list) and all(isinstance(one, str) for one in value):
                yield from value
            else:
                yield from _addresses(value, of)
    elif isinstance(said, list):
        for one in said:
            yield from _addresses(one, of)


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.addresses = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):  # noqa: ARG002
        self.addresses += [value for name, value in attrs if name in ("href", "src", "action") and value != "data:,"]


def _own(addresses, base):
    """Our own addresses, without the base that each must begin with."""
    own = [address for address in addresses if not OTHERS.match(address)]
    for address in own:
        assert re.match(re.escape(base) + "(/|$)", address), address
    return [address.removeprefix(base) for address in own]


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("told", TOLD)
def test_every_link_begins_where_the_proxy_says(client, path, told):
    headers, base = TOLD[told]
    plain = _own(_addresses(client.get(path).json()), "http://testserver")
    assert plain
    assert _own(_addresses(client.get(path, headers=headers).json()), base) == plain


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("told", TOLD)
def test_every_link_of_a_page_begins_where_the_proxy_says(client, path, told):
    headers, base = TOLD[told]
    page = {"Accept": "text/html"}
    plain = _own(_Page(client.get(path, headers=page).text).addresses, "http://testserver")
    assert len(plain) > 5
    assert _own(_Page(client.get(path, headers=headers | page).text).addresses, base) == plain


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("headers", [{}, {"Forwarded": "host=other.example;proto=http"}])
def test_the_public_address_goes_before_what_a_proxy_says(client, public, path, headers):
    plain = _own(_addresses(client.get(path).json()), "http://testserver")
    assert _own(_addresses(public.get(path, headers=headers).json()), "https://maps.example.org/vetalode") == plain


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_link_of_a_service_within_another_can_be_followed(client, mounted, path):
    base = "http://testserver/geo/vetalode"
    plain = _own(_addresses(client.get(path).json()), "http://testserver")
    within = mounted.get(f"/geo/vetalode{path}")
    assert within.status_code == 200
    assert _own(_addresses(within.json()), base) == plain


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_a_service_within_another_leads_to_its_own(client, mounted, path):
    base, page = "http://testserver/geo/vetalode", {"Accept": "text/html"}
    plain = _own(_Page(client.get(path, headers=page).text).addresses, "http://testserver")
    within = _own(_Page(mounted.get(f"/geo/vetalode{path}", headers=page).text).addresses, base)
    assert within == plain
    for address in within[:30]:
        if not address.startswith("/map"):
            assert mounted.get(f"/geo/vetalode{address}", headers=page).status_code == 200, address


def test_next_and_prev_can_be_followed_behind_a_prefix(client):
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "maps.example.org", "X-Forwarded-Prefix": "/geo"}
    first = client.get(ITEMS, params={"limit": 60}, headers=headers).json()
    second = client.get(_followed(first, "next"), headers=headers).json()
    third = client.get(_followed(second, "next"), headers=headers).json()
    again = client.get(_followed(second, "self"), headers=headers).json()
    assert again == second
    assert client.get(_followed(second, "prev"), headers=headers).json()["features"] == first["features"]
    assert [page["numberReturned"] for page in (first, second, third)] == [60, 60, 12]


def _followed(page, rel):
    (address,) = (link["href"] for link in page["links"] if link["rel"] == rel)
    assert address.startswith("https://maps.example.org/geo/collections/")
    return address.removeprefix("https://maps.example.org/geo")


def test_answers_with_other_bases_are_kept_apart(client):
    tags = {client.get("/", headers=headers).headers["etag"] for headers, base in TOLD.values()}
    assert len(tags) == len({base for _, base in TOLD.values()})


HOSTILE = (
    'a"b',
    "a'b",
    "a b",
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "javascript:alert(1)",
    "evil.example/path",
    "evil.example?x",
    "evil.example#x",
    "user:secret@evil.example",
    "evil.example\\x",
    "evil.example;x",
    "evil.example:port",
    "evil.example:999999",
    "evil..example/../x",
    "//evil.example",
    "/../..",
    "/./x",
    "/a/../b",
    "/evil path",
    '/"><b>',
    "ev\til",
    "é",
    "%0d%0aSet-Cookie: a=b",
    "{z}",
    "a" * 5000 + "/",
)
NAMES = ("Forwarded", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "Host")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_headers_reach_no_link(client, name, value):
    said = {"Forwarded": f'host="{value}";proto={value}'}.get(name, value).encode("latin-1")
    for path in ("/", f"{ITEMS}?limit=2", "/tiles/deposits.json", "/api"):
        for accepted in ("application/json", "text/html"):
            answer = client.get(path, headers={name: said, "Accept": accepted})
            assert answer.status_code == 200
            as_page = answer.headers["content-type"].startswith("text/html")
            found = _Page(answer.text).addresses if as_page else list(_addresses(answer.json()))
            assert found
            for address in found:
                # What stands for the host in the request itself is said back, in letters of addresses alone.
                host = "[\\w.%-]+" if name == "Host" else "testserver"
                assert OTHERS.match(address) or re.match(rf"http://{host}(:\d{{1,5}})?(/|$)", address), address
            if name != "Host":
                assert not re.search(r"evil|alert|Set-Cookie|<b>|secret", answer.text + str(answer.headers))


@pytest.mark.parametrize("name", NAMES)
def test_a_header_cannot_bring_in_another(sample_served, name):
    host, _, port = sample_served.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as raw:
        hosts = "" if name == "Host" else f"Host: {host}\r\n"
        raw.sendall(f"GET / HTTP/1.1\r\n{hosts}{name}: a\r\n b\rSet-Cookie: x=y\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 (200|400) ", head)
    assert b"set-cookie" not in head.lower()
    assert b"Set-Cookie" not in body


def test_a_question_is_said_back_in_links_and_pages_as_text_only(client):
    hostile = '"><script>alert(1)</script>'
    for path, name in ((ITEMS, "name"), (ITEMS, "ids"), ("/tiles/deposits.json", "name")):
        answer = client.get(path, params={name: hostile})
        assert answer.status_code == 200
        assert not any(set('<>" ') & set(address) for address in _addresses(answer.json()))
    page = client.get(ITEMS, params={"name": hostile, "f": "html"}).text
    assert "<script" not in page
    assert f"name={hostile}" in unescape(page)
    assert json.dumps(hostile)[1:-1] not in page
