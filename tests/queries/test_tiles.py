"""Tiles hold every deposit of their square and of a ring around it, and the same bytes each time."""

import math

import mapbox_vector_tile
import pytest

from app.errors import BadValue
from app.queries import tiles
from app.queries.filter import DepositFilter
from app.queries.tiles import BUFFER, EXTENT, LAYER, MAX_ZOOM, Tile

EVERY = DepositFilter()


@pytest.fixture(scope="session")
def made(ask, release):
    """The bytes of a tile."""

    def make(z, x, y, wanted=EVERY):
        return ask(lambda connection: tiles.tile_bytes(connection, Tile(z, x, y), wanted, release))

    return make


@pytest.fixture(scope="session")
def drawn(made):
    """The deposits of a tile, by their ids."""

    def draw(z, x, y, wanted=EVERY):
        decoded = mapbox_vector_tile.decode(made(z, x, y, wanted), default_options={"y_coord_down": True})
        return {feature["properties"]["id"]: feature for feature in decoded.get(LAYER, {}).get("features", ())}

    return draw


@pytest.mark.parametrize(
    ("z", "x", "y"), [(-1, 0, 0), (MAX_ZOOM + 1, 0, 0), (0, 1, 0), (0, 0, -1), (3, 8, 0), (3, 0, 8), (12, 4096, 0)]
)
def test_a_tile_outside_the_pyramid_does_not_exist(z, x, y):
    with pytest.raises(BadValue) as refusal:
        Tile(z, x, y)
    assert refusal.value.words.en != refusal.value.words.es


@pytest.mark.parametrize("z", range(MAX_ZOOM + 1))
def test_the_corners_of_the_pyramid_exist(z):
    assert {Tile(z, 0, 0), Tile(z, 2**z - 1, 2**z - 1)}


@pytest.mark.parametrize("zoom", [0, 1, 2, 3, 4])
def test_the_tiles_of_a_zoom_hold_every_deposit_together(drawn, release, zoom):
    held = [drawn(zoom, x, y) for x in range(2**zoom) for y in range(2**zoom)]
    assert len(set().union(*held)) == release.deposits


def test_the_deepest_zoom_places_a_deposit_to_three_metres(drawn):
    across = (-101 + 180) / 360 * 2**12
    down = (1 - math.asinh(math.tan(math.radians(20.5))) / math.pi) / 2 * 2**12
    x, y = drawn(12, int(across), int(down))["mrds-13"]["geometry"]["coordinates"]
    # A unit of zoom 12 is 40 075 km / 4096 / 4096, 2.4 m at the equator.
    assert (x, y) == (round(across % 1 * EXTENT), round(down % 1 * EXTENT))


def test_a_deposit_just_outside_a_tile_is_in_its_ring(drawn):
    # At zoom 2 the ring is 64/4096 of 90 degrees, 1.4 degrees.
    west, east = drawn(2, 0, 1), drawn(2, 1, 1)
    assert {"mrds-11", "mrds-12"} <= west.keys() & east.keys()
    assert west["mrds-12"]["geometry"]["coordinates"][0] >= EXTENT
    assert east["mrds-11"]["geometry"]["coordinates"][0] <= 0


def test_the_ring_is_64_units_wide_and_ends_there(drawn, ask, release):
    # At zoom 5 a tile spans 11.25 degrees, so that its ring spans 0.176 degrees: -90.001 is in it, -90.2 would not be.
    assert "mrds-11" in drawn(5, 8, 15)
    assert "mrds-11" not in drawn(10, 257, 483)
    reach = [c for f in drawn(3, 1, 3).values() for c in f["geometry"]["coordinates"]]
    assert min(reach) >= -BUFFER
    assert max(reach) <= EXTENT + BUFFER


def test_beyond_mercator_a_deposit_is_drawn_at_the_map_s_edge(drawn):
    held = drawn(0, 0, 0)
    assert [held[each]["geometry"]["coordinates"][1] for each in ("mrds-5", "mrds-7", "mrds-6")] == [0, 0, 4096]


def test_a_tile_says_what_the_map_needs_and_leaves_out_what_is_not_stated(drawn):
    held = drawn(0, 0, 0)
    assert held["mrds-99900001"]["properties"] == {
        "id": "mrds-99900001",
        "name": "Morenci Mine",
        "source": "mrds",
        "country": "US",
        "status": "producer",
        "commodity": "copper",
        "commodities": "copper,molybdenum,gold,silver",
    }
    assert set(held["mrds-3"]["properties"]) == {"id", "source", "commodity", "commodities"}
    assert set(held["mrds-5"]["properties"]) == {"id", "source", "name"}


def test_every_attribute_is_among_the_fields_that_tilejson_lists(drawn):
    said = {name for feature in drawn(0, 0, 0).values() for name in feature["properties"]}
    assert said == tiles.FIELDS.keys()


def test_one_layer_of_points_only(made):
    decoded = mapbox_vector_tile.decode(made(0, 0, 0))
    assert list(decoded) == [LAYER]
    assert decoded[LAYER]["extent"] == EXTENT
    assert {feature["geometry"]["type"] for feature in decoded[LAYER]["features"]} == {"Point"}


def test_a_tile_is_the_same_bytes_each_time(made):
    assert len({made(2, 0, 1) for _ in range(5)}) == 1


def test_a_tile_without_deposits_is_empty(made):
    assert made(5, 31, 31) == b""
    assert made(0, 0, 0, DepositFilter(statuses=("quarry-status-unknown",), countries=("FR",))) == b""


def test_a_tile_is_filtered_as_a_list_is(drawn):
    silver = drawn(0, 0, 0, DepositFilter(commodities=("silver",), sources=("sgm",)))
    assert silver
    assert all("silver" in f["properties"]["commodities"].split(",") for f in silver.values())
    assert {f["properties"]["source"] for f in silver.values()} == {"sgm"}
