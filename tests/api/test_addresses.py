"""Every address: what HEAD and OPTIONS answer, and what caches are told, whatever the status."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest
from fastapi.testclient import TestClient

from app.api import routes
from app.api.html import STYLE_PATH
from app.api.openapi import OPERATIONS
from app.main import create_app
from app.settings import Settings

ITEMS = "/collections/deposits/items"
PATHS = [one.path for one in OPERATIONS]
HEALTH = {"/health/live", "/health/ready"}
SPOKEN = {
    "/sources",
    "/releases",
    "/lists",
    "/vocabularies",
    "/vocabularies/{name}",
    "/styles",
    "/rasters",
    "/rasters/{raster}",
}
MADE_AT_SET_UP = {"/fonts/{fontstack}/{range}.pbf"}
DRAWN = {path for path in PATHS if path.startswith(("/styles/", "/legends/", "/sprites/"))}
OF_A_RASTER = {"/rasters/{raster}/tiles/{z}/{x}/{y}.png", "/rasters/{raster}/point"}
OF_A_RELEASE = set(PATHS) - HEALTH - SPOKEN - MADE_AT_SET_UP - OF_A_RASTER
WITHOUT_A_DATABASE = {
    "/lists",
    "/vocabularies",
    "/vocabularies/{name}",
    "/health/live",
    "/styles",
    *DRAWN,
    *MADE_AT_SET_UP,
}
TILES = {path for path in PATHS if path.endswith((".mvt", "{tileCol}"))}
FOR_A_MINUTE = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
FOR_GOOD = "public, max-age=31536000, immutable"
KEPT = (
    dict.fromkeys(OF_A_RELEASE, "public, no-cache")
    | dict.fromkeys(SPOKEN, "no-cache")
    | dict.fromkeys(TILES | OF_A_RASTER, FOR_A_MINUTE)
    | dict.fromkeys(("/tiles/{release}/{layers}/{z}/{x}/{y}.mvt", "/releases/{release}/files/{file}"), FOR_GOOD)
    | dict.fromkeys(MADE_AT_SET_UP, "public, max-age=86400")
)


@pytest.fixture(scope="module")
def away():
    """The service without its database."""
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_every_address_that_is_served_is_described_and_has_an_example(examples):
    assert list(examples) == PATHS
    modules = (import_module(f"app.api.routes.{module.name}") for module in iter_modules(routes.__path__))
    served = {_shape(route.path) for module in modules for route in module.router.routes}
    assert served == {_shape(path) for path in PATHS} | {"/map", STYLE_PATH}


def _shape(path):
    """Parts of addresses have shorter names in the code."""
    return re.sub(r"\{\w+\}", "{}", path)


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_its_body(client, examples, path):
    _is_head_of_get(client, examples[path])


@pytest.mark.parametrize("address", ["/nothing", "/sources?colour=red", "/tiles/deposits/5/31/31.mvt", STYLE_PATH])
def test_head_is_get_without_its_body_elsewhere_too(client, address):
    _is_head_of_get(client, address)


@pytest.mark.parametrize("path", PATHS)
def test_head_of_a_page_is_that_of_the_page(client, examples, path):
    _is_head_of_get(client, examples[path], {"Accept": "text/html"})


def _is_head_of_get(client, address, headers=None):
    got, headed = client.get(address, headers=headers), client.head(address, headers=headers)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    assert _told(headed) == _told(got)


def _told(answer):
    # Of the same tile, one answer may come from in front of the routes, which vary by the name of the asker's site.
    told = {name: value for name, value in answer.headers.items() if name not in ("date", "content-length", "vary")}
    return told | {"vary": set(answer.headers.get("vary", "").split(", ")) - {"Origin"}}


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_304_as_get_does(client, examples, path):
    tag = client.head(examples[path]).headers.get("etag")
    assert (tag is None) == (path in HEALTH | SPOKEN)
    if tag:
        answer = client.head(examples[path], headers={"If-None-Match": tag})
        assert (answer.status_code, answer.headers["etag"], answer.content) == (304, tag, b"")


@pytest.mark.parametrize("path", [*PATHS, "/map", "/assets/none.js", STYLE_PATH])
def test_options_says_which_methods_there_are(client, examples, path):
    answer = client.options(examples.get(path, path))
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", PATHS)
def test_another_site_s_page_may_ask_before_it_asks(client, examples, path):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    answer = client.options(examples[path], headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert set(answer.headers["access-control-allow-methods"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("accepted", ["application/json", "text/html"])
@pytest.mark.parametrize("path", PATHS)
def test_caches_are_told_the_same_by_an_answer_and_by_304(client, examples, path, accepted):
    got = client.get(examples[path], headers={"Accept": accepted})
    assert (got.status_code, got.headers["cache-control"]) == (200, KEPT.get(path, "no-store"))
    if path in OF_A_RELEASE | OF_A_RASTER | MADE_AT_SET_UP:
        known = {"Accept": accepted, "If-None-Match": got.headers["etag"]}
        again = client.get(examples[path], headers=known)
        assert (again.status_code, again.headers["cache-control"]) == (304, KEPT[path])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_cache_keeps_what_is_wrong(client, away, examples, path, lang):
    address = f"{examples[path]}{'&' if '?' in examples[path] else '?'}lang={lang}"
    wrong = [(400, client.get(f"{address}&colour=red")), (405, client.post(address))]
    if path not in WITHOUT_A_DATABASE:
        wrong.append((503, away.get(address)))
    for status, answer in wrong:
        assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
        assert (answer.headers["content-type"], answer.headers["content-language"]) == (
            "application/problem+json",
            lang,
        )
        assert not {"etag", "last-modified"} & answer.headers.keys()


@pytest.mark.parametrize("address", ["/nothing", "/collections/gold/items", f"{ITEMS}/mrds-0", "/vocabularies/gold"])
def test_no_cache_keeps_that_there_is_nothing(client, address):
    answer = client.get(address, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


def test_a_style_sheet_is_kept_for_good(client):
    assert client.get(STYLE_PATH).headers["cache-control"] == "public, max-age=31536000, immutable"
