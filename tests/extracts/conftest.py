"""What the tests of extracts share: stores with words that break formats, what the API says of them, and files."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.extracts import writing
from app.main import create_app
from app.settings import Settings
from tests.conftest import EDGES, opened
from tests.making import Feature

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
