"""Counts that are remembered: a published release never changes, so a filter's count in it never does."""

from collections import OrderedDict

from sqlalchemy.ext.asyncio import AsyncConnection

from app.queries import deposits
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter

_REMEMBERED = 10_000


class Counts:
    """The counts asked for most recently, by release and filter."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Release, DepositFilter], int] = OrderedDict()

    async def of(self, connection: AsyncConnection, wanted: DepositFilter, release: Release) -> int:
        """How many deposits the filter wants, exactly; counted once per release."""
        key = release, wanted
        if key not in self._known:
            self._known[key] = await deposits.count(connection, wanted, release)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]
