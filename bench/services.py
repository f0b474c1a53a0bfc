"""The services that are measured: ours, and others on a table of the same deposits, each with one worker."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.parse import quote

from sqlalchemy import make_url, text

from app.domain.properties import Kind, properties
from app.tiles.drawing import OF_POINT
from app.tiles.pyramid import BUFFER, EXTENT
from bench import stores

_TIPG = Path(__file__).parents[1] / "var" / "tipg" / "bin" / "python"
_SCHEMA = "peer"
_WAIT_S = 60

_TYPES = {Kind.INTEGER: "integer", Kind.NUMBER: "double precision", Kind.BOOLEAN: "boolean", Kind.DATE: "date"}


def has_tipg() -> bool:
    return _TIPG.exists()


@contextmanager
def ours(url: str, timed: Path | None = None) -> Iterator[str]:
    """The address of our service; `timed` is where the seconds that each request took are told."""
    with _asgi((sys.executable, "-m", "uvicorn"), "app.main:from_env", {"DATABASE_URL": url}, timed) as base:
        yield base


@contextmanager
def tipg(url: str, timed: Path | None = None) -> Iterator[str]:
    """The address of tipg, on the deposits of the current release as a table of its own."""
    fill_deposits(url)
    environment = {
        "DATABASE_URL": address_for_others(url),
        "TIPG_DB_SCHEMAS": f'["{_SCHEMA}"]',
        "TIPG_DB_EXCLUDE_FUNCTION_SCHEMAS": '["public", "pg_catalog"]',
    }
    with _asgi((str(_TIPG), "-m", "uvicorn"), "tipg.main:app", environment, timed) as base:
        yield base


@contextmanager
def martin(binary: str, url: str, archive: Path, *, caching: bool) -> Iterator[str]:
    """The address of Martin: `/points` are tiles that PostGIS makes of a table with what our tiles tell, `/archive`
    those of a PMTiles file. Without `caching` it keeps no tiles, though the directories of the file. The table is there
    after `fill_points`."""
    told = {
        "worker_processes": 1,
        "cache": {} if caching else {"size_mb": 512, "tile_size_mb": 0},
        "postgres": {
            "connection_string": address_for_others(url),
            "auto_publish": False,
            "tables": {
                "points": {
                    "schema": _SCHEMA,
                    "table": "points",
                    "srid": 3857,
                    "geometry_column": "geom",
                    "extent": EXTENT,
                    "buffer": BUFFER,
                    "clip_geom": False,
                    "properties": dict.fromkeys(OF_POINT, "text"),
                }
            },
        },
        "pmtiles": {"sources": {"archive": str(archive.resolve())}},
    }
    with TemporaryDirectory() as folder:
        config = Path(folder) / "martin.yaml"
        # JSON is YAML.
        config.write_text(json.dumps(told), encoding="utf-8")
        port = _free_port()
        command = (binary, "--config", str(config), "--listen-addresses", f"127.0.0.1:{port}")
        with _running(command, {"RUST_LOG": "error"}, port, "/health") as base:
            yield base


@contextmanager
def pg_tileserv(binary: str, url: str) -> Iterator[str]:
    """The address of pg_tileserv on one processor; after `fill_points` it has `/peer.points/{z}/{x}/{y}.pbf`."""
    port = _free_port()
    told = {
        "DATABASE_URL": address_for_others(url),
        "GOMAXPROCS": "1",
        "TS_HTTPHOST": "127.0.0.1",
        "TS_HTTPPORT": port,
        "TS_DEFAULTRESOLUTION": str(EXTENT),
        "TS_DEFAULTBUFFER": str(BUFFER),
    }
    with _running((binary,), told, port, "/health") as base:
        yield base


def fill_points(url: str) -> None:
    """A table of the deposits of the current release in Web Mercator, with what our tiles tell of each."""
    _run(
        url,
        f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}",
        f"DROP TABLE IF EXISTS {_SCHEMA}.points",
        f"""
        CREATE TABLE {_SCHEMA}.points AS
        SELECT deposit.geom_3857 AS geom, point.id, point.name, point.source, point.country, point.state,
               point.status, point.commodities[1] AS commodity,
               array_to_string(point.commodities, ',') AS commodities,
               nullif(array_to_string(point.critical_to, ','), '') AS critical_to
        FROM catalogue
        JOIN tile_point AS point ON point.release = catalogue.current_release
        JOIN deposit ON deposit.release = point.release AND deposit.id = point.id
        ORDER BY point.ordinal
        """,
        f"CREATE INDEX ON {_SCHEMA}.points USING gist (geom)",
        f"VACUUM ANALYZE {_SCHEMA}.points",
    )


def fill_deposits(url: str) -> None:
    """A table of the deposits of the current release, with all that we tell of each as columns."""
    columns = ", ".join(f'"{name}" {_TYPES.get(about.kind, "text")}' for name, about in properties().items())
    _run(
        url,
        f"DROP TABLE IF EXISTS {_SCHEMA}.deposits",
        f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}",
        f"""
        CREATE TABLE {_SCHEMA}.deposits AS
        SELECT deposit_feature.id, deposit.geom, said.*
        FROM catalogue
        JOIN deposit_feature ON deposit_feature.release = catalogue.current_release
        JOIN deposit ON deposit.release = deposit_feature.release AND deposit.id = deposit_feature.id
        CROSS JOIN LATERAL jsonb_to_record(deposit_feature.body::jsonb -> 'properties') AS said ({columns})
        ORDER BY deposit_feature.id
        """,
        f"ALTER TABLE {_SCHEMA}.deposits ADD PRIMARY KEY (id)",
        f"CREATE INDEX ON {_SCHEMA}.deposits USING gist (geom)",
        f"VACUUM ANALYZE {_SCHEMA}.deposits",
    )


def _run(url: str, *statements: str) -> None:
    with stores.connected(url) as connection:
        for statement in statements:
            connection.execute(text(statement))


def address_for_others(url: str) -> str:
    """The address as programs read it that are not ours: asyncpg reads the place of a socket from the host alone."""
    parts = make_url(url)
    host = parts.host or str(parts.query.get("host", "localhost"))
    port = parts.port or parts.query.get("port", 5432)
    user = parts.username + (f":{quote(parts.password)}" if parts.password else "") if parts.username else ""
    return f"postgresql://{user}@{quote(host, safe='')}:{port}/{parts.database}"


def process_of(base: str) -> int:
    """The process that serves at the address."""
    port = base.rpartition(":")[2]
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it ended meanwhile
        if b"--port" in words and words[words.index(b"--port") + 1] == port.encode():
            return int(path.parent.name)
    raise LookupError(base)


@contextmanager
def _asgi(server: tuple[str, ...], app: str, environment: Mapping[str, str], timed: Path | None) -> Iterator[str]:
    told = {**environment, "PYTHONPATH": str(Path(__file__).parent)}
    asked = (app, "--factory") if app.endswith("from_env") else (app,)
    if timed is not None:
        told |= {"TIMED_APP": app, "TIMED_FILE": str(timed)}
        asked = ("waits:timed", "--factory")
    port = _free_port()
    command = (*server, *asked, "--port", port, "--log-level", "error", "--no-access-log")
    with _running(command, told, port, "/conformance") as base:
        yield base


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str], port: str, sign: str) -> Iterator[str]:
    """The address of what the command serves, from when it answers at the path `sign`."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base + sign, process)
        yield base
    finally:
        process.terminate()
        process.wait()


def _free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Until it answers; raises `TimeoutError` when it does not."""
    until = monotonic() + _WAIT_S
    while monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            sleep(0.2)
    raise TimeoutError(f"{address} does not answer")
