"""Tiles of filters drawn in memory: the deposits of the current release are read once, which of them a filter wants is
asked once, whatever the number of its tiles."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.queries.tiles import bits_statement, kinds_statement, points_statement
from app.tiles.held import Held, Kinds
from app.tiles.kept import Kept
from app.tiles.pyramid import Tile

# A statement draws those of fewer in no time.
MANY = 20_000
# Above this zoom a tile has so many deposits that all are asked about in the same time.
_WHOLE_BELOW = 5
# So many points are read by one statement: in a moment, and for as long as a connection lives it has room for the
# longest row that ever came over it.
_AT_ONCE = 1 << 14
# So many filters are known to take too long of a whole release, though of a tile they may not.
_TOO_SLOW = 1000

_Parts = Sequence[bytes]

log = logging.getLogger("vetalode")


class Holding:
    """Draws tiles of the release that is held, if it has at least `many` deposits.

    It is read beside the questions, and at deep zooms so is what a filter wants: until then, and of other releases,
    only statements draw. `found` keeps which deposits filters want, a bit for each.
    """

    def __init__(self, engine: AsyncEngine, found: Kept, many: int = MANY) -> None:
        self._engine = engine
        self._found = found
        self._many = many
        self._held: tuple[Release, Held] | None = None
        self._too_slow = deque[str](maxlen=_TOO_SLOW)
        self._reading: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None

    def hold(self, release: Release) -> None:
        """Begins to read the release, to hold it in place of another, where that has yet to be done."""
        held = self._held is not None and self._held[0] == release
        if not held and release.deposits >= self._many and _is_over(self._reading):
            self._reading = asyncio.create_task(self.read(release))

    async def settle(self) -> None:
        """Waits until nothing is being read or asked beside the questions."""
        await asyncio.gather(*(task for task in (self._reading, self._asking) if task))

    async def read(self, release: Release) -> None:
        """Reads all deposits of the release; where that fails, whoever asks next begins anew."""
        try:
            async with self._engine.connect() as connection:
                kinds = (await connection.execute(kinds_statement(release))).all()
                sent = [
                    (await connection.execute(points_statement(release, after, after + _AT_ONCE))).one()
                    for after in range(0, release.deposits, _AT_ONCE)
                ]
        except SQLAlchemyError as fault:
            log.warning("points of release %s could not be read: %s", release.name, fault)
            return
        # Of a release that is dropped just now there are none.
        if sent and all(part[0] is not None for part in sent):
            known = Kinds.of(release.sources, [(row.kind, row.source, row.commodity, row.critical_to) for row in kinds])
            self._held = release, await asyncio.to_thread(_held, known, *zip(*sent, strict=True))

    async def drawing(
        self, name: str, tile: Tile, wanted: DepositFilter, release: Release
    ) -> Callable[[], bytes] | None:
        """What draws the tile of a filter that has this name with its release; None where only a statement can."""
        if self._held is None or self._held[0] != release:
            return None
        held = self._held[1]
        found = self._found.known(name)
        if found is None and tile.z >= _WHOLE_BELOW:
            self._ask_beside(name, wanted, release)
            return None
        if found is None:
            found = await self._found.of(name, partial(self._ask, wanted, release))
        return partial(held.tile, tile, found)

    async def _ask(self, wanted: DepositFilter, release: Release) -> bytes:
        """Which deposits the filter wants, as bits."""
        async with self._engine.connect() as connection:
            bits, places = (await connection.execute(bits_statement(wanted, release))).one()
        if bits is None:
            return b""
        at = _numbers(places, ">i4")
        words = np.zeros(at.max() + 1, "<i8")
        words[at] = _numbers(bits, ">i8")
        return words.tobytes()

    def _ask_beside(self, name: str, wanted: DepositFilter, release: Release) -> None:
        if name not in self._too_slow and _is_over(self._asking):
            self._asking = asyncio.create_task(self._asked(name, wanted, release))

    async def _asked(self, name: str, wanted: DepositFilter, release: Release) -> None:
        try:
            await self._found.of(name, partial(self._ask, wanted, release))
        except SQLAlchemyError as fault:
            log.warning("which deposits of release %s a filter wants could not be asked: %s", release.name, fault)
            if isinstance(fault, DBAPIError) and isinstance(fault.orig, QueryCanceled):
                self._too_slow.append(name)


def _is_over(task: asyncio.Task[None] | None) -> bool:
    return task is None or task.done()


def _numbers(sent: bytes, kind: str) -> NDArray[np.signedinteger]:
    """Numbers as PostgreSQL sends them, the highest byte first."""
    return np.frombuffer(sent, kind)


def _held(kinds: Kinds, order: _Parts, grid: _Parts, x: _Parts, y: _Parts, kind: _Parts, said: _Parts) -> Held:
    by_ordinal = np.argsort(_numbers(b"".join(order), ">i4"))
    lines = b"\n".join(said)
    ends = np.append(np.flatnonzero(np.frombuffer(lines, np.uint8) == ord("\n")), len(lines)).astype(np.int32)
    firsts = np.append(np.int32(0), ends[:-1] + np.int32(1))
    keys = _numbers(b"".join(grid), ">i8").astype(np.int64)[by_ordinal]
    place_x, place_y, kind_of = (_numbers(b"".join(one), ">i4").astype(np.int32)[by_ordinal] for one in (x, y, kind))
    return Held(keys, place_x, place_y, kind_of, kinds, lines, firsts[by_ordinal], ends[by_ordinal])
