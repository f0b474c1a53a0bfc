"""Countries and states in the projection of a grid, out of the tiles that the map draws them from."""

import gzip
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import shapely

from app.domain.grid import Box, Grid
from app.domain.mercator import GIRTH_M
from app.tiles.archive import Archive
from app.tiles.pyramid import BOUNDARIES, BOUNDARIES_MAX_ZOOM, EXTENT
from app.tiles.vector import shapes

# A straight edge of a tile bends in another projection; pieces as short as these do not, to the eye.
_PIECE = EXTENT // 64
# Metres kept from the meridian at which a projection is torn, and from the edges of the map that meet behind it.
_APART_M = 100.0


@dataclass(frozen=True, slots=True)
class Outline:
    """A part of a country or of a state in metres of a grid: its lines, and its land where it is of a `country`."""

    country: bool
    land: Any
    lines: Any


def outlines(archive: Archive, grid: Grid, box: Box, pixel_m: float) -> list[Outline]:
    """All that the box shows of the boundaries, at a pixel of that many metres."""
    finest = math.ceil(math.log2(GIRTH_M / EXTENT / pixel_m)) + 1
    zoom = max(0, min(finest, BOUNDARIES_MAX_ZOOM))
    parts = [part for place in _tiles(grid, box, zoom) for part in _of_tile(archive, grid, *place)]
    moved = _moved([geometry for part in parts for geometry in (part.land, part.lines)], grid)
    return [
        Outline(part.country, land, lines) for part, land, lines in zip(parts, moved[::2], moved[1::2], strict=True)
    ]


def _tiles(grid: Grid, box: Box, zoom: int) -> Iterator[tuple[int, int, int]]:
    """The tiles of a zoom that touch the box, some beside it among them."""
    found = [(0, 0, 0)]
    for z in range(1, zoom + 1):
        quarters = [(z, 2 * x + right, 2 * y + down) for _, x, y in found for right, down in product((0, 1), (0, 1))]
        found = [place for place in quarters if _touches(grid, box, _square(*place))]
    yield from found


def _square(z: int, x: int, y: int) -> Box:
    """A tile in metres of Web Mercator."""
    side = GIRTH_M / 2**z
    west, north = x * side - GIRTH_M / 2, GIRTH_M / 2 - y * side
    return west, north - side, west + side, north


def _touches(grid: Grid, box: Box, square: Box) -> bool:
    west, south, east, north = square
    across, up = np.linspace(west + _APART_M, east - _APART_M, 17), np.linspace(south, north, 17)
    x, y = np.meshgrid(across, up)
    x, y = projected(x.ravel(), y.ravel(), "EPSG:3857", grid.code)
    # Between the points that were looked at, an edge bulges by a part of the distance between them.
    spare_x, spare_y = np.ptp(x) / 16, np.ptp(y) / 16
    return bool(
        x.min() - spare_x <= box[2]
        and x.max() + spare_x >= box[0]
        and y.min() - spare_y <= box[3]
        and y.max() + spare_y >= box[1]
    )


def _of_tile(archive: Archive, grid: Grid, z: int, x: int, y: int) -> Iterator[Outline]:
    """The boundaries of a tile without its ring, in metres of Web Mercator, cut where the projection is torn."""
    stored = archive.tile(z, x, y)
    if not stored:
        return
    west, south, east, north = _square(z, x, y)
    unit = (east - west) / EXTENT
    windows = [box for box in _windows(grid, (west, south, east, north)) if box[0] < box[2]]
    for shape in shapes(gzip.decompress(stored), BOUNDARIES):
        rings = [np.array([*ring, ring[0]]) * (unit, -unit) + (west, north) for ring in shape.rings if len(ring) > 2]
        if not rings:
            continue
        country = shape.said["level"] == "country"
        # Lakes are no holes in these boundaries; where one country lies within another, both are land.
        land = shapely.union_all(shapely.make_valid([shapely.Polygon(ring) for ring in rings if country]))
        lines = shapely.MultiLineString(rings)
        for window in windows:
            cut = [shapely.segmentize(shapely.clip_by_rect(one, *window), _PIECE * unit) for one in (land, lines)]
            yield Outline(country, *cut)


def _windows(grid: Grid, square: Box) -> Iterator[Box]:
    """The square on both sides of the meridian at which the projection is torn."""
    west, south, east, north = square
    torn = grid.torn / 360 * GIRTH_M
    world = GIRTH_M / 2 - _APART_M
    yield max(west, -world), south, min(east, torn - _APART_M, world), north
    yield max(west, torn + _APART_M), south, min(east, world), north


def _moved(geometries: list[Any], grid: Grid) -> Any:
    places = shapely.get_coordinates(geometries)
    x, y = projected(places[:, 0], places[:, 1], "EPSG:3857", grid.code)
    return shapely.set_coordinates(np.array(geometries, dtype=object), np.column_stack((x, y)))


def projected(x: Any, y: Any, source: str, target: str) -> tuple[Any, Any]:
    """Positions in another system."""
    from rasterio.warp import transform

    moved_x, moved_y = transform(source, target, x, y)[:2]
    return np.array(moved_x), np.array(moved_y)
