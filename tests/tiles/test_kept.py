"""Tiles that took time are made once for all who wait, and kept while there is room."""

import asyncio

import pytest

from app.tiles.kept import Kept


class _Maker:
    """Makes a tile when it is told to, and counts how often it was asked."""

    def __init__(self, tile=b"tile"):
        self.asked = self.ended = 0
        self.go = asyncio.Event()
        self.tile = tile

    async def __call__(self):
        self.asked += 1
        try:
            await self.go.wait()
        finally:
            self.ended += 1
        if isinstance(self.tile, Exception):
            raise self.tile
        return self.tile


def test_a_hundred_who_ask_at_once_have_it_made_once():
    async def story():
        kept, make = Kept(10_000), _Maker()
        asking = [asyncio.create_task(kept.of("a", make)) for _ in range(100)]
        await asyncio.sleep(0)
        make.go.set()
        assert await asyncio.gather(*asking) == [b"tile"] * 100
        assert await kept.of("a", make) == kept.known("a") == b"tile"
        assert make.asked == 1

    asyncio.run(story())


def test_who_leaves_does_not_take_it_from_the_others():
    async def story():
        kept, make = Kept(10_000), _Maker()
        first, second = (asyncio.create_task(kept.of("a", make)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait({first})
        make.go.set()
        assert await second == b"tile"
        assert (first.cancelled(), make.asked) == (True, 1)

    asyncio.run(story())


def test_it_is_given_up_when_all_have_left_and_made_anew_when_asked_again():
    async def story():
        kept, make = Kept(10_000), _Maker()
        asking = [asyncio.create_task(kept.of("a", make)) for _ in range(3)]
        await asyncio.sleep(0)
        for one in asking:
            one.cancel()
        await asyncio.wait(asking)
        assert (make.asked, make.ended, kept.known("a")) == (1, 1, None)
        make.go.set()
        assert await kept.of("a", make) == b"tile"

    asyncio.run(story())


def test_a_fault_is_told_to_all_who_wait_and_not_remembered():
    async def story():
        kept, make = Kept(10_000), _Maker(ValueError("no"))
        asking = [asyncio.create_task(kept.of("a", make)) for _ in range(3)]
        await asyncio.sleep(0)
        make.go.set()
        told = await asyncio.gather(*asking, return_exceptions=True)
        assert [str(one) for one in told] == ["no"] * 3
        make.tile = b"tile"
        assert await kept.of("a", make) == b"tile"
        assert make.asked == 2

    asyncio.run(story())


@pytest.mark.parametrize("size", [0, 100, 3000])
def test_what_was_asked_for_longest_ago_goes_when_there_is_no_room(size):
    async def story():
        kept = Kept(10_000)

        async def make():
            return b"x" * size

        await kept.of("first", make)
        for n in range(100):
            await kept.of(str(n), make)
            await kept.of("first", make)
        assert kept.size <= 10_000
        assert kept.known("first") is not None
        assert (kept.known("0"), kept.known("99")) == (None, b"x" * size)

    asyncio.run(story())


def test_what_is_larger_than_all_room_is_given_and_not_kept():
    async def story():
        kept, make = Kept(1000), _Maker(b"x" * 2000)
        make.go.set()
        assert len(await kept.of("a", make)) == 2000
        assert (kept.known("a"), kept.size) == (None, 0)

    asyncio.run(story())
