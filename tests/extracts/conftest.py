"""What the tests of extracts share: a store with words that break formats, and what the API says of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.main import create_app
from app.settings import Settings
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
