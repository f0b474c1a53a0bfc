"""`/exports/{collection}.{view}`: deposits as EarthResourceML-Lite, as GML and as GeoJSON."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching
from app.api.clients import wants_only_head
from app.api.extracted import Pieces, begun, framed, head
from app.api.question import Question, question
from app.api.wired import Wired
from app.asked.parameters import FILTERED
from app.asked.values import deposit_filter, shown
from app.extracts.erml import geojson, gml
from app.extracts.erml.views import View, view_of, within
from app.extracts.erml.writing import Facts, Writing
from app.extracts.geojson import GEOJSON
from app.extracts.order import Order
from app.extracts.provenance import Provenance
from app.queries import deposits
from app.words import Lang

router = APIRouter()


@router.get("/exports/{collection}.{view}.gml")
async def as_gml(request: Request, collection: str, view: str) -> Response:
    return await _answer(request, collection, view_of(view), "gml", gml.GML, gml.writing)


@router.get("/exports/{collection}.{view}.geojson")
async def as_geojson(request: Request, collection: str, view: str) -> Response:
    return await _answer(request, collection, view_of(view), "geojson", GEOJSON, geojson.writing)


async def _answer(
    request: Request,
    collection: str,
    view: View,
    ending: str,
    media_type: str,
    writing: Callable[[View, Facts, Lang], Writing],
) -> Response:
    asked = await question(request, FILTERED)
    kept = asked.kept()
    if same := caching.unchanged(request, kept):
        return same
    order, rows = await _ordered(asked, collection, view, ending)
    file = writing(view, Facts(order.provenance, rows, asked.base), asked.lang)
    told = {**kept, "Content-Disposition": f'attachment; filename="{order.name}"'}
    if wants_only_head(request):
        return head(media_type, told)
    return await begun(_pieces(asked.wired, order, file), media_type, asked.wired.settings.export_timeout_s, told)


async def _ordered(asked: Question, collection: str, view: View, ending: str) -> tuple[Order, int]:
    """Which deposits are wanted, and how many rows they have in the view."""
    of, release = asked.collection(collection), asked.standing.current
    wanted = within(view, deposit_filter(asked.asked, asked.standing.cards, of.within))
    matched = rows = await asked.matched(wanted)
    if view is View.COMMODITY_RESOURCE:
        async with asked.wired.engine.connect() as connection:
            rows = await deposits.commodities_counted(connection, wanted, release)
    provenance = Provenance.of(asked.asked, of, release, matched)
    return Order(f"{view}.{ending}", wanted, shown({}), provenance, asked.lang), rows


def _pieces(wired: Wired, order: Order, file: Writing) -> Pieces:
    async def said(rows: Sequence[Sequence[Any]], first: bool) -> bytes:
        # A thousand deposits take some time to be read and said: not while everybody else waits.
        return await asyncio.to_thread(file.some, (orjson.loads(row[0]) for row in rows), first=first)

    return framed(wired, order, file.frame, said)
