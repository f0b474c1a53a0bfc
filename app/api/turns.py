"""What all extracts share: the turns in which they are made, and what each says of where it comes from."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.api.parameters import FILTER
from app.api.question import Question
from app.api.wired import Wired
from app.errors import DatabaseAway
from app.queries.filter import DepositFilter


@asynccontextmanager
async def turn(wired: Wired) -> AsyncIterator[None]:
    """One of the turns that extracts have; raises `DatabaseAway` when all are taken for too long."""
    try:
        async with asyncio.timeout(wired.settings.pool_wait_s):
            await wired.extracts.acquire()
    except TimeoutError:
        raise DatabaseAway from None
    try:
        yield
    finally:
        wired.extracts.release()


async def provenance(asked: Question, wanted: DepositFilter) -> dict[str, Any]:
    """What an officer must be able to say of the file: its release, its filter, its sources and their terms."""
    release = asked.standing.current
    async with asked.wired.engine.connect() as connection:
        matched = await asked.wired.counts.of(connection, wanted, release)
    return {
        "release": release.name,
        "filter": {name: value for name, value in asked.asked.items() if name in FILTER},
        "numberMatched": matched,
        "sources": [
            {
                "id": card.id,
                "licence": card.licence,
                "citation": card.citation,
                "retrieved": str(card.retrieved),
                "synthetic": card.synthetic,
            }
            for card in asked.standing.cards.values()
        ],
    }
