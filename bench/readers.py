"""Readers who go on asking while something else is done, and fail when a lock keeps them waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import perf_counter

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

WAIT_MS = 50
_READERS = 2

# What most requests do: the current release, then deposits in a box, in the order of their ids.
_CURRENT = text("SELECT release.id, release.name FROM catalogue JOIN release ON release.id = current_release")
_BOX = text("""
    SELECT deposit.id, deposit.name, commodities, ST_AsGeoJSON(geom)
    FROM deposit JOIN source ON source.id = deposit.source
    WHERE release = :release AND geom && ST_MakeEnvelope(-112, 30, -110, 34, 4326) ORDER BY deposit.id LIMIT 100
""")


@dataclass
class Asked:
    """How often was asked, how often a lock made the question wait for more than `WAIT_MS`, and which releases
    answered."""

    times: int = 0
    kept_waiting: int = 0
    slowest_s: float = 0.0
    faults: list[Exception] = field(default_factory=list)
    releases: set[str] = field(default_factory=set)


@contextmanager
def readers(url: str) -> Iterator[Asked]:
    """Two readers who ask without a pause until the block ends."""
    asked, done = Asked(), Event()
    threads = [Thread(target=_read, args=(url, asked, done)) for _ in range(_READERS)]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        done.set()
        for thread in threads:
            thread.join()
    if asked.faults:
        raise asked.faults[0]


def _read(url: str, asked: Asked, done: Event) -> None:
    try:
        _ask(url, asked, done)
    except Exception as fault:  # noqa: BLE001 a thread's own is only printed
        asked.faults.append(fault)


def _ask(url: str, asked: Asked, done: Event) -> None:
    engine = create_engine(url, connect_args={"options": f"-c lock_timeout={WAIT_MS}"})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not done.is_set():
            started = perf_counter()
            try:
                release, name = connection.execute(_CURRENT).one()
                connection.execute(_BOX, {"release": release}).all()
                asked.releases.add(name)
            except OperationalError as fault:
                if getattr(fault.orig, "sqlstate", "") != "55P03":  # lock_not_available
                    raise
                asked.kept_waiting += 1
            asked.times += 1
            asked.slowest_s = max(asked.slowest_s, perf_counter() - started)
    engine.dispose()
