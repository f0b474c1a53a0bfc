"""What is published at this moment, remembered for a moment, so that most questions need not ask it again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.queries import catalogue
from app.queries.catalogue import Release, SourceCard
from app.queries.collections import Collection, collections


@dataclass(frozen=True, slots=True)
class Standing:
    """The current release, the kept ones (the newest first), the sources and collections of the current one, by id.

    `key` signs cursors; it is the store's own, so that all serving processes share it.
    """

    current: Release
    kept: tuple[Release, ...]
    cards: Mapping[str, SourceCard]
    collections: Mapping[str, Collection]
    key: bytes

    def release(self, name: str) -> Release | None:
        """The kept release of that name."""
        return next((one for one in self.kept if one.name == name), None)


class Standings:
    """Asks what stands at most once in `fresh_s` seconds, and once for all who wait."""

    def __init__(self, engine: AsyncEngine, fresh_s: float) -> None:
        self._engine = engine
        self._fresh_s = fresh_s
        self._known: Standing | None = None
        self._asked = 0.0
        self._turn = asyncio.Lock()

    async def now(self) -> Standing:
        """What stands; raises `NothingPublished` before the first release."""
        known = self._known
        if known is None or monotonic() - self._asked >= self._fresh_s:
            known = await self._ask(monotonic())
        return known

    async def _ask(self, since: float) -> Standing:
        async with self._turn:
            if self._known is not None and self._asked > since:
                return self._known
            asked = monotonic()
            async with self._engine.connect() as connection:
                known = self._known = await _standing(connection, self._known)
            self._asked = asked
            return known


async def _standing(connection: AsyncConnection, known: Standing | None) -> Standing:
    """As it stands in the store; sources and collections are a release's own, so while that is current they stay."""
    current, kept = await catalogue.current_release(connection), tuple(await catalogue.kept_releases(connection))
    if known is not None and known.current == current:
        # Releases are dropped after the flip.
        return known if known.kept == kept else replace(known, kept=kept)
    cards = await catalogue.sources(connection, current.id)
    return Standing(
        current=current,
        kept=kept,
        cards={card.id: card for card in cards},
        collections={one.id: one for one in collections(cards, await catalogue.extents(connection, current.id))},
        key=await catalogue.cursor_key(connection),
    )
