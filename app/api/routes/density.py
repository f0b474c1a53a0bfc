"""`/exports/density`: how many deposits are in each cell of an equal-area grid, as a raster and as a picture."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching, said
from app.api.question import Question, question
from app.api.turns import turn
from app.asked.parameters import DENSITY, FILTER
from app.asked.values import deposit_filter
from app.domain.deposit import ALL
from app.domain.grid import DEFAULT_CELL_M, GRIDS, Grid, cell_of, grid_of
from app.errors import NotThere
from app.extracts.provenance import Provenance
from app.queries import density as queries
from app.queries.filter import DepositFilter
from app.tiles.archive import Archive
from app.tiles.pyramid import BOUNDARIES

router = APIRouter()
GEOTIFF = "image/tiff; application=geotiff; profile=cloud-optimized"
PNG = "image/png"
# What a parameter asks of, where it is not called like that.
_ASKS_OF = {"commodity": "commodities", "list": "critical_lists", "critical": "critical_to"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be counted, and by which cells."""

    deposits: DepositFilter
    grid: Grid
    cell_m: int


@router.get("/exports/density.tif")
async def raster(request: Request) -> Response:
    """The counts as a Cloud-Optimised GeoTIFF."""
    asked = await question(request, DENSITY)
    wanted = _wanted(asked)
    if same := caching.unchanged(request, asked.kept()):
        return same
    told = await _provenance(asked, wanted.deposits)
    async with turn(asked.wired):
        found = await _found(asked, wanted)
        body = await asyncio.to_thread(_geotiff, found, wanted, told, asked)
    return _file(asked, body, GEOTIFF, "attachment", "tif")


@router.get("/exports/density.png")
async def picture(request: Request) -> Response:
    """The counts as a picture with boundaries, legend and citation."""
    asked = await question(request, DENSITY)
    wanted = _wanted(asked)
    if same := caching.unchanged(request, asked.kept()):
        return same
    boundaries = await _boundaries(asked)
    told = await _provenance(asked, wanted.deposits)
    async with turn(asked.wired):
        found = await _found(asked, wanted)
        body = await asyncio.to_thread(_picture, found, wanted, told, asked, boundaries)
    return _file(asked, body, PNG, "inline", "png")


def _wanted(asked: Question) -> _Wanted:
    given = asked.asked
    return _Wanted(
        deposit_filter(given, asked.standing.cards),
        grid_of(given["grid"]) if "grid" in given else next(iter(GRIDS.values())),
        cell_of(given["cell"]) if "cell" in given else DEFAULT_CELL_M,
    )


async def _found(asked: Question, wanted: _Wanted) -> queries.Found:
    wired, release = asked.wired, asked.standing.current
    async with wired.engine.connect() as connection:
        return await queries.found(
            connection, wanted.deposits, release, wanted.grid, wanted.cell_m, wired.settings.export_timeout_s
        )


async def _provenance(asked: Question, wanted: DepositFilter) -> dict[str, Any]:
    matched = await asked.matched(wanted)
    return Provenance.of(asked.asked, asked.collection(ALL), asked.standing.current, matched).members()


async def _boundaries(asked: Question) -> Archive | None:
    """The boundaries of the release, None where it has none."""
    try:
        return await asked.wired.tilesets.archive(asked.standing.current, BOUNDARIES)
    except NotThere:
        return None


def _geotiff(found: queries.Found, wanted: _Wanted, told: dict[str, Any], asked: Question) -> bytes:
    # What files need is imported by those who ask for files.
    from app.extracts.density import density, geotiff

    return geotiff(density(found, wanted.grid, wanted.cell_m), told, asked.lang)


def _picture(
    found: queries.Found, wanted: _Wanted, told: dict[str, Any], asked: Question, boundaries: Archive | None
) -> bytes:
    from app.extracts.density import density
    from app.extracts.density_picture import MOST_SHOWN, picture

    counted = density(found, wanted.grid, wanted.cell_m, MOST_SHOWN)
    return picture(counted, list(_said(asked)), told, boundaries, asked.lang)


def _said(asked: Question) -> Iterator[str]:
    """The filter in the asker's language, a line for each of its parameters."""
    for name, given in asked.asked.items():
        if name in FILTER:
            of = _ASKS_OF.get(name, name)
            values = given.split(",") if name in said.LISTED else [given]
            shown = ", ".join(said.value(of, value.strip(), asked.standing.cards, asked.lang) for value in values)
            yield f"{said.title(of, asked.lang)}: {shown}"


def _file(asked: Question, body: bytes, media_type: str, disposition: str, ending: str) -> Response:
    name = f"vetalode-density-{asked.standing.current.name}.{ending}"
    told = {**asked.kept(), "Content-Disposition": f'{disposition}; filename="{name}"'}
    return Response(body, media_type=media_type, headers=told)
