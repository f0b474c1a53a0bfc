"""What stands is known as long as the store answers, and what stood last where it does not."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from app.db.engine import serving_engine
from app.queries.standing import Standings
from app.settings import Settings


@pytest.fixture
def settings(sample_url):
    """Of a service with one connection, for which it waits longer than anyone."""
    return Settings(database_url=sample_url, pool_size=1, pool_wait_s=600)


def test_what_stood_last_is_told_while_the_store_is_silent(settings):
    async def story():
        engine = serving_engine(settings)
        standings = Standings(engine, 0.001)
        known = await standings.now()
        async with engine.connect(), asyncio.timeout(60):
            assert [await standings.last() for _ in range(1000)] == [known] * 1000
        async with asyncio.timeout(60):
            while standings.at_hand() is None:
                assert await standings.last() is known
                await asyncio.sleep(0)
            assert await standings.now() is known
        await engine.dispose()

    asyncio.run(story())


def test_what_never_stood_is_asked_for(sample_url):
    async def story():
        standings = Standings(serving_engine(Settings(database_url="postgresql://nobody@127.0.0.1:1/none")), 1)
        assert standings.at_hand() is None
        with pytest.raises(OperationalError):
            await standings.last()

    asyncio.run(story())
