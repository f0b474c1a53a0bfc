"""Ingest and publish of a full-size MRDS, against a bare `ogr2ogr` load of the same file."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from bench import synthetic
from bench.figures import Figure, Taken, timed

_DATABASE = "vetalode_bench"
_VETALODE = (sys.executable, "-m", "ingest")


def measure(server: str, folder: Path) -> list[Figure]:
    """The figures; ogr2ogr's lines are left out, and said to be, where it is not installed."""
    whole, edited = _files(folder)
    with _database(server) as url:
        environment = {"DATABASE_URL": url}

        def vetalode(*words: str) -> Taken:
            return timed((*_VETALODE, *words), environment)

        vetalode("migrate")
        bare = _ogr2ogr(url, whole)
        cold = vetalode("ingest", "mrds", "--synthetic", str(whole))
        published = vetalode("publish")
        again = vetalode("ingest", "mrds", "--synthetic", str(whole))
        little = vetalode("ingest", "mrds", "--synthetic", str(edited))
    total = cold.seconds + published.seconds
    peak = max(cold.peak_mb, little.peak_mb)
    return [
        *_against(bare, total),
        Figure("ingest MRDS, cold", f"{cold.seconds:.1f} s"),
        Figure("publish", f"{published.seconds:.1f} s"),
        Figure("the same file again", f"{again.seconds:.1f} s", "≤ 2 s", again.seconds <= 2),
        Figure("1 % of rows changed, ingest", f"{little.seconds:.1f} s", "≤ 6 s", little.seconds <= 6),
        Figure("peak memory of ingest", f"{peak:.0f} MB", "≤ 600 MB", peak <= 600),
    ]


def _against(bare: Taken | None, total: float) -> list[Figure]:
    if bare is None:
        return [Figure("ogr2ogr load of the same CSV", "not measured: ogr2ogr is not installed")]
    ratio = total / bare.seconds
    return [
        Figure("ogr2ogr load of the same CSV (PG_USE_COPY)", f"{bare.seconds:.1f} s"),
        Figure("MRDS, cold, ingested and published", f"{total:.1f} s, {ratio:.1f} × ogr2ogr", "≤ 3 ×", ratio <= 3),
    ]


def _files(folder: Path) -> tuple[Path, Path]:
    whole, edited = folder / "synthetic_mrds.csv", folder / "synthetic_mrds_edited.csv"
    if not edited.exists():
        synthetic.mrds(whole)
        synthetic.mrds(edited, changed=0.01)
    return whole, edited


def _ogr2ogr(url: str, path: Path) -> Taken | None:
    if not shutil.which("ogr2ogr"):
        return None
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = ("-oo", "X_POSSIBLE_NAMES=longitude", "-oo", "Y_POSSIBLE_NAMES=latitude", "-a_srs", "EPSG:4326")
    command = ("ogr2ogr", "-f", "PostgreSQL", f"PG:{address}", str(path), "-nln", "bare", *options)
    return timed(command, {"PG_USE_COPY": "YES"})


@contextmanager
def _database(server: str) -> Iterator[str]:
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {_DATABASE}"))
        try:
            yield make_url(server).set(database=_DATABASE).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {_DATABASE} WITH (FORCE)"))
    maintenance.dispose()
