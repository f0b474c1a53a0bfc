"""`/tiles`: deposits as vector tiles, and the TileJSON that describes them."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.api import caching
from app.api.asked import deposit_filter
from app.api.parameters import FILTERED
from app.api.question import Question, question
from app.domain.deposit import ALL
from app.errors import BadValue
from app.queries.tiles import tile_bytes
from app.tiles.drawing import LAYER, fields
from app.tiles.pyramid import MAX_ZOOM, Tile
from app.words import Words

router = APIRouter()
MVT = "application/vnd.mapbox-vector-tile"


@router.get("/tiles/deposits.json")
async def tilejson(request: Request) -> Response:
    """Where the tiles are, their zooms, bounds and fields; a filter given here is carried into their addresses."""
    asked = await question(request, FILTERED)
    deposit_filter(asked.asked, asked.standing.cards)
    kept = asked.kept()
    if same := caching.unchanged(request, kept):
        return same
    release = asked.standing.current
    box = release.bounds
    bounds = [-180, -85.0511, 180, 85.0511] if box is None else [box.west, box.south, box.east, box.north]
    said = {
        "tilejson": "3.0.0",
        "name": "Vetalode",
        "version": f"1.0.0+{release.name}",
        "attribution": asked.standing.collections[ALL].attribution,
        "tiles": [asked.address("/tiles/deposits/{z}/{x}/{y}.mvt", asked.asked)],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": bounds,
        "vector_layers": [
            {
                "id": LAYER,
                "description": Words("Mineral deposits", "Yacimientos minerales").speak(asked.lang),
                "fields": fields(asked.standing.cards),
                "minzoom": 0,
                "maxzoom": MAX_ZOOM,
            }
        ],
    }
    return JSONResponse(said, headers=kept)


@router.get("/tiles/deposits/{z}/{x}/{y}.mvt")
async def tile(request: Request, z: str, x: str, y: str) -> Response:
    """Every deposit of the tile, as Mapbox Vector Tile; 204 where there is none."""
    asked = await question(request, FILTERED)
    return await answer_tile(asked, tile_of(z, x, y), None, empty=204)


async def answer_tile(asked: Question, tile: Tile, within: str | None, *, empty: int) -> Response:
    """The tile's bytes; where it has none, an answer of the status `empty`."""
    wanted = deposit_filter(asked.asked, asked.standing.cards, within)
    kept = asked.kept()
    if same := caching.unchanged(asked.request, kept):
        return same
    async with asked.wired.engine.connect() as connection:
        made = await tile_bytes(connection, tile, wanted, asked.standing.current, tuple(asked.standing.cards))
    if not made and empty == 204:
        return Response(status_code=204, headers=kept)
    return Response(made, media_type=MVT, headers=kept)


def tile_of(z: str, x: str, y: str) -> Tile:
    """The tile of that zoom, column and row; raises `BadValue`."""
    return Tile(_whole("z", z), _whole("x", x), _whole("y", y))


def _whole(name: str, text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 10:
        raise BadValue(
            Words(
                f"{name}={text!r}: a tile is named by whole numbers",
                f"{name}={text!r}: una tesela lleva números enteros",
            )
        )
    return int(text)
