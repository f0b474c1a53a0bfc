"""Real PostGIS for all tests: a migrated template, cloned for those that write; a loaded store for those that read."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, make_url, text

from app.db import schema
from app.db.engine import ingesting_engine
from app.main import create_app
from app.settings import Settings
from ingest.pipeline import ingest
from ingest.publish import publish
from ingest.report import Teller, teller
from ingest.sources import source

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data"
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def server() -> str:
    """The database server's address; `make test` starts one when DATABASE_URL is not set."""
    url = os.environ.get("DATABASE_URL")
    assert url, "DATABASE_URL is not set; run the tests by `make test`"
    return Settings(database_url=url).database_url


@pytest.fixture(scope="session")
def make_database(server: str) -> Iterator[Callable[..., str]]:
    """Makes databases, from a template or empty, and drops them at the end."""
    made: list[str] = []
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT")

    def make(template: str | None = None) -> str:
        name = f"vetalode_test_{uuid4().hex[:12]}"
        like = f' TEMPLATE "{make_url(template).database}"' if template else ""
        with maintenance.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"{like}'))
        made.append(name)
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    yield make
    with maintenance.connect() as connection:
        for name in reversed(made):
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    maintenance.dispose()


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = ingesting_engine(Settings(database_url=url))
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def template(make_database: Callable[..., str]) -> str:
    """A migrated, empty store."""
    url = make_database()
    with opened(url) as engine, engine.begin() as connection:
        schema.migrate(connection)
    return url


@pytest.fixture
def empty_store(make_database: Callable[..., str], template: str) -> Iterator[Engine]:
    """An empty store of one's own, to write into."""
    with opened(make_database(template)) as engine:
        yield engine


@pytest.fixture(scope="session")
def quiet() -> Teller:
    tell = teller("en")
    tell.console.quiet = True
    return tell


@pytest.fixture(scope="session")
def sample_template(make_database: Callable[..., str], template: str, quiet: Teller) -> str:
    """A store with the sample data published by the real ingest. Nobody connects to it: it is cloned."""
    url = make_database(template)
    with opened(url) as engine:
        ingest(source("mrds"), [SAMPLE / "mrds.csv"], engine, quiet, synthetic=True)
        ingest(source("sgm"), [SAMPLE / "sgm_minas_250k.json"], engine, quiet, synthetic=True)
        pages = [SAMPLE / f"sgm_minas_50k_page{number}.geojson" for number in (1, 2)]
        ingest(source("sgm"), pages, engine, quiet, synthetic=True)
        publish(engine, quiet)
    return url


@pytest.fixture(scope="session")
def sample_url(make_database: Callable[..., str], sample_template: str) -> str:
    """The published sample data; tests only read it."""
    return make_database(sample_template)


@pytest.fixture(scope="session")
def sample_store(sample_url: str) -> Iterator[Engine]:
    with opened(sample_url) as engine:
        yield engine


@pytest.fixture
def own_sample_store(make_database: Callable[..., str], sample_template: str) -> Iterator[Engine]:
    """The published sample data in a store of one's own, to change."""
    with opened(make_database(sample_template)) as engine:
        yield engine


@pytest.fixture(scope="session")
def client(sample_url: str) -> Iterator[TestClient]:
    """The service on the published sample data."""
    with TestClient(create_app(Settings(database_url=sample_url)), raise_server_exceptions=False) as opened_client:
        yield opened_client


@pytest.fixture
def client_of() -> Iterator[Callable[[Engine], TestClient]]:
    """Serves a store of one's own."""
    clients: list[TestClient] = []

    def make(engine: Engine) -> TestClient:
        url = engine.url.render_as_string(hide_password=False)
        made = TestClient(create_app(Settings(database_url=url)), raise_server_exceptions=False)
        made.__enter__()
        clients.append(made)
        return made

    yield make
    for made in clients:
        made.__exit__(None, None, None)
