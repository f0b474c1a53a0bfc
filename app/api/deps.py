"""What a route is given, by names that make its signature read as a sentence."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.api.asked import Filtered, Listed, Plain, check_names
from app.api.cursor import read_cursor
from app.api.problems import asked_lang
from app.queries import catalogue
from app.queries.catalogue import Release
from app.queries.counting import Counts
from app.queries.filter import DepositFilter
from app.settings import Settings
from app.words import Lang as Language


@dataclass(frozen=True, slots=True)
class Wired:
    """What `create_app` wires together, kept on the app's state."""

    settings: Settings
    engine: AsyncEngine
    counts: Counts
    extracts: asyncio.Semaphore


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list is wanted."""

    limit: int
    after: str | None


# FastAPI takes a plain function to a thread, which costs more than what these two do.
async def wired(request: Request) -> Wired:
    found: Wired = request.app.state.wired
    return found


async def plain(request: Request, asked: Annotated[Plain, Query()]) -> Language:
    check_names(request, type(asked))
    return asked_lang(request)


async def connection(wired: Annotated[Wired, Depends(wired)]) -> AsyncIterator[AsyncConnection]:
    async with wired.engine.connect() as opened:
        yield opened


Everything = Annotated[Wired, Depends(wired)]
Lang = Annotated[Language, Depends(plain)]
# Given back before the answer is compressed and sent, which may take longer than the question took.
Conn = Annotated[AsyncConnection, Depends(connection, scope="function")]


async def current(conn: Conn) -> Release:
    return await catalogue.current_release(conn)


Current = Annotated[Release, Depends(current)]


async def wanted(request: Request, asked: Annotated[Filtered, Query()], conn: Conn, release: Current) -> DepositFilter:
    check_names(request, Filtered)
    return await _filter(asked, conn, release)


async def listed(
    request: Request, asked: Annotated[Listed, Query()], conn: Conn, release: Current
) -> tuple[DepositFilter, Paging]:
    check_names(request, Listed)
    paging = Paging(asked.rows(), read_cursor(asked.cursor))
    return await _filter(asked, conn, release), paging


async def _filter(asked: Filtered, conn: AsyncConnection, release: Release) -> DepositFilter:
    sources = await catalogue.sources(conn, release.id) if asked.source is not None else ()
    return asked.filter([source.id for source in sources])


Wanted = Annotated[DepositFilter, Depends(wanted)]
Page = Annotated[tuple[DepositFilter, Paging], Depends(listed)]
