"""A page of a list, and how many deposits the list has: of a box found in memory, of all else by a statement."""

from sqlalchemy.ext.asyncio import AsyncEngine

from app.queries import deposits
from app.queries.catalogue import Release
from app.queries.counting import Counts
from app.queries.deposits import Page, Walk
from app.queries.filter import DepositFilter
from app.queries.spots import Spots
from app.queries.together import MOST, Together


class Lists:
    """Pages of lists, each found in the cheapest way."""

    def __init__(self, engine: AsyncEngine, spots: Spots, together: Together, counts: Counts) -> None:
        self._engine = engine
        self._spots = spots
        self._together = together
        self._counts = counts

    async def page(self, wanted: DepositFilter, release: Release, walk: Walk, limit: int) -> tuple[Page, int]:
        """Up to `limit` rows of the walk, and how many deposits the filter wants, exactly."""
        found = self._spots.first(wanted, release, walk, limit + 1) if limit < MOST else None
        if found is not None:
            ids, matched = found
            return await self._of_ids(ids, wanted, release, walk, limit), matched
        async with self._engine.connect() as connection:
            return await self._counts.page(connection, wanted, release, walk, limit)

    async def _of_ids(self, ids: list[str], wanted: DepositFilter, release: Release, walk: Walk, limit: int) -> Page:
        bodies = await self._together.some(release, wanted.release_level, ids) if ids else {}
        rows = [(bodies[one], one) for one in ids if one in bodies]
        # Texts of a walk's release may go while they are looked for.
        return deposits.cut(rows, walk, limit, kept=walk.place is None or len(rows) == len(ids))
