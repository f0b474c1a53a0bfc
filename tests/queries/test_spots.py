"""A box found in memory is what a statement finds; the rest is left to statements."""

import asyncio

import pytest
from sqlalchemy import text

from app.domain.bbox import Bbox
from app.domain.crs import SYSTEMS
from app.domain.deposit import ReleaseLevel
from app.queries import catalogue, deposits
from app.queries.deposits import Walk
from app.queries.filter import DepositFilter
from app.queries.order import SortKey
from app.queries.spots import Spots
from tests.queries import boxes

WORLD = DepositFilter(bbox=boxes.WORLD)
OTHER_SYSTEMS = [crs for crs in SYSTEMS.values() if crs.srid != 4326]
OTHERS = [
    DepositFilter(),
    DepositFilter(bbox=Bbox(170, 10, -100, 50)),
    DepositFilter(bbox=boxes.WORLD, countries=("MX",)),
    DepositFilter(bbox=boxes.WORLD, within="sgm"),
    *(DepositFilter(bbox=Bbox(-110, 20, -100, 40, crs)) for crs in OTHER_SYSTEMS),
]


async def _read(connection, release, level=ReleaseLevel.PUBLIC):
    spots = Spots(connection.engine, many=0)
    await spots.read(release, level)
    return spots


def test_every_box_has_as_many_deposits_as_a_statement_finds(ask, release):
    async def compared(connection):
        spots = await _read(connection, release)
        everything = await deposits.page(connection, DepositFilter(), release, Walk(), 10_000)
        differing, numbers = [], set()
        for box in boxes.around(everything):
            wanted = DepositFilter(bbox=box)
            found = spots.count(wanted, release)
            numbers.add(found)
            if found != await deposits.counted(connection, wanted, release):
                differing.append(box)
        return differing, numbers

    differing, numbers = ask(compared)
    assert differing == []
    assert {0, 1, release.deposits} <= numbers
    assert len(numbers) > 20


@pytest.mark.parametrize("wanted", OTHERS, ids=repr)
def test_whatever_else_a_filter_asks_is_left_to_a_statement(ask, release, wanted):
    spots = ask(lambda connection: _read(connection, release))
    assert spots.count(WORLD, release) == release.deposits
    assert (spots.count(wanted, release), spots.first(wanted, release, Walk(), 10)) == (None, None)


@pytest.mark.parametrize("walk", [Walk(keys=(SortKey("name"),)), Walk(crs=OTHER_SYSTEMS[0])], ids=["order", "crs"])
def test_whatever_else_a_walk_asks_is_left_to_a_statement(ask, release, walk):
    spots = ask(lambda connection: _read(connection, release))
    assert spots.first(WORLD, release, Walk(), 10) is not None
    assert spots.first(WORLD, release, walk, 10) is None


def test_a_small_release_is_left_to_a_statement(ask, release):
    async def counted(connection, many):
        spots = Spots(connection.engine, many)
        await spots.read(release)
        return await _counted(spots, release)

    assert ask(lambda connection: counted(connection, release.deposits + 1)) is None
    assert ask(lambda connection: counted(connection, release.deposits)) == release.deposits


def test_statements_tell_until_those_who_ask_have_had_it_read_once(ask, release, statements):
    async def asked(connection):
        spots = Spots(connection.engine, many=0)
        early = [spots.count(WORLD, release) for _ in range(2)]
        await asyncio.sleep(0)
        early.append(spots.count(WORLD, release))
        await spots.settle()
        return early, spots.count(WORLD, release)

    assert ask(asked) == ([None] * 3, release.deposits)
    assert len(statements) == 1


def test_each_level_has_its_own_numbers(ask_own, own_sample_store):
    with own_sample_store.begin() as connection:
        connection.execute(text("UPDATE deposit SET release_level = 1 WHERE source = 'sgm'"))
    release = ask_own(catalogue.current_release)

    async def counted(connection, level):
        spots = await _read(connection, release, level)
        return spots.count(DepositFilter(bbox=boxes.WORLD, release_level=level), release)

    levels = ReleaseLevel(0), ReleaseLevel(1)
    assert [ask_own(lambda connection, level=level: counted(connection, level)) for level in levels] == [85, 132]


def test_a_release_that_is_gone_is_left_to_a_statement(ask_own, own_sample_store):
    release = ask_own(catalogue.current_release)
    with own_sample_store.begin() as connection:
        connection.execute(text("DELETE FROM deposit"))
    spots = ask_own(lambda connection: _read(connection, release))
    assert ask_own(lambda _: _counted(spots, release)) is None


def test_what_could_not_be_read_is_told_to_the_log_and_read_when_it_can_be(ask_own, own_sample_store, caplog):
    release = ask_own(catalogue.current_release)
    with own_sample_store.begin() as connection:
        connection.execute(text("ALTER TABLE deposit RENAME TO elsewhere"))
    spots = ask_own(lambda connection: _read(connection, release))
    assert f"places of release {release.name} could not be read" in caplog.text
    with own_sample_store.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO deposit"))
    ask_own(lambda _: spots.read(release))
    assert ask_own(lambda _: _counted(spots, release)) == release.deposits


async def _counted(spots, release):
    told = spots.count(WORLD, release)
    await spots.settle()
    return told
