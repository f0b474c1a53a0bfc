"""What OGC API Tiles asks of a service: its abstract tests (OGC 20-057, annex A), put to the running one."""

import re
from urllib.parse import urlsplit

import mapbox_vector_tile
import pytest

pytestmark = pytest.mark.conformance

TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
QUAD = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
MVT = "application/vnd.mapbox-vector-tile"
GEOJSON = "application/geo+json"


@pytest.fixture(scope="session")
def tilesets(api, collections, linked):
    """The tilesets of each collection that has tiles, as its list of them has them."""
    found = {}
    for one in collections:
        for link in linked(one, TILESETS):
            assert urlsplit(link["href"]).path == f"/collections/{one['id']}/tiles"
            answer = api.get(link["href"])
            assert answer.status_code == 200
            found[one["id"]] = answer.json()["tilesets"]
    assert found, "no collection links to tiles"
    return found


@pytest.fixture(scope="session")
def quads(api, tilesets, linked):
    """The tileset of each collection in WebMercatorQuad, as its own page describes it."""
    found = {}
    for collection_id, listed in tilesets.items():
        (quad,) = (one for one in listed if one.get("tileMatrixSetURI") == QUAD)
        (own,) = linked(quad, "self", "application/json")
        answer = api.get(own["href"])
        assert answer.status_code == 200
        found[collection_id] = answer.json()
    return found


@pytest.fixture(scope="session")
def tile(api, quads, linked):
    """Asks for a tile of a collection by the address that its tileset gives."""

    def ask(collection_id, matrix, row, column):
        (template,) = (one for one in linked(quads[collection_id], "item", MVT))
        assert template.get("templated", True)
        address = template["href"].replace("{tileMatrix}", str(matrix))
        return api.get(
            address.replace("{tileRow}", str(row)).replace("{tileCol}", str(column)), headers={"Accept": MVT}
        )

    return ask


def test_the_classes_are_declared(declared):
    """/conf/core, tileset, tilesets-list, geodata-tilesets, mvt."""
    assert {TILES + name for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")} <= declared


def test_each_tileset_says_what_it_is(tilesets, quads, linked):
    """/conf/tilesets-list/tileset-links; /conf/tileset/desc."""
    for collection_id, listed in tilesets.items():
        for one in listed:
            assert one["dataType"] == "vector"
            assert one["crs"]
            assert one["tileMatrixSetURI"]
            assert linked(one, "self", "application/json")
        assert quads[collection_id]["tileMatrixSetURI"] == QUAD
        assert linked(quads[collection_id], SCHEME, "application/json")


def test_the_tile_matrix_set_is_described(get, api, quads, linked):
    """/conf/tileset/tmxslink: from the list, and from each tileset."""
    listed = get("/tileMatrixSets")["tileMatrixSets"]
    (quad,) = (one for one in listed if one["id"] == "WebMercatorQuad")
    links = [link for link in quad["links"] if link["type"] == "application/json"]
    assert any("WebMercatorQuad" in link["href"] for link in links)
    for quad in quads.values():
        (scheme,) = linked(quad, SCHEME, "application/json")
        matrices = api.get(scheme["href"]).json()["tileMatrices"]
        assert {"id": "0", "matrixWidth": 1, "matrixHeight": 1}.items() <= matrices[0].items()
        for matrix in matrices:
            assert matrix["tileWidth"] == matrix["tileHeight"]
            assert matrix["pointOfOrigin"] == pytest.approx([-20037508.342789244, 20037508.342789244])
            assert matrix["matrixWidth"] == 2 ** int(matrix["id"])


def test_the_api_s_definition_names_its_operations(definition):
    """The executable suite finds tiles by an operation whose id holds `.getTile`."""
    named = [one["get"].get("operationId", "") for one in definition["paths"].values() if "get" in one]
    assert any(re.search(r"\.getTile($|[^A-Za-z])", name) for name in named)


def test_tiles_within_the_limits_are_there(tile, quads):
    """/conf/core/tc-op, tc-success, tc-tilematrixset-definition."""
    for collection_id, quad in quads.items():
        limits = quad["tileMatrixSetLimits"]
        assert limits
        for one in limits[:4]:
            rows = range(one["minTileRow"], one["maxTileRow"] + 1)
            for row in rows:
                for column in range(one["minTileCol"], one["maxTileCol"] + 1):
                    answer = tile(collection_id, one["tileMatrix"], row, column)
                    assert answer.status_code in (200, 204), answer.url
                    if answer.status_code == 200:
                        assert answer.headers["content-type"].split(";")[0] == MVT


def test_a_tile_holds_the_deposits_of_its_ground(api, tile, quads):
    for collection_id in quads:
        everywhere = tile(collection_id, 0, 0, 0)
        assert everywhere.status_code == 200
        layers = mapbox_vector_tile.decode(everywhere.content)
        drawn = sum(len(layer["features"]) for layer in layers.values())
        assert drawn > 0
        # Row before column: the north-west quarter, which has both countries; the south-east one has next to nothing.
        assert _drawn(tile(collection_id, 1, 0, 0)) > _drawn(tile(collection_id, 1, 1, 1))


def _drawn(answer):
    assert answer.status_code in (200, 204)
    layers = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    return sum(len(layer["features"]) for layer in layers.values())


@pytest.mark.parametrize(
    "place",
    [(0, 1, 0), (3, 2147483647, 2147483647), (3, 8, 0), (3, 0, 8), (99, 0, 0), (-1, 0, 0), ("x", 0, 0), (3, "y", 0)],
)
def test_a_tile_that_cannot_be_is_refused(tile, quads, place):
    """/conf/core/tc-error."""
    for collection_id in quads:
        assert tile(collection_id, *place).status_code in (400, 404)


def test_a_tile_matrix_set_that_is_not_there_is_refused(api, quads):
    for collection_id in quads:
        answer = api.get(f"/collections/{collection_id}/tiles/NoSuchQuad")
        assert answer.status_code == 404
