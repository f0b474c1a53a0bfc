"""The sprite: every shape as a signed distance field, which MapLibre colours, outlines and scales."""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image

from app.domain.symbology import shapes
from app.styles.shapes import geometry

NAME = "vetalode"
RATIOS = (1, 2)
# A symbol's square, which leaves an outline of three pixels its room.
SIDE_PX = 24
_COLUMNS = 6

# How MapLibre's shader reads alpha (symbol_sdf.fragment.glsl): 0.75 is the edge, and a unit is eight pixels of the map
# whatever the ratio of the image, or its outlines would be half as wide on fine screens.
EDGE = 0.75
REACH_PX = 8


@dataclass(frozen=True, slots=True)
class Sprite:
    """The picture and where in it each symbol is."""

    index: dict[str, dict[str, Any]]
    png: bytes


@cache
def sprite(ratio: int) -> Sprite:
    """All shapes, `ratio` pixels of the picture to one of the map."""
    side, names = SIDE_PX * ratio, sorted(shapes())
    places = {name: (n % _COLUMNS * side, n // _COLUMNS * side) for n, name in enumerate(names)}
    picture = np.zeros((-(-len(names) // _COLUMNS) * side, _COLUMNS * side, 4), np.uint8)
    for name, (x, y) in places.items():
        picture[y : y + side, x : x + side, 3] = field(name, ratio)
    index = {
        name: {"x": x, "y": y, "width": side, "height": side, "pixelRatio": ratio, "sdf": True}
        for name, (x, y) in places.items()
    }
    written = BytesIO()
    Image.fromarray(picture).save(written, "PNG", optimize=True)
    return Sprite(index, written.getvalue())


def field(name: str, ratio: int) -> NDArray[np.uint8]:
    """The alpha of each pixel of a shape's square, by its distance from the shape's edge."""
    area, side = geometry(name), SIDE_PX * ratio
    middles = (np.arange(side) + 0.5) / ratio - SIDE_PX / 2
    x, y = np.meshgrid(middles, middles)
    outside_px = shapely.distance(area.boundary, shapely.points(x, y)) * np.where(
        shapely.contains_xy(area, x, y), -1, 1
    )
    alpha: NDArray[np.float64] = np.clip(EDGE - outside_px / REACH_PX, 0, 1)
    return np.rint(255 * alpha).astype(np.uint8)
