"""`/exports`: everything that a filter wants, in one file that is written while it is read."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.api import caching
from app.api.asked import deposit_filter
from app.api.geojson import CLOSING, GEOJSON, opening
from app.api.parameters import FILTERED, PLAIN
from app.api.parts import parts
from app.api.question import lasting, question
from app.api.routes.tiles import layers_of
from app.api.turns import provenance, turn
from app.api.wired import Wired
from app.errors import NotThere
from app.queries import deposits
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.words import Words

router = APIRouter()
PMTILES = "application/vnd.pmtiles"


@router.get("/exports/deposits.geojson")
async def geojson(request: Request) -> Response:
    """All deposits that the filter wants. A file that is cut short lacks its closing bracket and its last chunk."""
    asked = await question(request, FILTERED)
    wanted, release = deposit_filter(asked.asked, asked.standing.cards), asked.standing.current
    kept = asked.kept()
    if same := caching.unchanged(request, kept):
        return same
    members = await provenance(asked, wanted)
    batches = _batches(asked.wired, wanted, release)
    first = await anext(batches, None) or []
    name = f"vetalode-deposits-{release.name}.geojson"
    told = {**kept, "Content-Disposition": f'attachment; filename="{name}"'}
    return _Extract(_text(members, first, batches), batches, asked.wired.settings.export_timeout_s, told)


@router.get("/exports/{layer}.pmtiles")
async def archive(request: Request, layer: str) -> Response:
    """All tiles of a layer, as the PMTiles archive that they are served from."""
    names = layers_of(layer)
    if len(names) > 1:
        raise NotThere(Words("an archive has one layer", "un archivo tiene una sola capa"))
    asked = await lasting(request, PLAIN)
    release = asked.standing.current
    opened = await asked.wired.tilesets.archive(release, names[0])
    kept = caching.of_file(release, opened.name)
    if same := caching.unchanged(request, kept):
        return same
    told = {**kept, "Content-Disposition": f'attachment; filename="vetalode-{names[0]}-{release.name}.pmtiles"'}
    return parts(request, opened.piece, opened.size, PMTILES, told)


async def _batches(wired: Wired, wanted: DepositFilter, release: Release) -> AsyncGenerator[Sequence[bytes]]:
    async with turn(wired), wired.engine.connect() as connection:
        timeout_s = wired.settings.export_timeout_s
        async with aclosing(deposits.stream(connection, wanted, release, timeout_s)) as batches:
            async for batch in batches:
                yield batch


async def _text(
    members: dict[str, Any], first: Sequence[bytes], further: AsyncGenerator[Sequence[bytes]]
) -> AsyncGenerator[bytes]:
    yield opening(members) + b"\n" + b",\n".join(first)
    async for batch in further:
        yield b",\n" + b",\n".join(batch)
        await asyncio.sleep(0)
    yield b"\n" + CLOSING + b"\n"


class _Extract(StreamingResponse):
    """Written while it is read, and given up when that takes too long.

    A client's leaving ends it from outside (`app.api.clients`) by one cancellation. Starlette would cancel again at
    each step of the cleaning up, and so keep psycopg from telling the server to end the query.
    """

    def __init__(
        self,
        text: AsyncGenerator[bytes],
        batches: AsyncGenerator[Sequence[bytes]],
        limit_s: float,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(text, media_type=GEOJSON, headers=headers)
        self._text = text
        self._batches = batches
        self._limit_s = limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        # A text that was not begun closes nothing.
        async with asyncio.timeout(self._limit_s), aclosing(self._batches), aclosing(self._text):
            await self.stream_response(send)
