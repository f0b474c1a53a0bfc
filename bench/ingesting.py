"""Ingest and publish of a full-size MRDS, against a bare `ogr2ogr` load of the same file."""

import shutil
from pathlib import Path
from time import perf_counter

from sqlalchemy import create_engine, make_url, text

from bench import stores
from bench.figures import Figure, Taken, timed
from bench.readers import WAIT_MS, readers
from ingest.landing import copy_rows
from ingest.rows import Row
from ingest.sources import source
from ingest.verbatim import verbatim


def measure(server: str, folder: Path) -> list[Figure]:
    """The figures; ogr2ogr's lines are left out, and said to be, where it is not installed."""
    whole, edited, *layers = stores.files(folder)
    with stores.database(server) as url:
        environment = {"DATABASE_URL": url}

        def vetalode(*words: str) -> Taken:
            return timed((*stores.VETALODE, *words), environment)

        vetalode("migrate")
        bare = _ogr2ogr(url, whole)
        cold = vetalode("ingest", "mrds", "--synthetic", str(whole))
        published = vetalode(*stores.PUBLISH)
        files = vetalode("snapshot")
        again = vetalode("ingest", "mrds", "--synthetic", str(whole))
        little = vetalode("ingest", "mrds", "--synthetic", str(edited))
        # The fourth release makes the first one go, the only step of a publish that locks what readers read.
        for layer in layers:
            vetalode(*stores.PUBLISH)
            vetalode("ingest", "sgm", "--synthetic", str(layer))
        with readers(url) as asked:
            vetalode(*stores.PUBLISH)
        back = vetalode("rollback")
        landing = _landed(url, whole)
    total = cold.seconds + published.seconds
    peak = max(cold.peak_mb, little.peak_mb)
    return [
        *_against(bare, total, landing),
        Figure("ingest MRDS, cold", f"{cold.seconds:.1f} s"),
        Figure("publish", f"{published.seconds:.1f} s"),
        Figure("its files, made after it is current", f"{files.seconds:.1f} s, {files.peak_mb:.0f} MB of memory"),
        Figure("the same file again", f"{again.seconds:.1f} s", "≤ 2 s", again.seconds <= 2),
        Figure("1 % of rows changed, ingest", f"{little.seconds:.1f} s", "≤ 6 s", little.seconds <= 6),
        Figure("peak memory of ingest, its workers included", f"{peak:.0f} MB", "≤ 600 MB", peak <= 600),
        Figure(
            f"readers kept waiting by a lock for more than {WAIT_MS} ms, while a release is published and one dropped",
            f"{asked.kept_waiting} of {asked.times}, the slowest answer {asked.slowest_s * 1000:.0f} ms",
            "0",
            asked.kept_waiting == 0 and len(asked.releases) == 2,
        ),
        Figure("rollback, the whole command", f"{back.seconds:.1f} s", "≤ 1 s", back.seconds <= 1),
    ]


def _against(bare: Taken | None, total: float, landing: float) -> list[Figure]:
    if bare is None:
        return [Figure("ogr2ogr load of the same CSV", "not measured: ogr2ogr is not installed")]
    ratio, faster = total / bare.seconds, bare.seconds / landing
    return [
        Figure("ogr2ogr load of the same CSV (PG_USE_COPY)", f"{bare.seconds:.1f} s"),
        Figure("MRDS, cold, ingested and published", f"{total:.1f} s, {ratio:.1f} × ogr2ogr", "≤ 3 ×", ratio <= 3),
        Figure(
            "of MRDS, its words read and copied verbatim, nothing understood",
            f"{landing:.1f} s, {faster:.1f} × faster than ogr2ogr",
            "≥ 1.5 × faster",
            faster >= 1.5,
        ),
    ]


def _landed(url: str, path: Path) -> float:
    """Seconds to bring a file's words into the store as they are: read and kept as ingest does, with nothing judged and
    nothing understood. Ingest has no such step, for it judges each row on its way, but it can take no less."""
    of = source("mrds")
    engine = create_engine(url)
    started = perf_counter()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE landed (source_id text, row_number int, raw json)"))
        rows = (row for row in of.read([path]) if isinstance(row, Row))
        said = ((row.key, row.number, verbatim(row.raw).decode()) for row in rows)
        copy_rows(connection, "landed", ("source_id", "row_number", "raw"), said)
    seconds = perf_counter() - started
    engine.dispose()
    return seconds


def _ogr2ogr(url: str, path: Path) -> Taken | None:
    if not shutil.which("ogr2ogr"):
        return None
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = ("-oo", "X_POSSIBLE_NAMES=longitude", "-oo", "Y_POSSIBLE_NAMES=latitude", "-a_srs", "EPSG:4326")
    command = ("ogr2ogr", "-f", "PostgreSQL", f"PG:{address}", str(path), "-nln", "bare", *options)
    return timed(command, {"PG_USE_COPY": "YES"})
