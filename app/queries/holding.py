"""Tiles of filters drawn in memory: deposits of a release are read once, those that a filter wants are asked for once,
whatever the number of its tiles."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.queries.tiles import kinds_statement, ordinals, points_statement
from app.tiles.held import Held, Kinds
from app.tiles.kept import Kept
from app.tiles.pyramid import Tile

# A statement draws those of fewer in no time.
MANY = 20_000
_RELEASES = 2
# Above this zoom a tile has so many deposits that all are asked in the same time.
_WHOLE_BELOW = 5
_FAILED = 1000

log = logging.getLogger("vetalode")


class Holding:
    """Draws tiles of releases of at least `many` deposits.

    They are read beside the questions, and at deep zooms so is what a filter wants: until then, and in smaller
    releases, only statements draw. `found` keeps the ordinals that filters want.
    """

    def __init__(self, engine: AsyncEngine, found: Kept, many: int = MANY) -> None:
        self._engine = engine
        self._found = found
        self._many = many
        self._held: OrderedDict[int, Held] = OrderedDict()
        self._failed: OrderedDict[str, None] = OrderedDict()
        self._reading: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None

    def prepare(self, release: Release) -> None:
        """Begins to read the release, where that has to be done and nothing else is being read."""
        if release.deposits >= self._many and release.id not in self._held and _is_over(self._reading):
            self._reading = asyncio.create_task(self.read(release))

    async def settle(self) -> None:
        """Waits until nothing is being read or asked beside the questions."""
        await asyncio.gather(*(task for task in (self._reading, self._asking) if task))

    async def read(self, release: Release) -> None:
        """Reads all deposits of the release; where that fails, whoever asks next begins anew."""
        try:
            async with self._engine.connect() as connection:
                kinds = (await connection.execute(kinds_statement(release))).all()
                sent = (await connection.execute(points_statement(release))).one()
        except SQLAlchemyError as fault:
            log.warning("points of release %s could not be read: %s", release.name, fault)
            return
        # Of a release that is dropped just now there are none.
        if sent[0] is not None:
            self._held[release.id] = await asyncio.to_thread(_held, Kinds.of(release.sources, kinds), *sent)
        while len(self._held) > _RELEASES:
            self._held.popitem(last=False)

    async def drawing(self, name: str, tile: Tile, wanted: DepositFilter, release: Release) -> Callable[[], bytes] | None:
        """What draws the tile of a filter that has this name with its release; None where only a statement can."""
        held = self._held.get(release.id)
        if held is None:
            self.prepare(release)
            return None
        found = self._found.known(name)
        if found is None:
            ask = partial(self._ask, wanted, release)
            if tile.z >= _WHOLE_BELOW:
                self._ask_beside(name, ask)
                return None
            found = await self._found.of(name, ask)
        return partial(held.tile, tile, np.frombuffer(found, np.int32))

    async def _ask(self, wanted: DepositFilter, release: Release) -> bytes:
        """The ordinals of the deposits that the filter wants, in ascending order."""
        async with self._engine.connect() as connection:
            sent = (await connection.execute(ordinals(wanted, release))).scalar_one()
        return np.sort(_numbers(sent, ">i4")).astype(np.int32).tobytes()

    def _ask_beside(self, name: str, ask: Callable[[], Awaitable[bytes]]) -> None:
        if name not in self._failed and _is_over(self._asking):
            self._asking = asyncio.create_task(self._asked(name, ask))

    async def _asked(self, name: str, ask: Callable[[], Awaitable[bytes]]) -> None:
        try:
            await self._found.of(name, ask)
        except SQLAlchemyError as fault:
            # Of the whole release it takes too long, of a tile perhaps not.
            log.warning("what a filter of tiles wants could not be asked: %s", fault)
            self._failed[name] = None
            while len(self._failed) > _FAILED:
                self._failed.popitem(last=False)


def _is_over(task: asyncio.Task[None] | None) -> bool:
    return task is None or task.done()


def _numbers(sent: bytes, kind: str) -> NDArray[np.signedinteger]:
    """Of big-endian numbers, as PostgreSQL sends them."""
    return np.frombuffer(sent, kind)


def _held(kinds: Kinds, order: bytes, grid: bytes, x: bytes, y: bytes, kind: bytes, said: bytes) -> Held:
    by_ordinal = np.argsort(_numbers(order, ">i4"))
    x, y, kind = (_numbers(one, ">i4").astype(np.int32)[by_ordinal] for one in (x, y, kind))
    ends = np.append(np.flatnonzero(np.frombuffer(said, np.uint8) == ord("\n")), len(said)).astype(np.int32)
    firsts = np.append(np.int32(0), ends[:-1] + np.int32(1))
    keys = _numbers(grid, ">i8").astype(np.int64)[by_ordinal]
    return Held(keys, x, y, kind, kinds, said, firsts[by_ordinal], ends[by_ordinal])
