"""Counts that are remembered: a published release never changes, so a filter's count in it never does."""

from collections import OrderedDict
from hashlib import blake2b

from sqlalchemy.ext.asyncio import AsyncConnection

from app.queries import deposits
from app.queries.catalogue import Release
from app.queries.deposits import Page, Walk
from app.queries.filter import DepositFilter
from app.queries.spots import Spots

_REMEMBERED = 10_000


class Counts:
    """The counts asked for most recently, by release and filter: by their digest, for a filter may be a long one."""

    def __init__(self, spots: Spots) -> None:
        self._spots = spots
        self._known: OrderedDict[bytes, int] = OrderedDict()

    def known(self, wanted: DepositFilter, release: Release) -> int | None:
        """How many deposits the filter wants, where that was counted not long ago."""
        key = _digest(wanted, release)
        if key not in self._known:
            return None
        self._known.move_to_end(key)
        return self._known[key]

    def keep(self, wanted: DepositFilter, release: Release, count: int) -> None:
        self._known[_digest(wanted, release)] = count
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def of(self, connection: AsyncConnection, wanted: DepositFilter, release: Release) -> int:
        """How many deposits the filter wants, exactly; counted once per release, but for a box, which costs less."""
        count = self._spots.count(wanted, release)
        if count is None:
            count = self.known(wanted, release)
        if count is None:
            count = await deposits.counted(connection, wanted, release)
            self.keep(wanted, release, count)
        return count

    async def page(
        self, connection: AsyncConnection, wanted: DepositFilter, release: Release, walk: Walk, limit: int
    ) -> tuple[Page, int]:
        """A page, and how many deposits the filter wants: exactly, and not counted where the page has them all."""
        if walk.place is not None:
            # Before the page, which tells whether the release was still kept.
            count = await self.of(connection, wanted, release)
            return await deposits.page(connection, wanted, release, walk, limit), count
        page = await deposits.page(connection, wanted, release, walk, limit)
        return page, len(page.rows) if page.after is None else await self.of(connection, wanted, release)


def _digest(wanted: DepositFilter, release: Release) -> bytes:
    return blake2b(repr((release, wanted)).encode(), digest_size=16).digest()
