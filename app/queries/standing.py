"""What is published at this moment, remembered for a moment, so that most questions need not ask it again."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.errors import NotThere
from app.queries import catalogue
from app.queries.catalogue import FileExtent, Release, SourceCard
from app.queries.collections import Collection, collections, together
from app.queries.release_files import ReleaseFile, release_files
from app.words import Words, quoted

# So long a question that can do with what stood last waits for the store, the first time that it does not answer.
_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """The current release, the kept ones (the newest first), the sources and collections of the current one, by id, and
    the files that were made of each kept one, by its name.

    `key` signs cursors; it is the store's own, so that all serving processes share it.
    """

    current: Release
    kept: tuple[Release, ...]
    cards: Mapping[str, SourceCard]
    collections: Mapping[str, Collection]
    files: Mapping[str, Sequence[ReleaseFile]]
    key: bytes

    def files_of(self, release: Release) -> Sequence[ReleaseFile]:
        """The files that were made of a release, by collection and ending; none before they are made."""
        return self.files.get(release.name, ())

    def release(self, name: str) -> Release | None:
        """The kept release of that name."""
        return next((one for one in self.kept if one.name == name), None)

    def kept_release(self, name: str | None) -> Release:
        """The kept release of that name, the current one where none is named; raises `NotThere`."""
        if name is None:
            return self.current
        found = self.release(name)
        if found is None:
            listed = ", ".join(one.name for one in self.kept)
            raise NotThere(
                Words(
                    f"there is no release {quoted(name)}; those kept are: {listed}",
                    f"no existe la edición {quoted(name)}; las conservadas son: {listed}",
                )
            )
        return found

    def collection(self, name: str) -> Collection:
        """The collection of that id; raises `NotThere`."""
        if name not in self.collections:
            listed = ", ".join(self.collections)
            raise NotThere(
                Words(
                    f"there is no collection {name!r}; there are: {listed}",
                    f"no existe la colección {name!r}; hay: {listed}",
                )
            )
        return self.collections[name]


@dataclass(frozen=True, slots=True)
class Contents:
    """The sources and the collections of a release, by id."""

    cards: Mapping[str, SourceCard]
    collections: Mapping[str, Collection]


class Standings:
    """Asks what stands at most once in `fresh_s` seconds, whoever waits for it."""

    def __init__(self, engine: AsyncEngine, fresh_s: float) -> None:
        self._engine = engine
        self._fresh_s = fresh_s
        self._known: Standing | None = None
        self._asked = 0.0
        self._turn = asyncio.Lock()
        self._tried = 0.0
        self._trying: asyncio.Task[None] | None = None
        self._away = False
        self._contents: dict[int, Contents] = {}

    def at_hand(self) -> Standing | None:
        """What stands, or stood when the store last answered; None where it is time to ask it."""
        return self._known if monotonic() - max(self._asked, self._tried) < self._fresh_s else None

    async def last(self) -> Standing:
        """What stands; where the store does not answer, what stood when it last did."""
        if self._known is None:
            return await self.now()
        if standing := self.at_hand():
            return standing
        if self._trying is None or self._trying.done():
            self._trying = asyncio.create_task(self._try())
        await asyncio.wait({self._trying}, timeout=0 if self._away else _PATIENCE_S)
        if not self._trying.done():
            self._away = True
        return self._known

    async def _try(self) -> None:
        try:
            await self.now()
        except Exception:  # noqa: BLE001 whoever cannot do without the store is told by asking it
            self._away = True
        finally:
            self._tried = monotonic()

    async def now(self) -> Standing:
        """What stands; raises `NothingPublished` before the first release."""
        return self._fresh() or await self._ask(self._fresh)

    async def anew(self) -> Standing:
        """What stands by a question that is asked from now on, however fresh an older answer is."""
        began = monotonic()
        return await self._ask(lambda: self._known if self._asked > began else None)

    async def contents(self, release: Release) -> Contents:
        """What a kept release holds."""
        standing = self._known
        if standing is not None and standing.current == release:
            return Contents(standing.cards, standing.collections)
        if release.id not in self._contents:
            async with self._engine.connect() as connection:
                found = Contents(*await offered(connection, release))
            kept = {one.id for one in standing.kept} if standing else set()
            self._contents = {number: one for number, one in self._contents.items() if number in kept}
            self._contents[release.id] = found
        return self._contents[release.id]

    def _fresh(self) -> Standing | None:
        return self._known if monotonic() - self._asked < self._fresh_s else None

    async def _ask(self, known: Callable[[], Standing | None]) -> Standing:
        """Asks, unless it is known by the time that nobody else asks."""
        async with self._turn:
            if standing := known():
                return standing
            asked = monotonic()
            async with self._engine.connect() as connection:
                self._known = await _standing(connection, self._known)
            self._asked, self._away = asked, False
            return self._known


async def _standing(connection: AsyncConnection, known: Standing | None) -> Standing:
    """As it stands in the store; sources and collections are a release's own, so while that is current they stay."""
    current, kept = await catalogue.current_release(connection), tuple(await catalogue.kept_releases(connection))
    files = await release_files(connection)
    if known is not None and known.current == current:
        # Files are made, and releases dropped, after the flip.
        return known if (known.kept, known.files) == (kept, files) else replace(known, kept=kept, files=files)
    cards, known_collections = await offered(connection, current)
    return Standing(current, kept, cards, known_collections, files, key=await catalogue.cursor_key(connection))


async def offered(
    connection: AsyncConnection, release: Release
) -> tuple[Mapping[str, SourceCard], Mapping[str, Collection]]:
    """The sources and the collections of a release, by id."""
    seen: dict[str, list[FileExtent]] = {}
    for one in await catalogue.files(connection, release.id):
        seen.setdefault(one.source, []).append(one)
    cards = [
        replace(card, files=tuple(one.file for one in seen.get(card.id, ())))
        for card in await catalogue.sources(connection, release.id)
    ]
    extents = {source: together([one.extent for one in parts]) for source, parts in seen.items()}
    return {card.id: card for card in cards}, {one.id: one for one in collections(cards, extents)}
