"""Tiles that took time to make, kept while there is room, each made once for all who wait for it."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

# What a tile takes beside its bytes: its name, and its place in the table.
_OVERHEAD = 300


@dataclass(slots=True)
class _Flight:
    making: asyncio.Task[bytes]
    waiting: int = 0


class Kept:
    """The tiles asked for most recently, by their names, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self.size = 0
        self._limit = limit
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._flights: dict[str, _Flight] = {}

    def known(self, name: str) -> bytes | None:
        """The tile of that name, where it is kept."""
        if name not in self._known:
            return None
        self._known.move_to_end(name)
        return self._known[name]

    async def of(self, name: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """The tile of that name, made where it is not kept; raises what making it raises, to all who wait."""
        known = self.known(name)
        return await self._made(name, make) if known is None else known

    async def _made(self, name: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        flight = self._flights.get(name)
        if flight is None:
            flight = self._flights[name] = _Flight(asyncio.create_task(self._make(name, make)))
        flight.waiting += 1
        try:
            # Whoever leaves does not take the tile from the others.
            return await asyncio.shield(flight.making)
        finally:
            flight.waiting -= 1
            if not flight.waiting and self._flights.get(name) is flight:
                del self._flights[name]
                flight.making.cancel()
                # As one who makes it alone would wait: its statement is being ended.
                await asyncio.wait({flight.making})

    async def _make(self, name: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        made = await make()
        self._keep(name, made)
        return made

    def _keep(self, name: str, made: bytes) -> None:
        self._known[name] = made
        self.size += len(made) + _OVERHEAD
        while self.size > self._limit:
            _, oldest = self._known.popitem(last=False)
            self.size -= len(oldest) + _OVERHEAD
