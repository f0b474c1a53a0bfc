"""Where all deposits of a release are, in memory: the first ids of a box, and how many it has, cost no statement.

Only a box of degrees in the order of ids, with no other condition, is searched so; `where` says what else a filter
means.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, LargeBinary, Select, func, literal, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.tables import deposit
from app.domain.deposit import ReleaseLevel
from app.queries import places
from app.queries.catalogue import Release
from app.queries.deposits import Walk
from app.queries.filter import DepositFilter
from app.queries.order import Place

# A statement finds those of fewer in no time.
MANY = 20_000
# All releases that publishing keeps.
_KEPT = 3

_Ranks = NDArray[np.int32]

log = logging.getLogger("vetalode")


class Spots:
    """Searches boxes in releases of at least `many` deposits.

    Their places are read beside the questions: until then, and in smaller releases, only statements tell.
    """

    def __init__(self, engine: AsyncEngine, many: int = MANY) -> None:
        self._engine = engine
        self._many = many
        self._known: OrderedDict[tuple[Release, ReleaseLevel], _Spots] = OrderedDict()
        self._reading: asyncio.Task[None] | None = None

    def count(self, wanted: DepositFilter, release: Release) -> int | None:
        """How many deposits the filter wants, exactly; None where only a statement can tell."""
        within = self._within(wanted, release)
        return None if within is None else len(within[1])

    def first(self, wanted: DepositFilter, release: Release, walk: Walk, number: int) -> tuple[list[str], int] | None:
        """The first ids of the walk, up to `number`, and how many the filter wants; None as above."""
        within = None if walk.keys or walk.crs else self._within(wanted, release)
        if within is None:
            return None
        spots, ranks = within
        return spots.first(ranks, walk.place, number), len(ranks)

    def _within(self, wanted: DepositFilter, release: Release) -> "tuple[_Spots, _Ranks] | None":
        box, level = places.told(wanted.bbox), wanted.release_level
        if release.deposits < self._many or box is None or replace(wanted, bbox=None) != _everything(level):
            return None
        spots = self._known.get((release, level))
        if spots is not None:
            return spots, spots.within(**box)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self.read(release, level))
        return None

    async def settle(self) -> None:
        """Waits until nothing is being read."""
        if self._reading is not None:
            await self._reading

    async def read(self, release: Release, level: ReleaseLevel = ReleaseLevel.PUBLIC) -> None:
        """Reads all places of the release; where that fails, whoever asks next begins anew."""
        try:
            async with self._engine.connect() as connection:
                sent = (await connection.execute(_all(release, level))).one()
        except SQLAlchemyError as fault:
            log.warning("places of release %s could not be read: %s", release.name, fault)
            return
        # Of a release that is dropped just now there are none.
        if sent[0] is not None:
            self._known[release, level] = await asyncio.to_thread(_Spots.of, *sent)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Spots:
    """Longitudes in ascending order, each one's latitude (degrees of WGS 84) and the rank of its id, and all ids."""

    longitudes: NDArray[np.float64]
    latitudes: NDArray[np.float64]
    ranks: _Ranks
    ids: NDArray[np.bytes_]

    @classmethod
    def of(cls, x: bytes, y: bytes, ids: bytes) -> "_Spots":
        """What PostgreSQL sends: big-endian numbers, and ids with zeros between them."""
        named = np.array(ids.split(b"\0"), np.bytes_)
        # Byte order, as in the store.
        by_id = np.argsort(named)
        longitudes, latitudes = (np.frombuffer(axis, ">f8").astype(np.float64)[by_id] for axis in (x, y))
        ranks = np.argsort(longitudes)
        return cls(longitudes[ranks], latitudes[ranks], ranks.astype(np.int32), named[by_id])

    def within(self, west: float, south: float, east: float, north: float) -> _Ranks:
        """The ranks of those inside the box or on its edge."""
        first, end = self.longitudes.searchsorted(west, "left"), self.longitudes.searchsorted(east, "right")
        band = self.latitudes[first:end]
        # A third of the time that an index takes.
        return self.ranks[first:end].compress((band >= south) & (band <= north))

    def first(self, ranks: _Ranks, place: Place | None, number: int) -> list[str]:
        """The ids of those nearest to the place, or to the beginning, on the wanted side of it; the nearest first."""
        backward = place is not None and place.backward
        if place is not None:
            at = str(place.values[0]).encode()
            edge = self.ids.searchsorted(at, "left" if backward else "right")
            ranks = ranks[ranks < edge if backward else ranks >= edge]
        nearest = -ranks if backward else ranks
        if len(nearest) > number:
            nearest = np.partition(nearest, number)[:number]
        return [one.decode() for one in self.ids[abs(np.sort(nearest))].tolist()]


def _everything(level: ReleaseLevel) -> DepositFilter:
    return DepositFilter(release_level=level)


def _all(release: Release, level: ReleaseLevel) -> Select[bytes, bytes, bytes]:
    """Three values, not three for each deposit: of all longitudes, latitudes and ids, in the same order."""
    of = deposit.c
    return select(
        _joined(func.float8send(of.longitude)),
        _joined(func.float8send(of.latitude)),
        _joined(func.convert_to(of.id, "UTF8"), b"\0"),
    ).where(of.release == release.id, of.release_level <= level)


def _joined(values: ColumnElement[bytes], between: bytes = b"") -> ColumnElement[bytes]:
    return func.string_agg(values, literal(between, LargeBinary), type_=LargeBinary)
