"""The services that are measured: ours, and tipg on a table of the same deposits, columns and index."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from sqlalchemy import make_url, text

from app.domain.properties import Kind, properties
from bench import stores

_TIPG = Path(__file__).parents[1] / "var" / "tipg" / "bin" / "python"
_SCHEMA = "peer"
_WAIT_S = 60

_TYPES = {Kind.INTEGER: "integer", Kind.NUMBER: "double precision", Kind.BOOLEAN: "boolean", Kind.DATE: "date"}


def has_tipg() -> bool:
    return _TIPG.exists()


@contextmanager
def ours(url: str, timed: Path | None = None) -> Iterator[str]:
    """The address of our service, with one worker; `timed` is where the seconds that each request took are told."""
    with _running((sys.executable, "-m", "uvicorn"), "app.main:from_env", {"DATABASE_URL": url}, timed) as base:
        yield base


@contextmanager
def tipg(url: str, timed: Path | None = None) -> Iterator[str]:
    """The address of tipg, with one worker, on the deposits of the current release as a table of its own."""
    _fill(url)
    environment = {
        "DATABASE_URL": _for_asyncpg(url),
        "TIPG_DB_SCHEMAS": f'["{_SCHEMA}"]',
        "TIPG_DB_EXCLUDE_FUNCTION_SCHEMAS": '["public", "pg_catalog"]',
    }
    with _running((str(_TIPG), "-m", "uvicorn"), "tipg.main:app", environment, timed) as base:
        yield base


def _fill(url: str) -> None:
    columns = ", ".join(f'"{name}" {_TYPES.get(about.kind, "text")}' for name, about in properties().items())
    with stores.connected(url) as connection:
        for statement in (
            f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE",
            f"CREATE SCHEMA {_SCHEMA}",
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
        ):
            connection.execute(text(statement))


def _for_asyncpg(url: str) -> str:
    """tipg reads the place of a socket from the host alone."""
    parts = make_url(url)
    host = parts.host or str(parts.query.get("host", "localhost"))
    port = parts.port or parts.query.get("port", 5432)
    user = parts.username + (f":{quote(parts.password)}" if parts.password else "") if parts.username else ""
    return f"postgresql://{user}@{quote(host, safe='')}:{port}/{parts.database}"


@contextmanager
def _running(server: tuple[str, ...], app: str, environment: Mapping[str, str], timed: Path | None) -> Iterator[str]:
    told = {**os.environ, **environment, "PYTHONPATH": str(Path(__file__).parent)}
    asked = (app, "--factory") if app.endswith("from_env") else (app,)
    if timed is not None:
        told |= {"TIMED_APP": app, "TIMED_FILE": str(timed)}
        asked = ("waits:timed", "--factory")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = (*server, *asked, "--port", port, "--log-level", "error", "--no-access-log")
    process = subprocess.Popen(command, env=told)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base, process)
        yield base
    finally:
        process.terminate()
        process.wait()


def _wait_for(base: str, process: "subprocess.Popen[bytes]") -> None:
    """Until it answers; raises `TimeoutError` when it does not."""
    until = monotonic() + _WAIT_S
    while monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/conformance", timeout=5):
                return
        except OSError:
            sleep(0.2)
    raise TimeoutError(f"{base} does not answer")
