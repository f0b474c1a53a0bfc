"""What the tests of ingest share: files as the surveys would write them, the command line, and a look at the store."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ingest.__main__ import main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def mrds(tmp_path: Path) -> Callable[..., Path]:
    """Writes an MRDS table of a few columns: dep_id, site_name, latitude, longitude, then those given."""

    def write(*lines: str, more: str = "", name: str = "mrds.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([f"dep_id,site_name,latitude,longitude{more}", *lines]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def mine() -> Callable[..., dict[str, Any]]:
    """A mine of SGM as a feature of `f=json`."""

    def feature(name: object = "ALAMBRADA", x: object = -110.5, y: object = 30.5, **more: object) -> dict[str, Any]:
        said = {"Nombre": name, "Sustancia": "Au, Fe", "Tipo de operación": "MINA ACTIVA", "Escala": "Esc:1:250,000"}
        return {"attributes": said | more, "geometry": {"x": x, "y": y}}

    return feature


@pytest.fixture
def answer(tmp_path: Path) -> Callable[..., Path]:
    """Writes an answer of SGM's service, `f=json` in WGS 84 unless told otherwise."""

    def write(*features: object, name: str = "minas.json", **more: object) -> Path:
        path = tmp_path / name
        said = {"spatialReference": {"wkid": 4326, "latestWkid": 4326}, "features": features} | more
        path.write_text(json.dumps({key: value for key, value in said.items() if value != "-"}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def vetalode(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs one command on a store, in English unless told otherwise: its exit code, its output, its messages."""

    def run(store: Engine | str, *words: object, lang: str = "en") -> tuple[int, str, str]:
        url = store if isinstance(store, str) else store.url.render_as_string(hide_password=False)
        monkeypatch.setenv("DATABASE_URL", url)
        capsys.readouterr()
        code = main(["--lang", lang, *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts one command in a process of its own, which may be killed."""
    running: list[subprocess.Popen[bytes]] = []

    def start(store: Engine, *words: object) -> subprocess.Popen[bytes]:
        address = {"DATABASE_URL": store.url.render_as_string(hide_password=False)}
        command = [sys.executable, "-m", "ingest", *map(str, words)]
        running.append(
            subprocess.Popen(
                command, cwd=ROOT, env=os.environ | address, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        )
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.fixture
def until() -> Callable[[Engine, str], None]:
    """Waits until a question to the store is answered by true."""

    def wait(store: Engine, question: str) -> None:
        limit = monotonic() + 30
        with store.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not connection.scalar(text(question)):
                assert monotonic() < limit, question
                sleep(0.02)

    return wait


@pytest.fixture
def one() -> Callable[..., Any]:
    """The first value that the store answers to a question."""

    def ask(store: Engine, question: str, **values: object) -> Any:
        with store.connect() as connection:
            return connection.scalar(text(question), values)

    return ask


@pytest.fixture
def all_rows() -> Callable[[Engine], dict[str, Sequence[Any]]]:
    """Every row of every table with its place and the transaction that wrote it, and how far each counter is."""

    def look(store: Engine) -> dict[str, Sequence[Any]]:
        with store.connect() as connection:
            tables = connection.scalars(
                text(
                    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE n.nspname = 'public' AND c.relkind = 'r' AND relname <> 'spatial_ref_sys'"
                )
            ).all()
            seen: dict[str, Sequence[Any]] = {
                table: connection.execute(text(f"SELECT ctid::text, xmin::text, t::text FROM {table} t")).all()
                for table in tables
            }
            counters = text("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
            return seen | {"counters": connection.execute(counters).all()}

    return look
