"""Features by their ids: those asked for while a question is under way go together into the next one.

A statement for each of them would cost more than all else that answering takes.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ARRAY, Text, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.tables import deposit_feature
from app.domain.deposit import ReleaseLevel
from app.queries.catalogue import Release
from app.queries.deposits import BODY

# So many take some ten milliseconds, for which everybody else's next question waits.
MOST = 1000

_FOUND = select(deposit_feature.c.id, BODY).where(
    deposit_feature.c.release == bindparam("of_release"),
    deposit_feature.c.id == any_(bindparam("ids", type_=ARRAY(Text))),
    deposit_feature.c.release_level <= bindparam("level"),
)

# The number of a release, and the level up to which its deposits may be seen.
_Where = tuple[int, ReleaseLevel]


@dataclass(slots=True)
class _Question:
    """Ids of those who wait for one statement, and what it finds."""

    ids: set[str] = field(default_factory=set)
    found: asyncio.Future[Mapping[str, bytes]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Together:
    """Looks deposits up, one statement at a time for each release."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: dict[_Where, list[_Question]] = {}
        self._asking: dict[_Where, asyncio.Task[None]] = {}

    async def one(self, release: Release, deposit_id: str) -> bytes | None:
        """The public feature of that id in the release."""
        return (await self.some(release, ReleaseLevel.PUBLIC, (deposit_id,))).get(deposit_id)

    async def some(self, release: Release, level: ReleaseLevel, ids: Collection[str]) -> Mapping[str, bytes]:
        """The features of those ids in the release, by id, among what others asked for; no more than `MOST`."""
        where = release.id, level
        waiting = self._waiting.setdefault(where, [])
        if not waiting or len(waiting[-1].ids) + len(ids) > MOST:
            waiting.append(_Question())
        question = waiting[-1]
        question.ids.update(ids)
        if where not in self._asking:
            self._asking[where] = asyncio.create_task(self._ask(where))
        # Whoever leaves does not take the answer from the others.
        return await asyncio.shield(question.found)

    async def _ask(self, where: _Where) -> None:
        try:
            while waiting := self._waiting[where]:
                await self._answer(where, waiting.pop(0))
        finally:
            del self._asking[where], self._waiting[where]

    async def _answer(self, where: _Where, question: _Question) -> None:
        try:
            found = await self._found(*where, list(question.ids))
        except Exception as fault:  # noqa: BLE001 each who waits is told, and tells its client
            question.found.set_exception(fault)
            question.found.exception()  # looked at, so that nobody complains where all who waited have left
        else:
            question.found.set_result(found)

    async def _found(self, release: int, level: ReleaseLevel, ids: list[str]) -> Mapping[str, bytes]:
        asked = {"of_release": release, "level": level, "ids": ids}
        async with self._engine.connect() as connection:
            return {row[0]: row[1] for row in (await connection.execute(_FOUND, asked)).all()}
