"""Extracts of full size over HTTP, against `ogr2ogr` writing the same deposits and columns from the same PostGIS."""

import os
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from sqlalchemy import text

from bench import services, stores
from bench.figures import Figure, timed
from bench.load import load
from bench.session import session

_ROUNDS = 3
_FORMATS = (("geojson", "GeoJSON"), ("fgb", "FlatGeobuf"), ("gpkg", "GPKG"), ("parquet", "Parquet"))
_AT_ONCE = 10
_TILES_S = 20
_HEAD_START_S = 2
_LOOK_EVERY_S = 0.02
_GROWTH_MB = 50
_PIECE = 1 << 20
_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class _Got:
    """What came of an address: bytes, seconds, seconds to the first byte, and by how much the service's memory grew."""

    bytes: int
    seconds: float
    first_s: float
    grown_mb: float


def measure(server: str, folder: Path) -> list[Figure]:
    """The figures; what is not installed is named in place of its figure."""
    whole, _, *layers = stores.files(folder)
    with stores.database(server) as url:
        stores.publish(url, whole, *layers)
        services.fill_deposits(url)
        with services.ours(url) as ours:
            figures = [*_formats(url, ours)]
            timed((*stores.VETALODE, "snapshot"), {"DATABASE_URL": url})
            figures.append(_ready(url, ours))
        with _roomy(), services.ours(url) as ours:
            figures += _beside_tiles(url, ours)
        before = next(_geojson(url, 1))
        _multiply(url)
        after = next(_geojson(url, 1))
        return [*figures, *_of_many(before, after, _number(url))]


def _formats(url: str, ours: str) -> Iterator[Figure]:
    _get(ours, "deposits.csv")
    for ending, driver in _FORMATS:
        got, theirs = list[_Got](), list[float]()
        for _ in range(_ROUNDS):
            got.append(_get(ours, f"deposits.{ending}"))
            if (taken := _ogr2ogr(url, ending, driver)) is not None:
                theirs.append(taken)
        yield from _of_format(ending, driver, got, theirs)
    csv = _get(ours, "deposits.csv")
    yield Figure("all deposits as CSV", f"{csv.seconds:.1f} s, {csv.bytes / 1e6:.0f} MB")


def _ready(url: str, ours: str) -> Figure:
    """The release's own file, against a copy of it on the disk."""
    with stores.connected(url) as connection:
        found = text("SELECT sha256 FROM release_file WHERE collection = 'deposits' AND ending = 'fgb'")
        path = Path(os.environ["ARCHIVES"]) / f"{connection.execute(found).scalar_one()}.fgb"
    # Until the service has heard of it.
    sleep(2)
    got = [_get(ours, "deposits.fgb") for _ in range(_ROUNDS)]
    with TemporaryDirectory() as folder:
        copied = median(timed(("cp", str(path), f"{folder}/{n}"), {}).seconds for n in range(_ROUNDS))
    seconds, size = median(one.seconds for one in got), path.stat().st_size
    if any(one.bytes != size for one in got):
        raise ValueError(f"{path} was not given")
    said = f"{seconds:.2f} s, {size / seconds / 1e6:.0f} MB/s; cp takes {copied:.2f} s"
    return Figure("the release's own FlatGeobuf, over HTTP", said)


def _of_format(ending: str, driver: str, got: Sequence[_Got], theirs: Sequence[float]) -> Iterator[Figure]:
    seconds = median(one.seconds for one in got)
    what = f"all deposits as {driver}, over HTTP"
    said = f"{seconds:.1f} s, {got[0].bytes / 1e6:.0f} MB"
    limit = 0.5 if ending == "geojson" else 1.0
    if theirs:
        ratio = seconds / median(theirs)
        said += f", {ratio:.2f} of ogr2ogr's {median(theirs):.1f} s"
        yield Figure(what, said, f"≤ {limit:g}", ratio <= limit)
    else:
        yield Figure(what, f"{said}; ogr2ogr has no such driver here")
    if ending == "geojson":
        first = median(one.first_s for one in got) * 1000
        grown = max(one.grown_mb for one in got)
        yield Figure("of it, the first byte", f"{first:.0f} ms", "≤ 200 ms", first <= 200)
        yield _memory("of it, the service's memory grows by", grown)


def _memory(what: str, grown_mb: float) -> Figure:
    return Figure(what, f"{grown_mb:.0f} MB", f"< {_GROWTH_MB} MB", grown_mb < _GROWTH_MB)


