"""`/exports`: everything that a filter wants, in one file of the format that its ending names."""

import asyncio
from pathlib import Path

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching
from app.api.clients import wants_only_head
from app.api.extracted import extract, head
from app.api.files import opened
from app.api.links import header_link
from app.api.parts import parts
from app.api.question import Question, lasting, question
from app.api.routes.tiles import layers_of
from app.asked.parameters import EXPORT, EXPORT_CSV, PLAIN
from app.errors import NotThere
from app.extracts import csvw, ordering
from app.extracts.formats import LANG_OF_FILES, PMTILES, Format, Making
from app.extracts.order import Order
from app.words import Words

router = APIRouter()
CSVW = "application/csvm+json"


@router.get("/exports/{layer}.pmtiles")
async def archive(request: Request, layer: str) -> Response:
    """All tiles of a layer, as the PMTiles archive that they are served from."""
    names = layers_of(layer)
    if len(names) > 1:
        raise NotThere(Words("an archive has one layer", "un archivo tiene una sola capa"))
    asked = await lasting(request, PLAIN)
    release = asked.standing.current
    opened = await asked.wired.tilesets.archive(release, names[0])
    kept = caching.of_file(opened.name, release.published_at, for_good=False)
    if same := caching.unchanged(request, kept):
        return same
    told = {**kept, "Content-Disposition": f'attachment; filename="vetalode-{names[0]}-{release.name}.pmtiles"'}
    return parts(request, opened.piece, opened.size, PMTILES, told)


@router.get("/exports/{collection}.csv-metadata.json")
async def csv_metadata(request: Request, collection: str) -> Response:
    """What a CSV of the deposits that the filter wants holds, and where it comes from."""
    asked = await question(request, EXPORT_CSV)
    kept = asked.kept()
    if same := caching.unchanged(request, kept):
        return same
    order = await ordered(asked, collection, ordering.format_of("csv"))
    address = asked.address(f"/exports/{collection}.csv", asked.asked)
    return Response(orjson.dumps(csvw.metadata(order, address)), media_type=CSVW, headers=kept)


@router.get("/exports/{collection}.{ending}")
async def export(request: Request, collection: str, ending: str) -> Response:
    """The deposits of a collection that the filter wants."""
    # Of two dots, the router takes the last.
    collection, _, ending = f"{collection}.{ending}".partition(".")
    form = ordering.format_of(ending)
    asked = await question(request, EXPORT_CSV if form.ending == "csv" else EXPORT)
    if ready := await _ready(asked, collection, form):
        return ready
    kept = asked.kept()
    if same := caching.unchanged(request, kept):
        return same
    order = await ordered(asked, collection, form)
    told = {**kept, "Content-Disposition": f'attachment; filename="{order.name}"'}
    if form.ending == "csv":
        beside = asked.address(f"/exports/{collection}.csv-metadata.json", asked.asked)
        told["Link"] = header_link(beside, "describedby", CSVW)
    if wants_only_head(request):
        return head(form.media_type, told)
    return await extract(asked.wired, order, told)


async def _ready(asked: Question, collection: str, form: Format) -> Response | None:
    """The release's own file, where that is what is asked for and it would take long to make it again."""
    release, name = asked.standing.current, f"{collection}.{form.ending}"
    if form.making is not Making.FILE or asked.lang != LANG_OF_FILES or asked.asked.keys() - {"lang"}:
        return None
    found = next((one for one in asked.standing.files_of(release) if one.name == name), None)
    there = await asyncio.to_thread(opened, found, Path(asked.wired.settings.archives)) if found else None
    if found is None or there is None:
        return None
    kept = {**caching.of_file(found.sha256, found.made_at, for_good=False), "Vary": "Accept-Language"}
    told = {**kept, "Content-Disposition": f'attachment; filename="vetalode-{collection}-{release.name}.{form.ending}"'}
    same = caching.unchanged(asked.request, kept)
    return same or parts(asked.request, there.piece, there.size, found.media_type, told)


async def ordered(asked: Question, collection: str, form: Format) -> Order:
    """What is asked for, in that format; raises our errors for what is wrong with it."""
    of, release = asked.collection(collection), asked.standing.current
    wants = ordering.read(asked.asked, form, asked.standing.cards, of.within)
    return ordering.order(asked.asked, asked.lang, of, release, form, wants, await asked.matched(wants[0]))
