"""A box counted in memory is counted as a statement counts it."""

import json
import random

import pytest
from sqlalchemy import text

from app.domain.bbox import Bbox
from app.domain.crs import SYSTEMS
from app.domain.deposit import ReleaseLevel
from app.queries import catalogue, deposits
from app.queries.filter import DepositFilter
from app.queries.spots import Spots

WORLD = Bbox(-180, -90, 180, 90)
OTHERS = [
    DepositFilter(),
    DepositFilter(bbox=Bbox(170, 10, -100, 50)),
    DepositFilter(bbox=WORLD, countries=("MX",)),
    DepositFilter(bbox=WORLD, within="sgm"),
    *(DepositFilter(bbox=Bbox(-110, 20, -100, 40, crs)) for crs in SYSTEMS.values() if crs.srid != 4326),
]


def _boxes(places):
    """Around and between deposits, with edges just on them, empty ones, lines, points, and the world."""
    chance = random.Random(4)  # noqa: S311
    yield WORLD
    yield Bbox(-1e-9, -1e-9, 0, 0)
    for _ in range(300):
        (west, south), (east, north) = (chance.choice(places) for _ in range(2))
        yield Bbox(min(west, east), min(south, north), max(west, east), max(south, north))
    for x, y in chance.sample(places, 50):
        yield Bbox(x, y, x, y)
        yield Bbox(x, -90, x, 90)
        yield Bbox(x - 1e-7, y - 1e-7, x - 1e-9, y + 1e-7)


def _places(page):
    return [tuple(json.loads(row[0])["geometry"]["coordinates"]) for row in page.rows]


def test_every_box_has_as_many_deposits_as_a_statement_finds(ask, release):
    async def compared(connection):
        spots = Spots(many=0)
        everything = await deposits.page(connection, DepositFilter(), release, deposits.Walk(), 10_000)
        differing, numbers = [], set()
        for box in _boxes(_places(everything)):
            wanted = DepositFilter(bbox=box)
            found = await spots.count(connection, wanted, release)
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
    assert ask(lambda connection: Spots(many=0).count(connection, wanted, release)) is None


def test_a_small_release_is_left_to_a_statement(ask, release):
    wanted = DepositFilter(bbox=WORLD)
    assert ask(lambda connection: Spots(release.deposits + 1).count(connection, wanted, release)) is None
    assert ask(lambda connection: Spots(release.deposits).count(connection, wanted, release)) == release.deposits


def test_each_level_has_its_own_numbers(ask_own, own_sample_store):
    with own_sample_store.begin() as connection:
        connection.execute(text("UPDATE deposit SET release_level = 1 WHERE source = 'sgm'"))
    release, spots = ask_own(catalogue.current_release), Spots(many=0)
    wanted = [DepositFilter(bbox=WORLD, release_level=level) for level in (ReleaseLevel(0), ReleaseLevel(1))]
    assert [ask_own(lambda connection, one=one: spots.count(connection, one, release)) for one in wanted] == [85, 132]


def test_a_release_that_is_gone_is_left_to_a_statement(ask_own, own_sample_store):
    release = ask_own(catalogue.current_release)
    with own_sample_store.begin() as connection:
        connection.execute(text("DELETE FROM deposit"))
    assert ask_own(lambda connection: Spots(many=0).count(connection, DepositFilter(bbox=WORLD), release)) is None
