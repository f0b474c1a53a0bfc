"""Tiles over HTTP: what they are, where there are none, and the TileJSON that leads to them."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.domain.mercator import tile_at
from app.main import create_app
from app.settings import Settings
from app.tiles.drawing import fields
from app.tiles.pyramid import MAX_ZOOM
from tests.mvt import counted

TILEJSON = "/tiles/deposits.json"


def test_a_tile_is_a_vector_tile(edge_client):
    answer = edge_client.get("/tiles/deposits/0/0/0.mvt")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert counted(answer.content) == 148


def test_a_tile_is_the_same_bytes_each_time(edge_client):
    assert len({edge_client.get("/tiles/deposits/2/0/1.mvt").content for _ in range(5)}) == 1


def test_an_empty_tile_is_no_content(edge_client):
    answer = edge_client.get("/tiles/deposits/5/31/31.mvt")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers


@pytest.mark.parametrize(
    ("z", "x", "y"),
    [
        ("0", "0", "1"),
        ("0", "1", "0"),
        ("1", "2", "0"),
        (str(MAX_ZOOM + 1), "0", "0"),
        ("99999", "0", "0"),
        ("2147483647", "2147483647", "2147483647"),
        ("0", "2147483648", "0"),
        ("0", "0", "1" + "0" * 30),
        ("0", "0", "9" * 5000),
        ("-1", "0", "0"),
        ("0", "-1", "0"),
        ("1.5", "0", "0"),
        ("1e0", "0", "0"),
        ("+1", "0", "0"),
        ("0x1", "0", "0"),
        ("NaN", "0", "0"),
        ("١", "0", "0"),
        ("²", "0", "0"),
        ("%00", "0", "0"),
        (" 1", "0", "0"),
        ("{z}", "{x}", "{y}"),
        ("' OR 1=1--", "0", "0"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_tile_that_cannot_exist_is_refused(edge_client, z, x, y, lang):
    answer = edge_client.get(f"/tiles/deposits/{z}/{x}/{y}.mvt", params={"lang": lang})
    assert answer.status_code == 400
    assert answer.headers["content-language"] == lang


@pytest.mark.parametrize("path", ["/tiles/deposits/0/0/0", "/tiles/deposits/0/0/0.pbf", "/tiles/mines/0/0/0.mvt"])
def test_other_tiles_are_not_there(edge_client, path):
    assert edge_client.get(path).status_code == 404


def test_the_deepest_zoom_of_tilejson_is_served_and_the_next_is_not(edge_client):
    deepest = edge_client.get(TILEJSON).json()["maxzoom"]
    assert edge_client.get(f"/tiles/deposits/{deepest}/0/0.mvt").status_code in (200, 204)
    assert edge_client.get(f"/tiles/deposits/{deepest + 1}/0/0.mvt").status_code == 400


def test_tilejson_says_what_clients_need(edge_client):
    said = edge_client.get(TILEJSON).json()
    assert said["tilejson"] == "3.0.0"
    assert said["tiles"] == ["http://testserver/tiles/deposits/{z}/{x}/{y}.mvt"]
    assert (said["minzoom"], said["maxzoom"]) == (0, MAX_ZOOM)
    (layer,) = said["vector_layers"]
    assert layer["id"] == "deposits"
    assert layer["fields"] == fields(["mrds", "sgm"])
    assert "U.S. Geological Survey" in said["attribution"]
    assert "Servicio Geológico Mexicano" in said["attribution"]


def test_tilejson_bounds_are_those_of_the_deposits(client):
    places = [f["geometry"]["coordinates"] for f in client.get("/exports/deposits.geojson").json()["features"]]
    longitudes, latitudes = zip(*places, strict=True)
    bounds = [min(longitudes), min(latitudes), max(longitudes), max(latitudes)]
    assert client.get(TILEJSON).json()["bounds"] == pytest.approx(bounds, abs=1e-6)


def test_tilejson_carries_a_filter_into_the_tiles_address(edge_client):
    asked = {"commodity": "gold,silver", "bbox": "-120,10,-90,40", "country": "MX"}
    (template,) = edge_client.get(TILEJSON, params=asked).json()["tiles"]
    assert "{z}/{x}/{y}.mvt?" in template
    assert {name: values[0] for name, values in parse_qs(urlsplit(template).query).items()} == asked
    drawn = edge_client.get(template.replace("{z}", "0").replace("{x}", "0").replace("{y}", "0"))
    listed = edge_client.get("/collections/deposits/items", params=asked).json()
    assert counted(drawn.content) == listed["numberMatched"] > 0


@pytest.mark.parametrize("asked", [{"commodity": "golden"}, {"bbox": "1"}, {"colour": "red"}])
def test_tilejson_refuses_a_filter_that_its_tiles_would_refuse(edge_client, asked):
    assert edge_client.get(TILEJSON, params=asked).status_code == 400


@pytest.mark.parametrize("public_url", ["https://maps.example.org/vetalode", "https://maps.example.org/vetalode/"])
def test_tiles_are_where_the_public_address_says(sample_url, public_url):
    with TestClient(create_app(Settings(database_url=sample_url, public_url=public_url))) as proxied:
        (template,) = proxied.get(TILEJSON).json()["tiles"]
        (self, *_) = proxied.get("/collections/deposits/items").json()["links"]
    assert template == "https://maps.example.org/vetalode/tiles/deposits/{z}/{x}/{y}.mvt"
    assert self["href"] == "https://maps.example.org/vetalode/collections/deposits/items"


FILTERS = [
    {"commodity": "gold,silver"},
    {"country": "MX", "status": "producer,past-producer"},
    {"source": "sgm"},
    {"state": "MX-SON,US-AZ"},
    {"list": "us-critical-2025"},
    {"critical": "both"},
    {"ids": "mrds-13,mrds-14,mrds-99900001"},
    {"name": "Same place", "synthetic": "false"},
    {"bbox": "-115,28,-105,33"},
    {"bbox": "170,40,-170,60"},
    {"bbox": "28,-115,33,-105", "bbox-crs": "EPSG:4326"},
    {"bbox": "1000000,1500000,2500000,2500000", "bbox-crs": "EPSG:6372"},
    {"datetime": "2000-01-01/.."},
    {"datetime": "../1999-12-31"},
    {"filter": "name LIKE 'S%' AND NOT country = 'US'"},
    {"filter": "S_INTERSECTS(geometry, BBOX(-115,28,-105,33)) OR discovered_year < 1900"},
    {"filter": "A_CONTAINS(commodities, ('gold'))", "filter-lang": "cql2-text"},
    {"filter": '{"op":"=","args":[{"property":"country"},"MX"]}', "filter-lang": "cql2-json"},
    {"filter": "S_INTERSECTS(geometry, BBOX(28,-115,33,-105))", "filter-crs": "EPSG:4326"},
    {"filter": "CASEI(name) LIKE CASEI('%O''BRIEN%')", "lang": "es"},
    {"commodity": "gold", "bbox": "-120,10,-90,40", "datetime": "2000-01-01/..", "filter": "country IS NOT NULL"},
]
SOME_TILES = [(0, 0, 0), (1, 0, 0), (3, 1, 3), (5, 6, 13), (5, 31, 31)]


@pytest.mark.parametrize("asked", [{}, *FILTERS], ids=str)
def test_a_tile_of_a_collection_is_the_plain_tile_under_the_same_filter(edge_client, asked):
    sizes = set()
    for z, x, y in SOME_TILES:
        plain = edge_client.get(f"/tiles/deposits/{z}/{x}/{y}.mvt", params=asked)
        of_all = edge_client.get(f"/collections/deposits/tiles/WebMercatorQuad/{z}/{y}/{x}", params=asked)
        named = edge_client.get(of_all.url, params={**asked, "f": "mvt"})
        assert (plain.status_code, of_all.status_code) == (200 if plain.content else 204, 200)
        assert plain.content == of_all.content == named.content
        assert of_all.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        sizes.add(len(plain.content))
    assert len(sizes) > 1 or asked.get("datetime") == "../1999-12-31"


@pytest.mark.parametrize("asked", [{}, *(one for one in FILTERS if "source" not in one)], ids=str)
@pytest.mark.parametrize("source", ["mrds", "sgm"])
def test_a_tile_of_a_source_s_collection_is_the_plain_tile_of_that_source(edge_client, source, asked):
    for z, x, y in SOME_TILES:
        plain = edge_client.get(f"/tiles/deposits/{z}/{x}/{y}.mvt", params={**asked, "source": source})
        of_source = edge_client.get(f"/collections/{source}/tiles/WebMercatorQuad/{z}/{y}/{x}", params=asked)
        assert of_source.content == plain.content
        of_the_other = {"mrds": "sgm", "sgm": "mrds"}[source]
        none = edge_client.get(of_source.url, params={**asked, "source": of_the_other})
        assert (none.status_code, none.content) == (200, b"")


@pytest.mark.parametrize(
    "asked",
    [
        {"commodity": "golden"},
        {"country": ""},
        {"source": "usgs"},
        {"critical": "all"},
        {"bbox": "1,2,3"},
        {"bbox": "0,10,1,5"},
        {"bbox": "-115,28,-105,33", "bbox-crs": "EPSG:99999"},
        {"datetime": "yesterday"},
        {"datetime": "2019-01-01/2018-01-01"},
        {"filter": "colour = 'red'"},
        {"filter": "name = "},
        {"filter": "pg_sleep(5)"},
        {"filter": "name = 'a'", "filter-lang": "sql"},
        {"filter": "name = 'a'", "filter-crs": "EPSG:99999"},
        {"discovered_year": "old"},
        {"colour": "red"},
        {"limit": "5"},
        {"f": "html"},
    ],
    ids=str,
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_tile_of_a_collection_refuses_what_the_plain_tile_refuses(edge_client, asked, lang):
    told = {**asked, "lang": lang}
    plain = edge_client.get("/tiles/deposits/0/0/0.mvt", params=told)
    for collection in ("deposits", "mrds"):
        answer = edge_client.get(f"/collections/{collection}/tiles/WebMercatorQuad/0/0/0", params=told)
        assert (answer.status_code, plain.status_code) == (400, 400)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == lang
        # Only the plain one does not know `f`, so that the two do not know the same names.
        if not {"colour", "limit", "f"} & asked.keys():
            assert answer.json()["detail"] == plain.json()["detail"]


def test_tiles_of_a_large_release_soon_come_from_memory_with_the_same_bytes(
    client_of, big_store, statements, eventually
):
    places = (tile_at(10, -120 + n / 1000, 20 + n / 2000) for n in range(1, 20_000, 400))
    service, came = client_of(big_store), []

    def from_memory():
        before = len(statements)
        came.append(drawn(service, next(places)))
        return not any("ST_AsMVT" in one for one in statements[before:])

    def drawn(client, place):
        answer = client.get("/tiles/deposits/10/{}/{}.mvt".format(*place), params={"source": "mrds"})
        return place, answer.content

    assert not from_memory()
    assert eventually(from_memory)
    assert counted(came[-1][1]) > 10
    # Who has just begun has nothing in memory.
    assert drawn(client_of(big_store), came[-1][0]) == came[-1]
