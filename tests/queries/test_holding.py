"""A tile drawn in memory has the bytes that PostGIS makes; until it can be drawn there, statements draw it."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.db.engine import serving_engine
from app.domain.bbox import Bbox
from app.domain.deposit import ReleaseLevel
from app.domain.predicate import AnyOf, Compared, Like, Literal, Not, Stated
from app.queries import catalogue, tiles
from app.queries.filter import Critical, DepositFilter
from app.queries.holding import Holding
from app.settings import Settings
from app.tiles.kept import Kept
from app.tiles.pyramid import MAX_ZOOM, Tile

EVERY = DepositFilter()
GOLD = DepositFilter(commodities=("gold",))
FILTERS = (
    EVERY,
    DepositFilter(commodities=("gold", "silver")),
    DepositFilter(countries=("MX",), statuses=("producer", "past-producer")),
    DepositFilter(within="sgm"),
    DepositFilter(critical=Critical.BOTH),
    DepositFilter(ids=("mrds-2", "mrds-13", "mrds-99900001")),
    DepositFilter(predicate=Not(Compared("=", Stated("country"), Literal("US")))),
    # What the point has not, is asked of the deposit.
    DepositFilter(bbox=Bbox(170, -90, -100, 90)),
    DepositFilter(
        predicate=AnyOf((Like(Stated("name"), Literal("S%")), Like(Stated("source_county"), Literal("%a%"))))
    ),
    DepositFilter(countries=("FR",)),
)
TOP, DEEP = Tile(0, 0, 0), Tile(5, 6, 13)


async def _holding(connection, release):
    holding = Holding(connection.engine, Kept(1 << 20), many=0)
    await holding.read(release)
    return holding


async def _drawn(holding, tile, wanted, release):
    """The tile from memory, though it is one whose filter would be asked beside."""
    await holding.drawing(repr(wanted), TOP, wanted, release)
    return (await holding.drawing(repr(wanted), tile, wanted, release))()


@pytest.fixture(scope="session")
def places(edge_store):
    """Some tiles of each zoom that hold a deposit, all of them at the 180th meridian, and those beside the first."""
    with edge_store.connect() as connection:
        points = connection.execute(text("SELECT x, y FROM tile_point ORDER BY ordinal")).all()
    known = {}
    for zoom in range(MAX_ZOOM + 1):
        found = dict.fromkeys((x >> 24 - zoom, y >> 24 - zoom) for x, y in points)
        last = (1 << zoom) - 1
        (x, y), *_ = found
        beside = ((x + right & last, y + down) for right in (-1, 0, 1) for down in (-1, 0, 1))
        at_edge = (place for place in found if place[0] in (0, last))
        some = [*list(found)[:: len(found) // 10 + 1], *at_edge, *(place for place in beside if 0 <= place[1] <= last)]
        known[zoom] = list(dict.fromkeys(some))
    return known


@pytest.mark.parametrize("zoom", range(MAX_ZOOM + 1))
def test_every_tile_of_every_filter_is_the_statement_s(ask, release, places, zoom):
    async def compared(connection):
        holding = await _holding(connection, release)
        differing, sizes = [], []
        for x, y in places[zoom]:
            for wanted in FILTERS:
                tile = Tile(zoom, x, y)
                by_statement = await tiles.tile_bytes(connection, tile, wanted, release)
                sizes.append(len(by_statement))
                if await _drawn(holding, tile, wanted, release) != by_statement:
                    differing.append((tile, wanted))
        return differing, sizes

    differing, sizes = ask(compared)
    assert differing == []
    assert 0 in sizes
    assert max(sizes) > 100


def test_tiles_of_a_large_release_are_the_statement_s(ask_big):
    async def compared(connection, release):
        holding = await _holding(connection, release)
        return [
            await _drawn(holding, tile, wanted, release) == await tiles.tile_bytes(connection, tile, wanted, release)
            for tile in (TOP, Tile(1, 0, 0), Tile(4, 3, 6), DEEP, Tile(7, 26, 53))
            for wanted in (EVERY, GOLD)
        ]

    assert all(ask_big(compared))


def test_each_level_has_its_own_tiles(ask_own, own_sample_store):
    with own_sample_store.begin() as connection:
        connection.execute(text("UPDATE tile_point SET release_level = 1 WHERE source = 'sgm'"))
    release = ask_own(catalogue.current_release)

    async def drawn(connection):
        holding = await _holding(connection, release)
        made = {}
        for level in (ReleaseLevel(0), ReleaseLevel(1)):
            wanted = DepositFilter(release_level=level)
            made[level] = await _drawn(holding, TOP, wanted, release)
            assert made[level] == await tiles.tile_bytes(connection, TOP, wanted, release)
        return made

    public, all_ = ask_own(drawn).values()
    assert public != all_


def test_statements_draw_until_the_release_has_been_read_once(ask, release, statements):
    async def asked(connection):
        holding = Holding(connection.engine, Kept(1 << 20), many=0)
        early = []
        for _ in range(3):
            holding.hold(release)
            early.append(await holding.drawing("every", TOP, EVERY, release))
            await asyncio.sleep(0)
        await holding.settle()
        holding.hold(release)
        await holding.settle()
        read = len(statements)
        return early, read, (await holding.drawing("every", TOP, EVERY, release))()

    early, read, drawn = ask(asked)
    assert early == [None] * 3
    # Of its kinds and of its points.
    assert read == 2
    assert drawn


def test_what_a_filter_wants_is_asked_once_whatever_the_number_of_its_tiles(ask, release, statements):
    async def asked(connection):
        holding = await _holding(connection, release)
        before = len(statements)
        await asyncio.gather(*(holding.drawing("gold", Tile(2, x, 1), GOLD, release) for x in range(4)))
        return len(statements) - before

    assert ask(asked) == 1


def test_at_deep_zooms_a_statement_draws_until_what_the_filter_wants_is_known(ask, release):
    async def asked(connection):
        holding = await _holding(connection, release)
        early = [await holding.drawing("gold", DEEP, GOLD, release) for _ in range(2)]
        await holding.settle()
        return early, (await holding.drawing("gold", DEEP, GOLD, release))()

    early, drawn = ask(asked)
    assert early == [None, None]
    assert drawn


def test_a_small_release_and_another_one_are_left_to_statements(ask, release):
    async def asked(connection):
        small = Holding(connection.engine, Kept(1 << 20), many=release.deposits + 1)
        small.hold(release)
        await small.settle()
        holding = await _holding(connection, release)
        other = replace(release, name="2026-01-01.1")
        return [
            await small.drawing("every", TOP, EVERY, release),
            await holding.drawing("every", TOP, EVERY, other),
        ]

    assert ask(asked) == [None, None]


def test_a_release_that_is_gone_is_left_to_statements(ask_own, own_sample_store):
    release = ask_own(catalogue.current_release)
    with own_sample_store.begin() as connection:
        connection.execute(text("DELETE FROM tile_point"))

    async def asked(connection):
        return await (await _holding(connection, release)).drawing("every", TOP, EVERY, release)

    assert ask_own(asked) is None


def test_what_could_not_be_read_is_told_to_the_log_and_read_when_it_can_be(ask_own, own_sample_store, caplog):
    release = ask_own(catalogue.current_release)
    with own_sample_store.begin() as connection:
        connection.execute(text("ALTER TABLE tile_point RENAME TO elsewhere"))
    holding = ask_own(lambda connection: _holding(connection, release))
    assert f"points of release {release.name} could not be read" in caplog.text
    with own_sample_store.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO tile_point"))

    async def asked(_):
        assert await holding.drawing("every", TOP, EVERY, release) is None
        holding.hold(release)
        await holding.settle()
        return (await holding.drawing("every", TOP, EVERY, release))()

    assert ask_own(asked)


def test_a_filter_that_takes_too_long_of_a_whole_release_is_asked_so_once(own_sample_store, caplog, statements):
    url = own_sample_store.url.render_as_string(hide_password=False)

    async def asked():
        engine = serving_engine(Settings(database_url=url, statement_timeout_s=0.2))
        async with engine.connect() as connection:
            release = await catalogue.current_release(connection)
            holding = await _holding(connection, release)
            with own_sample_store.begin() as held:
                held.execute(text("LOCK TABLE tile_point IN ACCESS EXCLUSIVE MODE"))
                before = len(statements)
                for _ in range(3):
                    assert await holding.drawing("gold", DEEP, GOLD, release) is None
                    await holding.settle()
        await engine.dispose()
        return len(statements) - before

    assert asyncio.run(asked()) == 1
    assert "a filter wants could not be asked" in caplog.text


def test_a_filter_that_could_not_be_asked_for_another_reason_is_asked_again(ask_own, own_sample_store, caplog):
    release = ask_own(catalogue.current_release)

    async def asked(connection):
        holding = await _holding(connection, release)
        with own_sample_store.begin() as other:
            other.execute(text("ALTER TABLE tile_point RENAME TO elsewhere"))
        early = [await holding.drawing("gold", DEEP, GOLD, release)]
        await holding.settle()
        with own_sample_store.begin() as other:
            other.execute(text("ALTER TABLE elsewhere RENAME TO tile_point"))
        early.append(await holding.drawing("gold", DEEP, GOLD, release))
        await holding.settle()
        return early, (await holding.drawing("gold", DEEP, GOLD, release))()

    early, drawn = ask_own(asked)
    assert early == [None, None]
    assert drawn
    assert "a filter wants could not be asked" in caplog.text
