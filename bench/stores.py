"""Stores of full size to measure on, and the synthetic files that fill them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, text

from bench import synthetic
from bench.figures import timed

VETALODE = (sys.executable, "-m", "ingest")
# Files of the release are measured by themselves.
PUBLISH = ("publish", "--no-files")
_DATABASE = "vetalode_bench"


def files(folder: Path) -> tuple[Path, Path, Path, Path]:
    """The whole MRDS, the same with 1 % of its rows edited, and the two layers of SGM; made where they are missing."""
    whole, edited = folder / "synthetic_mrds.csv", folder / "synthetic_mrds_edited.csv"
    small, large = folder / "synthetic_sgm_250k.json", folder / "synthetic_sgm_50k.json"
    if not large.exists():
        synthetic.mrds(whole)
        synthetic.mrds(edited, changed=0.01)
        synthetic.sgm(small, synthetic.SGM_250K_ROWS, "1:250,000", 3)
        synthetic.sgm(large, synthetic.SGM_50K_ROWS, "1:50,000", 4)
    return whole, edited, small, large


@contextmanager
def database(server: str) -> Iterator[str]:
    """The address of an empty database on the server, which is dropped at the end."""
    with connected(server) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {_DATABASE}"))
        try:
            yield make_url(server).set(database=_DATABASE).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {_DATABASE} WITH (FORCE)"))


def publish(url: str, mrds: Path, *sgm: Path) -> None:
    """Fills the empty database with the synthetic files and publishes them."""
    ingests = [
        ("ingest", "mrds", "--synthetic", str(mrds)),
        *(("ingest", "sgm", "--synthetic", str(one)) for one in sgm),
    ]
    for words in (("migrate",), *ingests, PUBLISH):
        timed((*VETALODE, *words), {"DATABASE_URL": url})


def drawn(url: str, columns: str, number: int) -> list[tuple[Any, ...]]:
    """Columns of so many deposits in an order of chance, always the same one."""
    with connected(url) as connection:
        statement = text(f"SELECT {columns} FROM deposit ORDER BY md5(id) LIMIT {number}")
        return [tuple(row) for row in connection.execute(statement)]


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection whose statements take effect one by one."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
