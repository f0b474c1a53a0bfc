"""Asks the store as the service does, over its own read-only connections."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.db.engine import serving_engine
from app.domain.crs import SYSTEMS, Crs
from app.domain.predicate import Predicate
from app.queries import catalogue, deposits
from app.queries.catalogue import Release
from app.queries.deposits import Walk
from app.queries.filter import DepositFilter
from app.settings import Settings
from tests.queries import plainly

Ask = Callable[[Callable[[AsyncConnection], Awaitable[Any]]], Any]


@contextmanager
def _asking(store: Engine) -> Iterator[Ask]:
    engine = serving_engine(Settings(database_url=store.url.render_as_string(hide_password=False)))
    with asyncio.Runner() as runner:

        def ask(question: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
            async def asked() -> Any:
                async with engine.connect() as connection:
                    return await question(connection)

            return runner.run(asked())

        yield ask
        runner.run(engine.dispose())


@pytest.fixture(scope="session")
def ask(edge_store: Engine) -> Iterator[Ask]:
    """Puts a question to the store of the sample data and the edges."""
    with _asking(edge_store) as ask:
        yield ask


@pytest.fixture(scope="session")
def engine(ask: Ask) -> AsyncEngine:
    """What `ask` asks over."""
    return ask(_engine)


async def _engine(connection: AsyncConnection) -> AsyncEngine:
    return connection.engine


@pytest.fixture
def ask_own(own_sample_store: Engine) -> Iterator[Ask]:
    """Puts a question to the sample store of one's own."""
    with _asking(own_sample_store) as ask:
        yield ask


@pytest.fixture
def ask_empty(empty_store: Engine) -> Iterator[Ask]:
    """Puts a question to a store in which nothing has been published."""
    with _asking(empty_store) as ask:
        yield ask


@pytest.fixture(scope="session")
def ask_big(big_store: Engine) -> Iterator[Callable[[Callable[[AsyncConnection, Release], Awaitable[Any]]], Any]]:
    """Puts a question to the store of 20 000 deposits and its release."""
    with _asking(big_store) as ask:
        release = ask(catalogue.current_release)
        yield lambda question: ask(lambda connection: question(connection, release))


@pytest.fixture(scope="session")
def release(ask: Ask) -> Release:
    return ask(catalogue.current_release)


@pytest.fixture(scope="session")
def found(ask, release):
    """The ids that a filter finds."""

    def find(wanted: DepositFilter) -> list[str]:
        page = ask(lambda connection: deposits.page(connection, wanted, release, Walk(), 10_000))
        assert page.after is None
        return [json.loads(row[0])["id"] for row in page.rows]

    return find


@pytest.fixture(scope="session")
def everything(ask, release) -> list[dict[str, Any]]:
    page = ask(lambda connection: deposits.page(connection, DepositFilter(), release, Walk(), 10_000))
    return [json.loads(row[0]) for row in page.rows]


@pytest.fixture(scope="session")
def placed(edge_store) -> dict[Crs, dict[str, tuple[float, float]]]:
    """Where each deposit lies in each system, as PostGIS has it; those out of a projection's reach are not in it."""
    reach = "longitude BETWEEN {0} - 75 AND {0} + 75 AND latitude BETWEEN -60 AND 85"
    places = {}
    with edge_store.connect() as connection:
        for crs in SYSTEMS.values():
            zone = crs.name.rpartition("UTM ")[2].removesuffix("N")
            middle = int(zone) * 6 - 183 if zone.isdecimal() else -100
            everywhere = crs.geographic or crs.srid == 3857
            geometry = "geom_3857" if crs.srid == 3857 else f"ST_Transform(geom, {crs.srid})"
            rows = connection.execute(
                text(
                    f"SELECT id, ST_X(g), ST_Y(g) FROM (SELECT id, {geometry} AS g FROM deposit"
                    " WHERE release = (SELECT current_release FROM catalogue)"
                    f" AND CASE WHEN {'true' if everywhere else reach.format(middle)} THEN true END OFFSET 0) AS moved"
                )
            )
            places[crs] = {each: (x, y) for each, x, y in rows}
    return places


@pytest.fixture(scope="session")
def expected(everything, placed) -> Callable[[Predicate], list[str]]:
    """The ids that plain Python selects."""
    known = plainly.deposits(everything, placed)
    return lambda predicate: [each.said["id"] for each in known if plainly.holds(predicate, each)]
