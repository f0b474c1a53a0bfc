"""Real PostGIS for all tests: a migrated template, cloned for those that write; a loaded store for those that read."""

import csv
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, event, make_url, text

from app.db import schema
from app.db.engine import ingesting_engine
from app.main import create_app
from app.settings import Settings
from app.tiles.archive import Archive
from app.tiles.pyramid import path_of
from ingest import outlines, rasters
from ingest.pipeline import ingest
from ingest.publish import publish
from ingest.report import Teller, teller
from ingest.snapshots import snapshot
from ingest.sources import source
from tests.bake import bake
from tests.rasters import MAGNETICS, values_file

pytest_plugins = ("tests.making",)

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data"
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def server() -> str:
    """The database server's address; `make test` starts one when DATABASE_URL is not set."""
    url = os.environ.get("DATABASE_URL")
    assert url, "DATABASE_URL is not set; run the tests by `make test`"
    return Settings(database_url=url).database_url


@pytest.fixture(scope="session", autouse=True)
def archives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of archives of tiles, for all commands and services that are started."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("archives")
        patch.setenv("ARCHIVES", str(folder))
        patch.setenv("RASTERS", str(folder / "rasters"))
        yield folder


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


@pytest.fixture(scope="session")
def drop_database(server: str) -> Iterator[Callable[[Engine], None]]:
    """Drops a database at once: one dropped later has its pages written out first, which takes far longer."""
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT")

    def drop(engine: Engine) -> None:
        with maintenance.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{engine.url.database}" WITH (FORCE)'))

    yield drop
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
def empty_store(
    make_database: Callable[..., str], drop_database: Callable[[Engine], None], template: str
) -> Iterator[Engine]:
    """An empty store of one's own, to write into."""
    with opened(make_database(template)) as engine:
        yield engine
    drop_database(engine)


@pytest.fixture(scope="session")
def quiet() -> Teller:
    tell = teller("en")
    tell.console.quiet = True
    return tell


@pytest.fixture(scope="session")
def sample_template(make_database: Callable[..., str], template: str, quiet: Teller, archives: Path) -> str:
    """A store with the sample data published by the real ingest, and its files. Nobody connects to it: it is cloned."""
    url = make_database(template)
    with opened(url) as engine:
        ingest(source("mrds"), [SAMPLE / "mrds.csv"], engine, quiet, synthetic=True)
        ingest(source("sgm"), [SAMPLE / "sgm_minas_250k.json"], engine, quiet, synthetic=True)
        pages = [SAMPLE / f"sgm_minas_50k_page{number}.geojson" for number in (1, 2)]
        ingest(source("sgm"), pages, engine, quiet, synthetic=True)
        publish(engine, quiet)
        bake(engine, archives)
        rasters.add(engine, values_file(archives / "magnetics.tif"), MAGNETICS, archives / "rasters", max_mb=10)
        snapshot(Settings(database_url=url, archives=str(archives)), engine, quiet)
    return url


@pytest.fixture(scope="session")
def sample_url(make_database: Callable[..., str], sample_template: str) -> str:
    """The published sample data; tests only read it."""
    return make_database(sample_template)


@pytest.fixture(scope="session")
def sample_store(sample_url: str) -> Iterator[Engine]:
    with opened(sample_url) as engine:
        yield engine


