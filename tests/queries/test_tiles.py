"""Tiles hold every deposit of their square and of a ring around it, alone or counted, and the same bytes each time."""

import math
from collections import Counter, defaultdict

import mapbox_vector_tile
import pytest
from sqlalchemy import select

from app.db.tables import deposit, tile_point
from app.domain.bbox import Bbox
from app.domain.predicate import Like, Literal, Stated
from app.errors import BadValue
from app.queries import deposits, tiles
from app.queries.filter import DepositFilter
from app.tiles import drawing
from app.tiles.drawing import LAYER, fields
from app.tiles.pyramid import BITS, BUFFER, EXTENT, MAX_ZOOM, Tile
from tests.mvt import counted, features, inside

EVERY = DepositFilter()
SOURCES = ("mrds", "sgm")
CLUSTERED = range(MAX_ZOOM)
FILTERS = (
    EVERY,
    DepositFilter(commodities=("gold", "silver")),
    DepositFilter(countries=("MX",), statuses=("producer", "past-producer")),
    DepositFilter(within="sgm"),
    DepositFilter(lists=("us-critical-2025",)),
    DepositFilter(equals=(("synthetic", True),)),
    # What the point has not, is asked of the deposit.
    DepositFilter(bbox=Bbox(-115, 28, -105, 33)),
    DepositFilter(predicate=Like(Stated("name"), Literal("S%"))),
)


@pytest.fixture(scope="session")
def made(ask, release):
    """The bytes of a tile."""

    def make(z, x, y, wanted=EVERY):
        return ask(lambda connection: tiles.tile_bytes(connection, Tile(z, x, y), wanted, release))

    return make


@pytest.fixture(scope="session")
def drawn(made):
    """The points of a tile, by their ids."""

    def draw(z, x, y, wanted=EVERY):
        return {f["properties"]["id"]: f for f in features(made(z, x, y, wanted)) if "id" in f["properties"]}

    return draw


@pytest.fixture(scope="session")
def pyramid(ask, release):
    """All tiles of a zoom by column and row, as they are baked."""
    known = {}

    def bake(zoom):
        if zoom not in known:
            statement = drawing.of_zoom(zoom, tile_point.c.release_level <= 0, release.id, SOURCES)

            async def question(connection):
                return (await connection.execute(statement)).all()

            known[zoom] = {(x, y): bytes(tile) for x, y, tile in ask(question)}
        return known[zoom]

    return bake


@pytest.fixture(scope="session")
def points(ask, release):
    """Every deposit of the release with its place on the grid."""

    async def question(connection):
        same = (deposit.c.release == release.id) & (deposit.c.id == tile_point.c.id)
        joined = select(tile_point, deposit.c.longitude, deposit.c.latitude).join(deposit, same)
        return (await connection.execute(joined.where(tile_point.c.release == release.id))).all()

    return ask(question)


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


def test_a_deposit_is_on_the_grid_where_web_mercator_has_it(points, release):
    assert len(points) == release.deposits
    for point in points:
        latitude = math.radians(max(-85.05, min(85.05, point.latitude)))
        across = (point.longitude + 180) / 360 * 2**BITS
        down = (1 - math.asinh(math.tan(latitude)) / math.pi) / 2 * 2**BITS
        assert point.x == pytest.approx(min(across, 2**BITS - 1), abs=1.01)
        assert point.y == pytest.approx(down, abs=1.01)
        bits = (f"{point.y:024b}"[bit] + f"{point.x:024b}"[bit] for bit in range(BITS))
        assert point.grid == int("".join(bits), 2)


@pytest.mark.parametrize("zoom", range(MAX_ZOOM + 1))
def test_the_tiles_of_a_zoom_count_every_deposit_once(pyramid, release, zoom):
    assert sum(map(counted, pyramid(zoom).values())) == release.deposits


