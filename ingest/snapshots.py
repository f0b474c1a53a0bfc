"""The files of a release: all its collections in each format, made once, and each called by its sha256."""

import asyncio
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, Engine, func
from sqlalchemy.dialects.postgresql import insert

from app.db.engine import extracting_engine, serving_engine
from app.db.tables import release_file
from app.errors import Refused
from app.extracts import making, ordering
from app.extracts.formats import ENDINGS, FORMATS, LANG_OF_FILES, PMTILES
from app.extracts.order import Order
from app.extracts.provenance import SCHEMA_VERSION
from app.queries.catalogue import Release
from app.queries.release_files import path_of
from app.queries.standing import Standings
from app.queries.tilesets import archives_of
from app.settings import Settings
from app.words import Words
from ingest.files import put, sealed
from ingest.ledger import sole_run
from ingest.report import Teller

_AT_ONCE = 2
# Where files grow. A name in the folder itself is only ever that of a whole one.
_MAKING = "making"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What became of a release: how many files were made now, of how many bytes in all."""

    release: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Made:
    """A file that is whole, but not in its place yet."""

    path: Path
    sha256: str
    bytes: int
    rows: int | None


@dataclass(frozen=True, slots=True)
class _Lacking:
    """What of a release has yet to be made."""

    release: Release
    orders: Sequence[Order]


def snapshot(settings: Settings, engine: Engine, teller: Teller, name: str | None = None) -> Snapshot:
    """Makes the files that a kept release lacks, the current one where none is named; raises `NotThere`, `Busy`.

    Each is recorded once it is in its place whole: whatever ends this leaves fewer files, and none by half.
    """
    folder = Path(settings.archives)
    with sole_run(engine, "snapshot"), _workshop(folder) as shop:
        lacking = asyncio.run(_lacking(settings, name))
        _record_archives(engine, lacking.release, folder)
        made = [_keep(engine, folder, order, done) for order, done in _all_made(settings, teller, lacking.orders, shop)]
    return Snapshot(lacking.release.name, len(made), sum(made))


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder to make files in, on the disk of the other; what was left in it by one that was killed goes first."""
    shop = folder / _MAKING
    shutil.rmtree(shop, ignore_errors=True)
    shop.mkdir(parents=True)
    try:
        yield shop
    finally:
        shutil.rmtree(shop, ignore_errors=True)


async def _lacking(settings: Settings, name: str | None) -> _Lacking:
    engine = serving_engine(settings)
    try:
        standings = Standings(engine, settings.catalogue_fresh_s)
        standing = await standings.now()
        release = standing.kept_release(name)
        contents = await standings.contents(release)
    finally:
        await engine.dispose()
    folder = Path(settings.archives)
    there = {one.name for one in standing.files_of(release) if one.path(folder).is_file()}
    orders = []
    for of in contents.collections.values():
        for form in (FORMATS[ending] for ending in ENDINGS if f"{of.id}.{ending}" not in there):
            wants = ordering.read({}, form, contents.cards, of.within)
            matched = of.extent.deposits if of.extent else 0
            orders.append(ordering.order({}, LANG_OF_FILES, of, release, form, wants, matched))
    return _Lacking(release, orders)


def _all_made(settings: Settings, teller: Teller, orders: Sequence[Order], shop: Path) -> Iterator[tuple[Order, _Made]]:
    """Each order with its file, as they are done. Who stops early waits for no file to be finished."""
    total = sum(order.provenance.matched for order in orders)
    doing, stop = Words("deposits in files", "yacimientos en archivos"), Event()
    # Threads: what takes the time is the database's work, and GDAL's and Arrow's, which need no turn of Python's.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        coming = {pool.submit(_make, settings, order, shop / order.name, stop): order for order in orders}
        try:
            for done in teller.track(as_completed(coming), total, doing, lambda one: coming[one].provenance.matched):
                yield coming[done], done.result()
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _make(settings: Settings, order: Order, path: Path, stop: Event) -> _Made:
    rows = 0

    def counted(coming: making.Coming) -> making.Coming:
        nonlocal rows
        for some in coming:
            if stop.is_set():
                raise _Stopped
            rows += len(some)
            yield some

    try:
        making.make(extracting_engine(settings), order, path, counted)
    except RuntimeError as fault:
        # GDAL's own words, which may be several lines.
        why = str(fault).splitlines()[0]
        raise Refused(
            Words(f"{order.name} could not be made: {why}", f"no se pudo preparar {order.name}: {why}")
        ) from fault
    return _Made(path, sealed(path), path.stat().st_size, rows)


class _Stopped(RuntimeError):
    """Another file could not be made, or a person has stopped it."""


def _keep(engine: Engine, folder: Path, order: Order, made: _Made) -> int:
    """Puts a file in its place and records it; returns its bytes."""
    of, expected = order.provenance, order.provenance.matched
    if made.rows != expected:
        release = of.release.name
        raise Refused(
            Words(
                f"{order.name} has {made.rows} deposits, not {expected}: release {release} is no longer kept",
                f"{order.name} tiene {made.rows} yacimientos, no {expected}: la edición {release} ya no se conserva",
            )
        )
    with engine.begin() as connection:
        # Before it is in its place: a publish that removes what is no longer used waits for the one, then sees both.
        _record(connection, of.release, of.collection, order.ending, made, FORMATS[order.ending].media_type)
        put(made.path, path_of(folder, made.sha256, order.ending))
        _sync(folder)
    made.path.unlink()
    return made.bytes


def _sync(folder: Path) -> None:
    """Sees to it that the names in the folder last."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _record_archives(engine: Engine, release: Release, folder: Path) -> None:
    """The archives of tiles are files of the release too."""
    with engine.begin() as connection:
        for layer, name in archives_of(release).items():
            if name and (path := path_of(folder, name, "pmtiles")).is_file():
                _record(connection, release, layer, "pmtiles", _Made(path, name, path.stat().st_size, None), PMTILES)


def _record(
    connection: Connection, release: Release, collection: str, ending: str, made: _Made, media_type: str
) -> None:
    """A file that was lost and made again takes the place of what was known of it."""
    of = {"release": release.id, "collection": collection, "ending": ending}
    told = {
        "sha256": made.sha256,
        "bytes": made.bytes,
        "rows": made.rows,
        "media_type": media_type,
        "schema_version": SCHEMA_VERSION,
    }
    known = insert(release_file).values(**of, **told)
    connection.execute(
        known.on_conflict_do_update(
            index_elements=list(of),
            set_={**told, "made_at": func.now()},
            where=release_file.c.sha256 != made.sha256,
        )
    )
