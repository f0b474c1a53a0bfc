"""The shapes of symbols, from their description in `terms/map/shape.csv`.

A shape is parts put on (`+`) and taken off (`-`) one after the other: `disc x y radius`, `polygon x,y x,y …`,
`line half-width x,y x,y …`. A unit is a pixel of the map, the middle is 0,0, and y runs down.
"""

import re
from functools import cache

import shapely
from shapely.geometry.base import BaseGeometry

from app.domain.symbology import shapes
from app.domain.table import Line

# A circle of this many sides, four times over, is round to a hundredth of a pixel.
_SIDES = 32
_PART = re.compile(r"([+-]) (disc|polygon|line) ([^+]*?)(?= [+-] |$)")


@cache
def geometry(name: str) -> BaseGeometry:
    """The area of the shape of that name; raises `FileFault` for a description that cannot be read."""
    line = shapes()[name]
    parts = _PART.findall(line["parts"])
    if not parts or " ".join(f"{sign} {kind} {rest}" for sign, kind, rest in parts) != line["parts"]:
        raise _unreadable(line)
    area: BaseGeometry = shapely.Polygon()
    for sign, kind, rest in parts:
        part = _part(line, kind, rest.split())
        area = area.union(part) if sign == "+" else area.difference(part)
    return area


def path(name: str) -> str:
    """The shape as the `d` of an SVG path, to be filled by the even-odd rule."""
    area = geometry(name)
    polygons = getattr(area, "geoms", [area])
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    return "".join("M" + " ".join(f"{x:.2f},{y:.2f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)


def _part(line: Line, kind: str, words: list[str]) -> BaseGeometry:
    try:
        if kind == "disc":
            x, y, radius = map(float, words)
            return shapely.Point(x, y).buffer(radius, quad_segs=_SIDES)
        if kind == "polygon":
            return shapely.Polygon([_point(word) for word in words])
        half_width, *through = words
        return shapely.LineString([_point(word) for word in through]).buffer(float(half_width), cap_style="flat")
    except (ValueError, shapely.errors.ShapelyError) as fault:
        raise _unreadable(line) from fault


def _point(word: str) -> tuple[float, float]:
    x, y = map(float, word.split(","))
    return x, y


def _unreadable(line: Line) -> Exception:
    return line.fault(
        f"the parts of {line['code']} cannot be read; they should be such as '+ disc 0 0 5 - polygon 0,-3 3,3 -3,3'",
        f"las partes de {line['code']} no se pueden leer; deben ser como '+ disc 0 0 5 - polygon 0,-3 3,3 -3,3'",
    )
