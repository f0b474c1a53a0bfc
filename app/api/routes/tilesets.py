"""OGC API Tiles: the tilesets of a collection, their tiles, and the tile matrix set that they are in."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.baked import MVT
from app.api.links import link
from app.api.question import JSON, Question, lasting, question
from app.api.routes.tiles import answer_tile
from app.asked.parameters import PAGE, TILE
from app.domain import mercator
from app.domain.crs import CRS84
from app.errors import NotThere
from app.queries.collections import Collection
from app.queries.tilesets import DEPOSITS
from app.tiles.pyramid import MAX_ZOOM
from app.words import Words

router = APIRouter()

_MATRIX_SET_REL = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"


@router.get("/collections/{collection}/tiles")
async def tilesets(request: Request, collection: str) -> Response:
    asked = await question(request, PAGE)
    one = asked.collection(collection)
    document = {"links": asked.own_links(), "tilesets": [_tileset(asked, one)]}
    return asked.answer(document, "tilesets")


@router.get("/collections/{collection}/tiles/{tile_matrix_set}")
async def tileset(request: Request, collection: str, tile_matrix_set: str) -> Response:
    asked = await question(request, PAGE)
    one = asked.collection(collection)
    _check_set(tile_matrix_set)
    document = _tileset(asked, one)
    document["links"] = [*asked.own_links(), *document["links"][1:]]
    document["tileMatrixSetLimits"] = _limits(one)
    document["layers"] = [
        {"id": DEPOSITS, "title": one.title.speak(asked.lang), "dataType": "vector", "geometryDimension": 0}
    ]
    return asked.answer(document, "tileset")


@router.get("/collections/{collection}/tiles/{tile_matrix_set}/{z}/{y}/{x}")
async def tile(request: Request, collection: str, tile_matrix_set: str, z: str, y: str, x: str) -> Response:
    """A tile by its matrix, row and column; where it is empty the standard wants 200 and no bytes."""
    asked = await lasting(request, TILE)
    one = asked.collection(collection)
    _check_set(tile_matrix_set)
    return await answer_tile(asked, asked.standing.current, (DEPOSITS,), (z, x, y), one.within, empty=200)


def _check_set(name: str) -> None:
    if name != mercator.NAME:
        raise NotThere(
            Words(
                f"there is no tile matrix set {name!r}; there is {mercator.NAME}",
                f"no existe el conjunto {name!r}; hay {mercator.NAME}",
            )
        )


def _tileset(asked: Question, one: Collection) -> dict[str, Any]:
    path = f"/collections/{one.id}/tiles/{mercator.NAME}"
    template = asked.address(f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", {"f": "mvt"})
    said: dict[str, Any] = {
        "title": one.title.speak(asked.lang),
        "dataType": "vector",
        "crs": mercator.CRS,
        "tileMatrixSetURI": mercator.URI,
        "tileMatrixSetId": mercator.NAME,
        "links": [
            link(asked.address(path), "self", JSON),
            link(template, "item", MVT, templated=True),
            link(asked.address(f"/tileMatrixSets/{mercator.NAME}"), _MATRIX_SET_REL, JSON),
            link(asked.address(f"/collections/{one.id}"), "http://www.opengis.net/def/rel/ogc/1.0/geodata", JSON),
        ],
    }
    if one.extent is not None:
        box = one.extent.bounds
        said["boundingBox"] = {
            "lowerLeft": [box.west, box.south],
            "upperRight": [box.east, box.north],
            "crs": CRS84.uri,
        }
    return said


def _limits(one: Collection) -> list[dict[str, Any]]:
    """The rows and columns between which tiles have deposits."""
    if one.extent is None:
        return []
    box = one.extent.bounds
    said = []
    for zoom in range(MAX_ZOOM + 1):
        (west, north), (east, south) = (
            mercator.tile_at(zoom, box.west, box.north),
            mercator.tile_at(zoom, box.east, box.south),
        )
        said.append(
            {
                "tileMatrix": str(zoom),
                "minTileRow": north,
                "maxTileRow": south,
                "minTileCol": west,
                "maxTileCol": east,
            }
        )
    return said


@router.get("/tileMatrixSets")
async def matrix_sets(request: Request) -> Response:
    asked = await question(request, PAGE)
    path = f"/tileMatrixSets/{mercator.NAME}"
    one = {
        "id": mercator.NAME,
        "title": mercator.TITLE,
        "uri": mercator.URI,
        "crs": mercator.CRS,
        "links": [link(asked.address(path), "self", JSON)],
    }
    return asked.answer({"links": asked.own_links(), "tileMatrixSets": [one]}, "tilematrixsets")


@router.get("/tileMatrixSets/{name}")
async def matrix_set(request: Request, name: str) -> Response:
    asked = await question(request, PAGE)
    _check_set(name)
    return asked.answer({**mercator.matrix_set(MAX_ZOOM), "links": asked.own_links()}, "tilematrixset")