@pytest.mark.parametrize("zoom", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("wanted", FILTERS, ids=repr)
def test_the_tiles_of_a_zoom_count_what_a_filter_wants_once(made, pyramid, ask, release, wanted, zoom):
    tiled = sum(counted(made(zoom, x, y, wanted)) for x, y in pyramid(zoom))
    assert tiled == ask(lambda connection: deposits.counted(connection, wanted, release)) > 0


@pytest.mark.parametrize("zoom", range(MAX_ZOOM + 1))
def test_a_tile_that_is_asked_for_is_the_tile_that_is_baked(made, pyramid, zoom):
    baked = pyramid(zoom)
    for x, y in list(baked)[:12] + list(baked)[-12:]:
        assert made(zoom, x, y) == baked[x, y]


@pytest.mark.parametrize("zoom", CLUSTERED)
def test_clusters_are_what_counting_by_hand_finds(pyramid, points, zoom):
    cells = defaultdict(list)
    for point in points:
        cells[point.x >> (BITS - zoom - 4), point.y >> (BITS - zoom - 4)].append(point)
    found = {}
    for (column, row), tile in pyramid(zoom).items():
        for feature in filter(inside, features(tile)):
            x, y = feature["geometry"]["coordinates"]
            found[(column * EXTENT + x) // 256, (row * EXTENT + y) // 256] = feature
    assert found.keys() == cells.keys()
    for cell, members in cells.items():
        said = found[cell]["properties"]
        if len(members) == 1:
            assert said["id"] == members[0].id
            continue
        firsts = Counter(member.commodities[0] for member in members if member.commodities)
        leading = sorted(firsts.items(), key=lambda one: (-one[1], one[0]))
        expected = {
            "point_count": len(members),
            "commodity": leading[0][0] if leading else None,
            "commodity_counts": ",".join(f"{code}:{n}" for code, n in leading[:5]) or None,
            "critical_count": sum(bool(member.critical_to) for member in members),
            "critical_us": sum("US" in member.critical_to for member in members),
            "critical_mx": sum("MX" in member.critical_to for member in members),
            **{f"count_{source}": sum(m.source == source for m in members) or None for source in SOURCES},
            "opens_at": opening(members),
        }
        assert said == {name: value for name, value in expected.items() if value is not None}


def opening(members):
    """The zoom at which they lie in more cells than one; where they never do, that of the points."""
    for zoom in CLUSTERED:
        if len({(member.x >> (BITS - zoom - 4), member.y >> (BITS - zoom - 4)) for member in members}) > 1:
            return zoom
    return MAX_ZOOM


# Not at zoom 1, where the tile to the right is also the one to the left.
@pytest.mark.parametrize("zoom", range(2, MAX_ZOOM + 1))
def test_neighbouring_tiles_agree_at_their_seam(pyramid, zoom):
    baked, seams = pyramid(zoom), 0
    last = 2**zoom - 1
    for column, row in baked:
        for right, below in ((1, 0), (0, 1), (1, 1)):
            # The world goes on beyond the 180th meridian, and ends at the poles.
            near = ((column + right) & last, row + below)
            if near[1] > last:
                continue
            mine, other = features(baked[column, row]), features(baked.get(near, b""))
            moved = {both(f, right * EXTENT, below * EXTENT) for f in mine}
            theirs = {both(f, 0, 0) for f in other}
            strip = {one for one in moved | theirs if on_seam(one[0], right) and on_seam(one[1], below)}
            seams += len(strip)
            assert {one for one in strip if one in moved} == {one for one in strip if one in theirs}
    assert seams or zoom not in (2, 5)


def both(feature, right, below):
    x, y = feature["geometry"]["coordinates"]
    return x - right, y - below, repr(sorted(feature["properties"].items()))


def on_seam(coordinate, crosses):
    """In the ring of both tiles, where the seam crosses this axis; else in both tiles' middle."""
    return -BUFFER <= coordinate < BUFFER if crosses else -BUFFER <= coordinate < EXTENT + BUFFER


def test_the_deepest_zoom_places_a_deposit_to_three_metres(drawn):
    across = (-101 + 180) / 360 * 2**12
    down = (1 - math.asinh(math.tan(math.radians(20.5))) / math.pi) / 2 * 2**12
    x, y = drawn(12, int(across), int(down))["mrds-13"]["geometry"]["coordinates"]
    # A unit of zoom 12 is 40 075 km / 4096 / 4096, 2.4 m at the equator.
    assert (x, y) == (int(across % 1 * EXTENT), int(down % 1 * EXTENT))


def test_the_ring_is_64_units_wide_and_ends_there(pyramid):
    reach = [
        c
        for zoom in range(13)
        for tile in pyramid(zoom).values()
        for f in features(tile)
        for c in f["geometry"]["coordinates"]
    ]
    assert -BUFFER <= min(reach) < 0
    assert EXTENT <= max(reach) < EXTENT + BUFFER


def test_at_the_180th_meridian_the_world_goes_on(pyramid):
    # From 179.9999 degrees to the meridian is less than a unit at zoom 5.
    held = {f["properties"].get("id"): f["geometry"]["coordinates"][0] for f in features(pyramid(5)[0, 10])}
    assert {"mrds-2", "mrds-4"} <= {id_ for id_, x in held.items() if 0 <= x < 2}
    assert {"mrds-1", "mrds-3"} <= {id_ for id_, x in held.items() if -2 <= x < 0}


def test_beyond_mercator_a_deposit_is_drawn_at_the_map_s_edge(drawn):
    held = {id_: f for x in range(2**4) for y in (0, 15) for id_, f in drawn(4, x, y).items() if inside(f)}
    assert [held[each]["geometry"]["coordinates"][1] < 64 for each in ("mrds-5", "mrds-7")] == [True, True]
    assert held["mrds-6"]["geometry"]["coordinates"][1] >= EXTENT - 64


def test_a_point_says_what_the_map_needs_and_leaves_out_what_is_not_stated(made, pyramid):
    held = {f["properties"]["id"]: f["properties"] for tile in pyramid(12).values() for f in features(tile)}
    assert held["mrds-99900001"] == {
        "id": "mrds-99900001",
        "name": "Morenci Mine",
        "source": "mrds",
        "country": "US",
        "state": "US-AZ",
        "status": "producer",
        "commodity": "copper",
        "commodities": "copper,molybdenum,gold,silver",
        "critical_to": "MX,US",
    }
    assert set(held["mrds-5"]) == {"id", "source", "name"}


def test_every_attribute_is_among_the_fields_that_tilejson_lists(pyramid):
    said = {
        name for zoom in (0, 12) for tile in pyramid(zoom).values() for f in features(tile) for name in f["properties"]
    }
    assert said == fields(SOURCES).keys()


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


def test_a_tile_is_filtered_as_a_list_is(pyramid, drawn):
    wanted = DepositFilter(commodities=("silver",), sources=("sgm",))
    silver = [f for x, y in pyramid(12) for f in drawn(12, x, y, wanted).values()]
    assert silver
    assert all("silver" in f["properties"]["commodities"].split(",") for f in silver)
    assert {f["properties"]["source"] for f in silver} == {"sgm"}
