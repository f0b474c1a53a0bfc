"""Extracts of the sample data and the edges, written as the process that makes files does."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from app.asked.values import deposit_filter, shown
from app.db import engine as engines
from app.extracts import writing
from app.extracts.order import Order
from app.extracts.provenance import Provenance
from app.queries import catalogue, deposits
from app.queries.catalogue import Release, SourceCard
from app.settings import Settings
from app.words import Lang

BATCH = 50

Feature = Mapping[str, Any]
Rows = Sequence[Sequence[Any]]


@pytest.fixture(scope="session")
def address(edge_store: Engine) -> str:
    return edge_store.url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def published(address: str) -> tuple[Release, Sequence[SourceCard]]:
    """The release, and its sources."""

    async def asked() -> tuple[Release, Sequence[SourceCard]]:
        engine = engines.serving_engine(Settings(database_url=address))
        async with engine.connect() as connection:
            release = await catalogue.current_release(connection)
            cards = await catalogue.sources(connection, release.id)
        await engine.dispose()
        return release, cards

    return asyncio.run(asked())


@pytest.fixture(scope="session")
def order_of(published: tuple[Release, Sequence[SourceCard]]) -> Callable[..., Order]:
    """An order by the words of a question, which finds so many deposits."""
    release, cards = published

    def make(ending: str, asked: Mapping[str, str], matched: int, lang: Lang = "en") -> Order:
        provenance = Provenance(release, "deposits", asked, matched, cards)
        return Order(ending, deposit_filter(asked, release.sources), shown(asked), provenance, lang)

    return make


@pytest.fixture(scope="session")
def rows_of(address: str) -> Iterator[Callable[[Order], Iterator[Rows]]]:
    """The rows of an order, some at a time, from one statement."""
    engine = create_engine(address)
    # As the service has them: texts that are only passed on come as bytes.
    event.listen(engine, "connect", lambda held, _: held.adapters.register_loader("varchar", engines._Bytes))

    def read(order: Order) -> Iterator[Rows]:
        statement = deposits.features(order.wanted, order.provenance.release, order.walk())
        streaming = engine.execution_options(stream_results=True)
        with streaming.connect() as connection, closing(connection.execute(statement)) as found:
            yield from found.partitions(BATCH)

    yield read
    engine.dispose()


@pytest.fixture(scope="session")
def features_of(edge_client) -> Callable[..., list[Feature]]:
    """The same question answered by the API: its features, x before y."""

    def ask(asked: Mapping[str, str]) -> list[Feature]:
        answer = edge_client.get("/collections/deposits/items", params={**asked, "limit": 10_000})
        assert answer.status_code == 200, answer.text
        features = answer.json()["features"]
        if shown(asked).crs.northing_first:
            for feature in features:
                if feature["geometry"]:
                    feature["geometry"]["coordinates"].reverse()
        return features

    return ask


@pytest.fixture
def extract(order_of, rows_of, features_of, tmp_path) -> Callable[..., tuple[Path, list[Feature]]]:
    """The file of a question, and the features that the API answers it with."""

    def make(ending: str, lang: Lang = "en", **asked: str) -> tuple[Path, list[Feature]]:
        features = features_of(asked)
        order = order_of(ending, asked, len(features), lang)
        path = tmp_path / order.name
        writing.write(order, rows_of(order), path)
        return path, features

    return make
