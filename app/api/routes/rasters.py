"""`/rasters`: what agencies brought besides deposits (geophysics, scanned maps), as tiles and as values."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.api import caching
from app.api.links import link
from app.api.question import JSON, Asking, asking
from app.api.wired import Wired
from app.asked.parameters import PAGE, PLAIN, POINT
from app.asked.values import place
from app.domain.raster import DEEPEST_ZOOM, Kind, Raster
from app.domain.symbology import raster_ramp
from app.errors import BadValue
from app.words import Words, quoted

router = APIRouter()
PNG = "image/png"


@router.get("/rasters")
async def rasters(request: Request) -> Response:
    """The rasters there are."""
    asked = asking(request, PAGE)
    known = await _wired(request).rasters.all()
    told = [
        {
            **_about(one, asked),
            "links": [link(asked.address(f"/rasters/{one.id}"), "item", JSON, title=one.title.speak(asked.lang))],
        }
        for one in known.values()
    ]
    return asked.say({"rasters": told, "links": asked.own_links()}, "rasters")


@router.get("/rasters/{raster}")
async def one_raster(request: Request, raster: str) -> Response:
    """What is known of a raster, as TileJSON 3.0 with further members."""
    asked = asking(request, PAGE)
    one = await _wired(request).rasters.one(raster)
    at, lang = f"/rasters/{one.id}", asked.lang
    tiles = asked.address(f"{at}/tiles/{{z}}/{{x}}/{{y}}.png")
    document = {
        "tilejson": "3.0.0",
        "name": one.title.speak(lang),
        "attribution": one.citation,
        "tiles": [tiles],
        "minzoom": one.min_zoom,
        "maxzoom": one.max_zoom,
        **_about(one, asked),
        "crs": one.crs,
        "width": one.width,
        "height": one.height,
        "bands": [
            {"name": band.name, "dtype": band.dtype, "unit": band.unit, "nodata": band.nodata} for band in one.bands
        ],
        "ramp": _ramp(one),
        "sha256": one.sha256,
        "bytes": one.bytes,
        "source_name": one.source_name,
        "source_sha256": one.source_sha256,
        "links": [
            *asked.own_links(),
            link(tiles, "item", PNG, title=Words("Tiles", "Teselas").speak(lang), templated=True),
            link(
                asked.address(f"{at}/point") + "?lon={lon}&lat={lat}",
                "related",
                JSON,
                title=Words("Values at a place", "Valores en un lugar").speak(lang),
                templated=True,
            ),
        ],
    }
    return asked.say(document, "raster")


@router.get("/rasters/{raster}/tiles/{z}/{x}/{y}.png")
async def tile(request: Request, raster: str, z: str, x: str, y: str) -> Response:
    """A tile of Web Mercator; 204 where nothing of the raster is in it."""
    asking(request, PLAIN)
    wired = _wired(request)
    one, numbers = await wired.rasters.one(raster), _numbers(z, x, y)
    kept = caching.of_raster_tile("-".join((one.sha256, one.id, *map(str, numbers))))
    if same := caching.named(request, kept):
        return same
    drawn = await wired.raster_files.tile(one, *numbers)
    return Response(drawn, media_type=PNG, headers=kept) if drawn else Response(status_code=204, headers=kept)


@router.get("/rasters/{raster}/point")
async def point(request: Request, raster: str) -> Response:
    """The value of each band at a place, null where there is none."""
    asked = asking(request, POINT)
    wired = _wired(request)
    one = await wired.rasters.one(raster)
    longitude, latitude = place(asked.asked)
    kept = caching.of_raster_tile(f"{one.sha256}-{one.id}-{longitude!r}-{latitude!r}")
    if same := caching.named(request, kept):
        return same
    values = await wired.raster_files.point(one, longitude, latitude)
    document = {
        "raster": one.id,
        "longitude": longitude,
        "latitude": latitude,
        "values": [
            {"band": band.name, "value": value, "unit": band.unit}
            for band, value in zip(one.bands, values, strict=True)
        ],
    }
    return JSONResponse(document, headers=kept)


def _wired(request: Request) -> Wired:
    wired: Wired = request.app.state.wired
    return wired


def _about(one: Raster, asked: Asking) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title.speak(asked.lang),
        "title_en": one.title.en,
        "title_es": one.title.es,
        "licence": one.licence,
        "citation": one.citation,
        "kind": one.kind.value,
        "bounds": list(one.bounds),
        "added_at": one.added_at.isoformat(),
    }


def _ramp(one: Raster) -> dict[str, Any] | None:
    """Colours from low to high, equally far apart; what is beyond has the last one."""
    if one.kind is not Kind.VALUES:
        return None
    return {"low": one.low, "high": one.high, "colours": list(raster_ramp())}


def _numbers(z: str, x: str, y: str) -> tuple[int, int, int]:
    """The numbers of a tile that can exist; raises `BadValue`."""
    zoom, column, row = (
        int(part) if part.isascii() and part.isdecimal() and len(part) <= 8 else -1 for part in (z, x, y)
    )
    if not (0 <= zoom <= DEEPEST_ZOOM and 0 <= column < 1 << max(zoom, 0) and 0 <= row < 1 << max(zoom, 0)):
        said = quoted(f"{z}/{x}/{y}")
        raise BadValue(
            Words(
                f"there is no tile {said}; zooms go from 0 to {DEEPEST_ZOOM}, columns and rows from 0 to 2^zoom - 1",
                f"no existe la tesela {said}; los niveles van de 0 a {DEEPEST_ZOOM}, columna y fila de 0 a 2^nivel - 1",
            )
        )
    return zoom, column, row
