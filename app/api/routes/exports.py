"""`/exports`: everything that a filter wants, in one file that is written while it is read."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from app.api import caching
from app.api.deps import Conn, Current, Everything, Wanted, Wired
from app.api.geojson import CLOSING, GEOJSON, opening
from app.queries import catalogue, deposits
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter

router = APIRouter(tags=["extracts · extractos"])


@router.get("/exports/deposits.geojson", summary="GeoJSON extract · Extracto GeoJSON", response_class=StreamingResponse)
async def geojson(request: Request, conn: Conn, release: Current, wanted: Wanted, wired: Everything) -> Response:
    """All deposits that the filter wants. A file that is cut short lacks its closing bracket and its last chunk."""
    kept = caching.headers(request, release)
    if same := caching.unchanged(request, kept):
        return same
    members = await _provenance(request, conn, release, wanted, wired)
    await conn.close()
    batches = _batches(wired, wanted, release)
    first = await anext(batches, ())
    name = f"vetalode-deposits-{release.name}.geojson"
    told = {**kept, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_text(members, first, batches), media_type=GEOJSON, headers=told)


async def _provenance(
    request: Request, conn: Conn, release: Release, wanted: DepositFilter, wired: Wired
) -> dict[str, Any]:
    """What an officer must be able to say of the file: its release, its filter, its sources and their terms."""
    cards = await catalogue.sources(conn, release.id)
    return {
        "release": release.name,
        "filter": {name: value for name, value in request.query_params.items() if name != "lang"},
        "numberMatched": await wired.counts.of(conn, wanted, release),
        "sources": [
            {
                "id": card.id,
                "licence": card.licence,
                "citation": card.citation,
                "retrieved": str(card.retrieved),
                "synthetic": card.synthetic,
            }
            for card in cards
        ],
    }


async def _batches(wired: Wired, wanted: DepositFilter, release: Release) -> AsyncIterator[Sequence[str]]:
    async with wired.engine.connect() as connection:
        async for batch in deposits.stream(connection, wanted, release, wired.settings.export_timeout_s):
            yield batch


async def _text(
    members: dict[str, Any], first: Sequence[str], further: AsyncIterator[Sequence[str]]
) -> AsyncIterator[str]:
    yield opening(members) + "\n" + ",\n".join(first)
    async for batch in further:
        yield ",\n" + ",\n".join(batch)
        await asyncio.sleep(0)
    yield "\n" + CLOSING + "\n"
