"""Features by their ids: those asked for while a question is under way go together into the next one.

A statement for each of them would cost more than all else that answering takes.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.tables import deposit_feature
from app.domain.deposit import ReleaseLevel
from app.queries.catalogue import Release
from app.queries.deposits import BODY

_FOUND = select(deposit_feature.c.id, BODY).where(
    deposit_feature.c.release == bindparam("of_release"),
    deposit_feature.c.id.in_(bindparam("ids", expanding=True)),
    deposit_feature.c.release_level <= ReleaseLevel.PUBLIC,
)

_Waiting = dict[str, asyncio.Future[bytes | None]]


class Together:
    """Looks deposits up, one statement at a time for each release."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: dict[int, _Waiting] = {}
        self._asking: dict[int, asyncio.Task[None]] = {}

    async def one(self, release: Release, deposit_id: str) -> bytes | None:
        """The feature of that id in the release."""
        waiting = self._waiting.setdefault(release.id, {})
        if deposit_id not in waiting:
            waiting[deposit_id] = asyncio.get_running_loop().create_future()
        answer = waiting[deposit_id]
        if release.id not in self._asking:
            self._asking[release.id] = asyncio.create_task(self._ask(release.id))
        # Whoever leaves does not take the answer from the others.
        return await asyncio.shield(answer)

    async def _ask(self, release: int) -> None:
        try:
            while waiting := self._waiting.pop(release, None):
                await self._answer(release, waiting)
        finally:
            del self._asking[release]

    async def _answer(self, release: int, waiting: _Waiting) -> None:
        try:
            found = await self._found(release, list(waiting))
        except Exception as fault:  # noqa: BLE001 each who waits is told, and tells its client
            for answer in waiting.values():
                answer.set_exception(fault)
                answer.exception()  # looked at, so that nobody complains where all who waited have left
        else:
            for deposit_id, answer in waiting.items():
                answer.set_result(found.get(deposit_id))

    async def _found(self, release: int, ids: Sequence[str]) -> dict[str, bytes]:
        asked = {"of_release": release, "ids": ids}
        async with self._engine.connect() as connection:
            return {row[0]: row[1] for row in await connection.execute(_FOUND, asked)}