def _ogr2ogr(url: str, ending: str, driver: str) -> float | None:
    """Seconds that it takes; None where it is not installed or was built without the driver."""
    if not shutil.which("ogr2ogr") or f" {driver} -" not in _drivers():
        return None
    with TemporaryDirectory() as folder:
        table = f"PG:{services.address_for_others(url)}"
        command = ("ogr2ogr", "-f", driver, f"{folder}/deposits.{ending}", table, "peer.deposits")
        return timed(command, {}).seconds


def _drivers() -> str:
    return subprocess.run(("ogr2ogr", "--formats"), capture_output=True, text=True, check=True).stdout


def _get(base: str, name: str) -> _Got:
    began, size = perf_counter(), 0
    with _watched(services.process_of(base)) as grown:
        with urllib.request.urlopen(f"{base}/exports/{name}") as answer:
            piece = answer.read(1)
            first = perf_counter() - began
            while piece:
                size += len(piece)
                piece = answer.read(_PIECE)
        seconds = perf_counter() - began
    return _Got(size, seconds, first, grown[0])


@contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """By how many MB a process alone, without its children, was larger at its largest than at the beginning."""
    before, grown, over = _resident_mb(pid), [0.0], threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_EVERY_S):
            grown[0] = max(grown[0], _resident_mb(pid) - before)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield grown
    finally:
        over.set()
        looking.join()


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def _roomy() -> Iterator[None]:
    """A service that is started meanwhile makes ten extracts at once."""
    told = {"EXPORTS_AT_ONCE": str(_AT_ONCE), "POOL_SIZE": str(3 * _AT_ONCE)}
    os.environ.update(told)
    try:
        yield
    finally:
        for name in told:
            del os.environ[name]


def _beside_tiles(url: str, ours: str) -> Iterator[Figure]:
    """Tiles' p99 while ten clients take extracts over and over, against that with nothing beside."""
    drawn = [(float(x), float(y)) for x, y in stores.drawn(url, "longitude, latitude", 4000)]
    paths = [f"/tiles/deposits/{z}/{x}/{y}.mvt" for z, x, y in session(drawn, 8000)]
    load(ours, paths, _TILES_S, once=False)
    # In Spanish, for which there is no file of the release.
    for name, driver in (("deposits.geojson", "GeoJSON"), ("deposits.gpkg?lang=es", "GeoPackage")):
        alone = load(ours, paths, _TILES_S, once=False).p99_ms
        over = threading.Event()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            taking = [pool.submit(_take, ours, name, over) for _ in range(_AT_ONCE)]
            sleep(_HEAD_START_S)
            beside = load(ours, paths, _TILES_S, once=False).p99_ms
            over.set()
            for one in taking:
                one.result()
        ratio = beside / alone
        said = f"{beside:.1f} ms, {ratio:.1f} × the {alone:.1f} ms without"
        yield Figure(f"tiles' p99 beside ten extracts as {driver} at once", said, "≤ 3 ×", ratio <= 3)


def _take(base: str, name: str, over: threading.Event) -> None:
    """Takes extracts one after another until it is over; what is then under way is left."""
    while not over.is_set():
        with urllib.request.urlopen(f"{base}/exports/{name}", timeout=600) as answer:
            while not over.is_set() and answer.read(_PIECE):
                pass


def _geojson(url: str, times: int) -> Iterator[_Got]:
    with services.ours(url) as ours:
        _get(ours, "deposits.geojson?ids=mrds-1")
        for _ in range(times):
            yield _get(ours, "deposits.geojson")


def _multiply(url: str) -> None:
    """Puts copies of other ids beside the published features, a million in all; an extract reads nothing else."""
    with stores.connected(url) as connection:
        release, number = connection.execute(
            text("SELECT release, count(*) FROM deposit_feature GROUP BY release")
        ).one()
        connection.execute(
            text("""
                INSERT INTO deposit_feature (release, id, release_level, body)
                SELECT release, id || '-' || copy, release_level, body
                FROM deposit_feature CROSS JOIN generate_series(1, :copies) AS copy
            """),
            {"copies": -(-_MANY // number) - 1},
        )
        connection.execute(text(f"VACUUM ANALYZE deposit_feature_r{release}"))


def _number(url: str) -> int:
    with stores.connected(url) as connection:
        return connection.scalar(text("SELECT count(*) FROM deposit_feature")) or 0


def _of_many(few: _Got, many: _Got, number: int) -> Iterator[Figure]:
    ratio = (many.seconds / many.bytes) / (few.seconds / few.bytes)
    what = f"GeoJSON of {number:,} rows"
    said = f"{many.seconds:.1f} s, {many.bytes / 1e6:.0f} MB; {ratio:.2f} of the time a byte takes in the smaller one"
    yield Figure(what, said, "≤ 1.2", ratio <= 1.2)
    yield _memory("of it, the service's memory grows by", many.grown_mb)
