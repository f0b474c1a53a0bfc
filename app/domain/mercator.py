"""WebMercatorQuad, the tile matrix set of web maps (OGC 17-083r4, annex D.1)."""

import math
from typing import Any

from app.domain.bbox import Bbox

NAME = "WebMercatorQuad"
TITLE = "Google Maps Compatible for the World"
URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"

# The girth of the sphere of EPSG:3857, in metres: the side of the square that the map is.
GIRTH_M = 2 * math.pi * 6378137.0
# What the square shows, in degrees.
WORLD = Bbox(-180, -85.0511, 180, 85.0511)
_TILE_PIXELS = 256
# The standard's pixel is 0.28 mm wide.
_PIXEL_M = 0.00028
_HIGHEST = 85.0511287798066


def tile_at(zoom: int, longitude: float, latitude: float) -> tuple[int, int]:
    """Column from the west and row from the north of the tile that a place is in."""
    last = 2**zoom - 1
    tangent = math.asinh(math.tan(math.radians(max(-_HIGHEST, min(_HIGHEST, latitude)))))
    column = math.floor((longitude + 180) / 360 * 2**zoom)
    row = math.floor((1 - tangent / math.pi) / 2 * 2**zoom)
    return max(0, min(last, column)), max(0, min(last, row))


def matrix_set(last_zoom: int) -> dict[str, Any]:
    """The definition, as JSON of the standard's 2.0."""
    return {
        "id": NAME,
        "title": TITLE,
        "uri": URI,
        "crs": CRS,
        "orderedAxes": ["E", "N"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(last_zoom + 1)],
    }


def _matrix(zoom: int) -> dict[str, Any]:
    cell = GIRTH_M / _TILE_PIXELS / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell / _PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-GIRTH_M / 2, GIRTH_M / 2],
        "tileWidth": _TILE_PIXELS,
        "tileHeight": _TILE_PIXELS,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }
