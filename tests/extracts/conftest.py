"""What the tests of extracts share: stores with words that break formats, what the API says of them, and files."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, event

from app.asked.values import deposit_filter, shown
from app.db import engine as engines
from app.extracts import writing
from app.extracts.order import Order
from app.extracts.provenance import Provenance
from app.main import create_app
from app.queries import catalogue, deposits
from app.queries.catalogue import Release, SourceCard
from app.settings import Settings
from app.words import Lang
from tests.conftest import EDGES, opened

# Texts that a spreadsheet would run, or that quoting goes wrong with.
FORMULAS = ("=1+1", "'=1+1", "+52 1", "-5", "@sum", "''-x", "'quoted'", 'a "b", c', "two\nlines", "tab\tin it", "ñandú")


@pytest.fixture(scope="session")
def words_store(
    make_database: Callable[..., str], sample_template: str, add_mrds: Callable[[Engine, Iterable[Mapping]], None]
) -> Iterator[Engine]:
    """The sample data, `EDGES` and deposits called by `FORMULAS`, published together; tests only read it."""
    named = (
        {"dep_id": f"f{n}", "site_name": name, "latitude": 25, "longitude": -105} for n, name in enumerate(FORMULAS)
    )
    with opened(make_database(sample_template)) as engine:
        add_mrds(engine, [*EDGES, *named])
        yield engine


@pytest.fixture(scope="session")
def words_client(words_store: Engine) -> Iterator[TestClient]:
    """The service on it."""
    settings = Settings(database_url=words_store.url.render_as_string(hide_password=False))
    with TestClient(create_app(settings), raise_server_exceptions=False) as opened_client:
        yield opened_client


@pytest.fixture(scope="session")
def listed(words_client: TestClient) -> Callable[..., list[dict[str, Any]]]:
    """The features that the API lists for a question."""

    def features(collection: str = "deposits", **asked: str) -> list[dict[str, Any]]:
        answer = words_client.get(f"/collections/{collection}/items", params={"limit": 10_000, **asked})
        assert answer.status_code == 200, answer.text
        said: list[dict[str, Any]] = answer.json()["features"]
        return said

    return features


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


# Values that a format may lose or bend, one a row.
HARD: tuple[Mapping[str, Any], ...] = (
    {"name": "", "other_names": None},
    {"name": None, "other_names": ""},
    {"name": "Peñón “Ñandú” ☃ 矿 🪨", "other_names": "línea 1\nlínea 2\r\ntabulador\tfin"},
    {"name": 'O\'Brien "100%" <b>&amp;</b> ]]> \\ {}', "other_names": "a,b;c|d"},
    {"name": "  spaces  around ", "other_names": "null"},
    {"name": "ñ" * 127, "other_names": "x" * 254},
    {"name": "ñ" * 128, "other_names": "x" + "ñ" * 127},
    {"name": "🪨" * 200, "other_names": "word " * 2000},
    {"discovered_year": 1521, "first_production_year": None, "last_production_year": -200, "source_row": 2**31 - 1},
    {"position_accuracy_m": 0.1, "synthetic": False, "retrieved": "1999-12-31"},
    {"position_accuracy_m": 123456.789012, "synthetic": None, "retrieved": None},
    {"position_accuracy_m": 500, "synthetic": True, "retrieved": "2400-02-29"},
)


def _hard_feature(n: int, told: Mapping[str, Any], names: Sequence[str]) -> Feature:
    said = {"source": "mrds", "status": "producer", "country": "MX"} | dict(told)
    return {
        "type": "Feature",
        "id": f"mrds-{n}",
        "geometry": {"type": "Point", "coordinates": [-110.123456 + n, 29.000001 - n]},
        "properties": {name: said.get(name) for name in names},
    }


@pytest.fixture
def write_all(order_of, tmp_path) -> Callable[..., tuple[Path, list[Feature]]]:
    """The file of features that have these properties, and those features."""

    def make(ending: str, those: Sequence[Mapping[str, Any]]) -> tuple[Path, list[Feature]]:
        order = order_of(ending, {}, len(those))
        names = [one.name for one in order.properties]
        features = [_hard_feature(n, told, names) for n, told in enumerate(those)]
        rows = [(json.dumps(feature, ensure_ascii=False).encode(), feature["id"]) for feature in features]
        path = tmp_path / order.name
        writing.write(order, (rows[at : at + 5] for at in range(0, len(rows), 5)), path)
        return path, features

    return make


@pytest.fixture
def hard(write_all) -> Callable[[str], tuple[Path, list[Feature]]]:
    """The file of features with values that are hard to keep, and those features."""
    return lambda ending: write_all(ending, HARD)


@pytest.fixture(scope="session")
def read() -> Callable[..., dict[str, dict[str, Any]]]:
    """The rows of a layer by their ids, as GDAL gives them; positions as WKB."""

    def rows(path: Path | str, **how: Any) -> dict[str, dict[str, Any]]:
        _, table = pyogrio.read_arrow(path, layer=0, **how)
        return {row["id"]: row for row in table.to_pylist()}

    return rows
