"""Where all deposits of a release are, in memory: a box is counted in a fiftieth of the time that a statement takes.

Only a box of degrees, with no other condition, is counted so; `where` says what else a filter means.
"""

import asyncio
from collections import OrderedDict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, LargeBinary, Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.tables import deposit
from app.domain.deposit import ReleaseLevel
from app.queries import places
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter

# Fewer are counted by a statement in no time.
MANY = 20_000
# The current release, and the one before for those who still walk in it.
_KEPT = 2

# Longitudes in ascending order, and beside each its latitude; degrees of WGS 84.
_Spots = tuple[NDArray[np.float64], NDArray[np.float64]]


class Spots:
    """Counts boxes in releases of at least `many` deposits."""

    def __init__(self, many: int = MANY) -> None:
        self._many = many
        self._known: OrderedDict[tuple[Release, ReleaseLevel], _Spots] = OrderedDict()
        self._turn = asyncio.Lock()

    async def count(self, connection: AsyncConnection, wanted: DepositFilter, release: Release) -> int | None:
        """How many deposits the filter wants, exactly; None where only a statement can tell, or tells it sooner."""
        box, level = places.told(wanted.bbox), wanted.release_level
        if release.deposits < self._many or box is None or replace(wanted, bbox=None) != _everything(level):
            return None
        spots = self._known.get((release, level)) or await self._read(connection, release, level)
        return None if spots is None else _within(spots, **box)

    async def _read(self, connection: AsyncConnection, release: Release, level: ReleaseLevel) -> _Spots | None:
        """All spots, by the one who asks first; None for those who come meanwhile."""
        if self._turn.locked():
            return None
        async with self._turn:
            x, y = (await connection.execute(_all(release, level))).one()
            # None of a release that is dropped just now.
            return None if x is None else self._keep((release, level), _doubles(x), _doubles(y))

    def _keep(self, key: tuple[Release, ReleaseLevel], x: NDArray[np.float64], y: NDArray[np.float64]) -> _Spots:
        ascending = np.argsort(x)
        self._known[key] = spots = x[ascending], y[ascending]
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return spots


def _everything(level: ReleaseLevel) -> DepositFilter:
    return DepositFilter(release_level=level)


def _all(release: Release, level: ReleaseLevel) -> Select[bytes, bytes]:
    """Two values, not two for each deposit: of all longitudes and of all latitudes, in the same order."""
    axes = select(_joined(deposit.c.longitude), _joined(deposit.c.latitude))
    return axes.where(deposit.c.release == release.id, deposit.c.release_level <= level)


def _joined(axis: ColumnElement[float]) -> ColumnElement[bytes]:
    return func.string_agg(func.float8send(axis), literal(b"", LargeBinary), type_=LargeBinary)


def _doubles(sent: bytes) -> NDArray[np.float64]:
    """What PostgreSQL sends is big-endian."""
    return np.frombuffer(sent, ">f8").astype(np.float64)


def _within(spots: _Spots, west: float, south: float, east: float, north: float) -> int:
    """Inside the box or on its edge."""
    longitudes, latitudes = spots
    first, end = np.searchsorted(longitudes, west, "left"), np.searchsorted(longitudes, east, "right")
    band = latitudes[first:end]
    return int(np.count_nonzero((band >= south) & (band <= north)))
