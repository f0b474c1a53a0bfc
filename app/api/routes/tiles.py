"""`/tiles`: layers as vector tiles, and the TileJSON that describes them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.api import caching
from app.api.baked import MVT
from app.api.compression import passed_on, zipped
from app.api.question import Question, lasting
from app.asked.parameters import FILTERED, PLAIN, Parameter
from app.asked.values import deposit_filter
from app.domain.bbox import Bbox, around
from app.domain.mercator import WORLD
from app.errors import BadValue, NotThere
from app.queries.catalogue import Release, SourceCard, sources
from app.queries.tilesets import DEPOSITS, LAYERS, Tileset, deepest
from app.tiles.drawing import fields
from app.tiles.pyramid import BOUNDARIES, BOUNDARY_NAMES, Tile, check_zoom
from app.words import Words, meant, nearest, quoted

router = APIRouter()


@router.get("/tiles/{layers}.json")
@router.get("/tiles/{release}/{layers}.json")
async def tilejson(request: Request, layers: str, release: str | None = None) -> Response:
    """Where the tiles are, their zooms, bounds and fields; a filter given here is carried into their addresses."""
    names = layers_of(layers)
    asked = await lasting(request, _known(names))
    wanted = deposit_filter(asked.asked, asked.standing.cards)
    of = asked.release(release)
    tileset = await asked.wired.tilesets.of(of, names, wanted)
    kept = asked.kept(of)
    if same := caching.unchanged(request, kept):
        return same
    agencies = [card.agency for card in await _cards(asked, of)]
    place = f"/tiles/{of.name}" if release else "/tiles"
    box = around(list(_boxes(tileset)) or [WORLD])
    said = {
        "tilejson": "3.0.0",
        "name": "Vetalode",
        "version": f"1.0.0+{of.name}",
        "attribution": " · ".join(_attributions(tileset, agencies)),
        "tiles": [asked.address(f"{place}/{','.join(names)}/{{z}}/{{x}}/{{y}}.mvt", asked.asked)],
        "minzoom": 0,
        "maxzoom": deepest(names),
        "bounds": [box.west, box.south, box.east, box.north],
        "vector_layers": [
            {**drawn, "description": _ABOUT[drawn["id"]].speak(asked.lang)}
            for layer, archive in zip(names, tileset.archives, strict=True)
            for drawn in (archive.metadata["vector_layers"] if archive else _made(layer, of))
        ],
    }
    return JSONResponse(said, headers=kept)


def _made(layer: str, release: Release) -> list[dict[str, Any]]:
    """What a tile of the layer holds where it is made when it is asked for."""
    return [{"id": layer, "fields": fields(release.sources), "minzoom": 0, "maxzoom": LAYERS[layer]}]


async def tile(request: Request) -> Response:
    """The layers in one tile, as Mapbox Vector Tile; 204 where there is nothing in it."""
    part: Mapping[str, str] = request.path_params
    layers, release = layers_of(part["layers"]), part.get("release")
    asked = await lasting(request, _known(layers))
    place = part["z"], part["x"], part["y"]
    return await answer_tile(asked, asked.release(release), layers, place, for_good=release is not None)


# Without what FastAPI does for parameters, which takes as long as all else together.
for _address in ("/tiles/{layers}/{z}/{x}/{y}.mvt", "/tiles/{release}/{layers}/{z}/{x}/{y}.mvt"):
    router.add_route(_address, tile)


async def answer_tile(
    asked: Question,
    release: Release,
    layers: tuple[str, ...],
    place: tuple[str, str, str],
    within: str | None = None,
    *,
    for_good: bool = False,
    empty: int = 204,
) -> Response:
    """The tile at z, x and y; where nothing is in it, an answer of the status `empty`."""
    tile = _tile_of(place, layers)
    wanted = deposit_filter(asked.asked, release.sources, within)
    tileset = await asked.wired.tilesets.of(release, layers, wanted)
    tag = caching.tag_of_tile(tileset.name(tile.z, tile.x, tile.y), baked=tileset.baked)
    told = caching.of_tile(release, for_good=for_good) | {"ETag": tag}
    kept = told | passed_on(asked.request)
    if same := caching.unchanged(asked.request, kept):
        return same
    asked.wired.tilesets.hold(asked.standing.current)
    made = await asked.wired.tilesets.tile(tileset, tile)
    if made:
        return zipped(made, MVT, kept)
    return Response(status_code=204, headers=kept) if empty == 204 else Response(headers=told, media_type=MVT)


def layers_of(text: str) -> tuple[str, ...]:
    """The layers that an address names, each once, in the order of a tile; raises `NotThere`."""
    named = text.split(",")
    for name in named:
        if name not in LAYERS:
            hint = meant(nearest(name, LAYERS))
            there = ", ".join(LAYERS)
            raise NotThere(
                Words(
                    f"there is no layer {quoted(name)}{hint.en} There are: {there}",
                    f"no existe la capa {quoted(name)}{hint.es} Hay: {there}",
                )
            )
    return tuple(name for name in LAYERS if name in named)


def _known(layers: Sequence[str]) -> Mapping[str, Parameter]:
    """What can be asked of the layers: filters are for deposits."""
    return FILTERED if DEPOSITS in layers else PLAIN


def _tile_of(place: tuple[str, str, str], layers: Sequence[str]) -> Tile:
    z, x, y = (_whole(name, text) for name, text in zip("zxy", place, strict=True))
    check_zoom(z, deepest(layers))
    return Tile(z, x, y)


def _whole(name: str, text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 10:
        raise BadValue(
            Words(
                f"{name}={text!r}: a tile is named by whole numbers",
                f"{name}={text!r}: una tesela lleva números enteros",
            )
        )
    return int(text)


def _boxes(tileset: Tileset) -> Iterable[Bbox]:
    for layer, archive in zip(tileset.layers, tileset.archives, strict=True):
        if layer == DEPOSITS and tileset.release.bounds:
            yield tileset.release.bounds
        elif layer == BOUNDARIES and archive:
            yield archive.bounds


async def _cards(asked: Question, release: Release) -> Iterable[SourceCard]:
    if release == asked.standing.current:
        return asked.standing.cards.values()
    async with asked.wired.engine.connect() as connection:
        return await sources(connection, release.id)


def _attributions(tileset: Tileset, agencies: Sequence[str]) -> Iterable[str]:
    for layer, archive in zip(tileset.layers, tileset.archives, strict=True):
        if layer == DEPOSITS:
            yield from agencies
        elif archive:
            yield archive.metadata["attribution"]


_ABOUT = {
    BOUNDARIES: Words("Countries and states", "Países y estados"),
    BOUNDARY_NAMES: Words("Where their names are written", "Dónde se escriben sus nombres"),
    DEPOSITS: Words("Mineral deposits", "Yacimientos minerales"),
}
