"""The turns that extracts have: as many at once as the settings say, and then a client is asked to come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.api.wired import Wired
from app.errors import Crowded


@asynccontextmanager
async def turn(wired: Wired) -> AsyncIterator[None]:
    """One of the turns; raises `Crowded` when all are taken for too long."""
    try:
        async with asyncio.timeout(wired.settings.pool_wait_s):
            await wired.extracts.acquire()
    except TimeoutError:
        raise Crowded from None
    try:
        yield
    finally:
        wired.extracts.release()