@pytest.fixture(scope="session")
def real_boundaries(sample_store: Engine, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The archive of the boundaries that set-up built."""
    folder = tmp_path_factory.mktemp("boundaries")
    name = outlines.bake(sample_store, folder)
    assert name, "set-up has built no boundaries"
    return Archive(name, path_of(folder, name))


@pytest.fixture
def own_sample_store(
    make_database: Callable[..., str], drop_database: Callable[[Engine], None], sample_template: str
) -> Iterator[Engine]:
    """The published sample data in a store of one's own, to change."""
    with opened(make_database(sample_template)) as engine:
        yield engine
    drop_database(engine)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What any engine sends to a database while a test runs."""
    sent: list[str] = []

    def note(connection, cursor, statement, parameters, context, executemany) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def client(sample_url: str, archives: Path) -> Iterator[TestClient]:
    """The service on the published sample data."""
    settings = Settings(database_url=sample_url, archives=str(archives), rasters=str(archives / "rasters"))
    with TestClient(create_app(settings), raise_server_exceptions=False) as opened_client:
        yield opened_client


@pytest.fixture(scope="session")
def sample_release(sample_store: Engine) -> str:
    """The name of the release of the sample data."""
    with sample_store.connect() as connection:
        return str(connection.scalar(text("SELECT name FROM release")))


@pytest.fixture
def client_of(archives: Path) -> Iterator[Callable[[Engine], TestClient]]:
    """Serves a store of one's own."""
    clients: list[TestClient] = []

    def make(engine: Engine) -> TestClient:
        url = engine.url.render_as_string(hide_password=False)
        folders = {"archives": str(archives), "rasters": str(archives / "rasters")}
        settings = Settings(database_url=url, catalogue_fresh_s=0, **folders)
        made = TestClient(create_app(settings), raise_server_exceptions=False)
        made.__enter__()
        clients.append(made)
        return made

    yield make
    for made in clients:
        made.__exit__(None, None, None)


@pytest.fixture(scope="session")
def add_mrds(tmp_path_factory: pytest.TempPathFactory, quiet: Teller) -> Callable[[Engine, Iterable[Mapping]], None]:
    """Publishes further rows of MRDS, by the real ingest; each row names the columns that it has."""
    columns = ("dep_id", "site_name", "latitude", "longitude", "country", "dev_stat", "commod1", "commod2", "commod3")

    def add(engine: Engine, rows: Iterable[Mapping]) -> None:
        path = tmp_path_factory.mktemp("mrds") / "mrds.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, columns, restval="")
            table.writeheader()
            table.writerows(rows)
        ingest(source("mrds"), [path], engine, quiet, partial=True)
        publish(engine, quiet)

    return add


# Places and words where a service goes wrong: the 180th meridian, the poles, the edges of boxes and of tiles, a
# centimetre beside an edge, two at one place, names that break quoting, nothing stated.
EDGES = (
    {"dep_id": "1", "site_name": "East of it", "latitude": "52.1", "longitude": "180", "commod1": "Gold"},
    {"dep_id": "2", "site_name": "West of it", "latitude": "52.2", "longitude": "-180", "commod1": "Gold"},
    {"dep_id": "3", "site_name": "", "latitude": "51", "longitude": "179.9999", "commod1": "Copper"},
    {"dep_id": "4", "site_name": "", "latitude": "51", "longitude": "-179.9999", "commod1": "Copper"},
    {"dep_id": "5", "site_name": "North pole", "latitude": "90", "longitude": "10"},
    {"dep_id": "6", "site_name": "South pole", "latitude": "-90", "longitude": "-10"},
    {"dep_id": "7", "site_name": "Beyond Mercator", "latitude": "85.2", "longitude": "-45", "commod1": "Silver"},
    {"dep_id": "8", "site_name": "On a box's edge", "latitude": "30", "longitude": "-110", "commod1": "Silver"},
    {"dep_id": "9", "site_name": "Beside it", "latitude": "30", "longitude": "-110.000001", "country": "Mexico"},
    {"dep_id": "10", "site_name": "A tile's corner", "latitude": "0", "longitude": "-90", "country": "Mexico"},
    {"dep_id": "11", "site_name": "Just west of a tile", "latitude": "10", "longitude": "-90.001"},
    {"dep_id": "12", "site_name": "Just east of a tile", "latitude": "10", "longitude": "-89.999"},
    {"dep_id": "13", "site_name": "Same place", "latitude": "20.5", "longitude": "-101", "commod1": "Gold, Silver"},
    {"dep_id": "14", "site_name": "Same place", "latitude": "20.5", "longitude": "-101", "dev_stat": "Producer"},
    {"dep_id": "15", "site_name": 'O\'Brien "100%" <b>{}\\ ñ 矿 🪨', "latitude": "1", "longitude": "1"},
    {"dep_id": "a-b_C", "site_name": "Another id", "latitude": "-33.3", "longitude": "151", "dev_stat": "Occurrence"},
)


@pytest.fixture(scope="session")
def edge_store(
    make_database: Callable[..., str], sample_template: str, add_mrds: Callable[[Engine, Iterable[Mapping]], None]
) -> Iterator[Engine]:
    """The sample data and `EDGES`, which are not called synthetic, published together; tests only read it."""
    with opened(make_database(sample_template)) as engine:
        add_mrds(engine, EDGES)
        yield engine


@pytest.fixture(scope="session")
def edge_client(edge_store: Engine, archives: Path) -> Iterator[TestClient]:
    """The service on the sample data and `EDGES`."""
    settings = Settings(database_url=edge_store.url.render_as_string(hide_password=False), archives=str(archives))
    with TestClient(create_app(settings), raise_server_exceptions=False) as opened_client:
        yield opened_client


@pytest.fixture(scope="session")
def released_store(
    make_database: Callable[..., str],
    sample_template: str,
    add_mrds: Callable[[Engine, Iterable[Mapping]], None],
    archives: Path,
    quiet: Teller,
) -> Iterator[Engine]:
    """The sample data, then a release with `EDGES` too, and the files of both; tests only read it."""
    url = make_database(sample_template)
    settings = Settings(database_url=url, archives=str(archives))
    with opened(url) as engine:
        add_mrds(engine, EDGES)
        snapshot(settings, engine, quiet)
        yield engine


@pytest.fixture(scope="session")
def released_client(released_store: Engine, archives: Path) -> Iterator[TestClient]:
    """The service on releases with their files."""
    settings = Settings(database_url=released_store.url.render_as_string(hide_password=False), archives=str(archives))
    with TestClient(create_app(settings), raise_server_exceptions=False) as opened_client:
        yield opened_client


@pytest.fixture(scope="session")
def big_store(
    make_database: Callable[..., str], sample_template: str, add_mrds: Callable[[Engine, Iterable[Mapping]], None]
) -> Iterator[Engine]:
    """The sample data and 20 000 deposits more, far more than sockets hold; tests only read it."""
    with opened(make_database(sample_template)) as engine:
        places = ((n, 20 + n / 2000, -120 + n / 1000) for n in range(1, 20_001))
        add_mrds(engine, ({"dep_id": n, "site_name": f"Mine {n}", "latitude": y, "longitude": x} for n, y, x in places))
        yield engine


@dataclass(frozen=True, slots=True)
class Served:
    """A running `python -m app`: where it answers, its process, and the file that holds what it says."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Starts the real service for a database, on a free port of the loopback; further settings by their names."""
    started: list[subprocess.Popen[bytes]] = []

    def start(database_url: str, **settings: str) -> Served:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        log = tmp_path_factory.mktemp("serve") / "log"
        told = {**os.environ, "DATABASE_URL": database_url, "HOST": "127.0.0.1", "PORT": port, **settings}
        with log.open("wb") as said:
            process = subprocess.Popen([sys.executable, "-m", "app"], env=told, cwd=ROOT, stdout=said, stderr=said)
        started.append(process)
        _wait_until_live(f"http://127.0.0.1:{port}", process, log)
        return Served(f"http://127.0.0.1:{port}", process, log)

    yield start
    for process in started:
        process.terminate()  # not killed, so that a service with workers ends them too
    for process in started:
        process.wait()


def _wait_until_live(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = monotonic() + 30
    while process.poll() is None and monotonic() < give_up:
        try:
            httpx2.get(f"{url}/health/live", trust_env=False)
            return
        except httpx2.TransportError:
            sleep(0.05)
    pytest.fail(f"the service did not start: {log.read_text()}")


@pytest.fixture(scope="session")
def sample_served(serve: Callable[..., Served], sample_url: str) -> str:
    """The address of the real service on the published sample data."""
    return serve(sample_url).url


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether something becomes true within ten seconds."""

    def becomes(true: Callable[[], bool]) -> bool:
        give_up = monotonic() + 10
        while monotonic() < give_up:
            if true():
                return True
            sleep(0.02)
        return False

    return becomes


@pytest.fixture
def reader() -> Iterator[httpx2.Client]:
    """A client whose socket takes little at a time, so that a long answer waits for it to read."""
    transport = httpx2.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)])
    with httpx2.Client(transport=transport, timeout=30, headers={"Accept-Encoding": "identity"}) as client:
        yield client
