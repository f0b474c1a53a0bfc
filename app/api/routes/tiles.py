"""`/tiles`: deposits as vector tiles, and the TileJSON that describes them."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.api import caching
from app.api.deps import Conn, Current, Everything, Wanted
from app.api.links import address
from app.errors import BadValue
from app.queries import catalogue, tiles
from app.queries.tiles import Tile
from app.words import Words

router = APIRouter(tags=["tiles · teselas"])
MVT = "application/vnd.mapbox-vector-tile"


@router.get("/tiles/deposits.json", summary="TileJSON 3.0")
async def tilejson(request: Request, conn: Conn, release: Current, _: Wanted, wired: Everything) -> dict[str, Any]:
    """Where the tiles are, their zooms, bounds and fields; a filter given here is carried into their addresses."""
    template = address(request, wired.settings, "/tiles/deposits/{z}/{x}/{y}.mvt", dict(request.query_params))
    cards = await catalogue.sources(conn, release.id)
    box = release.bounds
    bounds = [-180, -85.0511, 180, 85.0511] if box is None else [box.west, box.south, box.east, box.north]
    return {
        "tilejson": "3.0.0",
        "name": "Vetalode",
        "version": f"1.0.0+{release.name}",
        "attribution": " · ".join(card.agency for card in cards),
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": tiles.MAX_ZOOM,
        "bounds": bounds,
        "vector_layers": [
            {
                "id": tiles.LAYER,
                "description": "Mineral deposits · Yacimientos minerales",
                "fields": tiles.FIELDS,
                "minzoom": 0,
                "maxzoom": tiles.MAX_ZOOM,
            }
        ],
    }


@router.get("/tiles/deposits/{z}/{x}/{y}.mvt", summary="Vector tile · Tesela vectorial", response_class=Response)
async def tile(request: Request, z: str, x: str, y: str, conn: Conn, release: Current, wanted: Wanted) -> Response:
    """Every deposit of the tile, as Mapbox Vector Tile; 204 where there is none."""
    asked = Tile(_whole("z", z), _whole("x", x), _whole("y", y))
    kept = caching.headers(request, release)
    if same := caching.unchanged(request, kept):
        return same
    made = await tiles.tile_bytes(conn, asked, wanted, release)
    return Response(made, media_type=MVT, headers=kept) if made else Response(status_code=204, headers=kept)


def _whole(name: str, text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 10:
        raise BadValue(
            Words(
                f"{name}={text!r}: a tile is named by whole numbers",
                f"{name}={text!r}: una tesela lleva números enteros",
            )
        )
    return int(text)
