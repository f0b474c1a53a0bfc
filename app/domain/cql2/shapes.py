"""The spatial functions of CQL2, from its JSON: the deposit's point against a geometry that the filter gives."""

from typing import Any, Literal

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from app.domain.bbox import Bbox
from app.domain.cql2.faults import bad
from app.domain.cql2.limits import VERTICES, too_much
from app.domain.cql2.nodes import arguments, is_geometry, shown
from app.domain.crs import Crs
from app.domain.predicate import InBox, Not, Predicate, Related, Shape
from app.errors import BadValue
from app.words import Words, quoted

Relation = Literal["intersects", "equals", "touches", "within", "contains", "crosses", "overlaps"]

_RELATIONS: dict[str, Relation] = {
    "s_intersects": "intersects",
    "s_equals": "equals",
    "s_touches": "touches",
    "s_within": "within",
    "s_contains": "contains",
    "s_crosses": "crosses",
    "s_overlaps": "overlaps",
}
FUNCTIONS = frozenset({*_RELATIONS, "s_disjoint"})
_CONVERSE: dict[Relation, Relation] = {"within": "contains", "contains": "within"}

# How deeply the coordinates of each type are nested: 0 is a position.
_NESTED = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
# In metres; the Earth's circumference is 4e7.
_FARTHEST = 1e8


def related(function: str, given: list[Any], crs: Crs) -> Predicate:
    """A spatial function of the geometry and a literal, in either order; raises `BadValue`."""
    first, second = arguments(function, given, 2)
    if is_geometry(first) == is_geometry(second):
        raise bad(
            f"{quoted(function)} compares the property geometry with a geometry such as POINT(-110 30)",
            f"{quoted(function)} compara la propiedad geometry con una geometría como POINT(-110 30)",
        )
    literal = second if is_geometry(first) else first
    if function == "s_disjoint":
        return Not(_holds("intersects", literal, crs))
    relation = _RELATIONS[function]
    return _holds(relation if is_geometry(first) else _CONVERSE.get(relation, relation), literal, crs)


def _holds(relation: Relation, literal: Any, crs: Crs) -> Predicate:
    if not isinstance(literal, dict) or literal.keys() != {"bbox"}:
        return Related(relation, _shape(_related(relation, _geometry(literal, crs)), crs))
    box = _box(literal["bbox"], crs)
    if relation == "intersects":
        return InBox(box)
    parts = [shapely.box(part.west, part.south, part.east, part.north) for part in box.parts()]
    return Related(relation, _shape(shapely.union_all([part for part in parts if part.area]), crs))


def _related(relation: Relation, geometry: Any) -> Any:
    # PostGIS relates collections by no other function.
    if relation != "intersects" and geometry.geom_type == "GeometryCollection":
        raise bad(
            "a GEOMETRYCOLLECTION can stand in S_INTERSECTS and S_DISJOINT alone",
            "una GEOMETRYCOLLECTION solo cabe en S_INTERSECTS y S_DISJOINT",
        )
    return geometry


def _box(numbers: Any, crs: Crs) -> Bbox:
    given = numbers if isinstance(numbers, list) and all(map(_is_number, numbers)) else []
    return Bbox.of(given, crs, "filter: BBOX")


def _geometry(literal: Any, crs: Crs) -> Any:
    kind = literal.get("type") if isinstance(literal, dict) else None
    try:
        if kind == "GeometryCollection" and literal.keys() == {"type", "geometries"}:
            return shapely.GeometryCollection([_geometry(member, crs) for member in literal["geometries"]])
        if kind in _NESTED and literal.keys() == {"type", "coordinates"}:
            coordinates = _nested(literal["coordinates"], _NESTED[kind], crs)
            _check_closed(kind, coordinates)
            return shape({"type": kind, "coordinates": coordinates})
    except (ValueError, TypeError, ShapelyError):
        raise _unsound() from None
    raise bad(
        f"{shown(literal)} is no geometry; one is POINT, LINESTRING, POLYGON, their MULTI forms, or BBOX",
        f"{shown(literal)} no es una geometría; lo es POINT, LINESTRING, POLYGON, sus formas MULTI, o BBOX",
    )


def _nested(node: Any, depth: int, crs: Crs) -> Any:
    """Coordinates, easting first; `ValueError` where they are not nested as their type is."""
    if depth == 0:
        return _position(node, crs)
    if not isinstance(node, list) or not node:
        raise ValueError
    return [_nested(part, depth - 1, crs) for part in node]


def _check_closed(kind: str, coordinates: Any) -> None:
    """Raises `ValueError` for a ring that does not end where it begins, which shapely would close in silence."""
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind, [])
    if any(ring[0] != ring[-1] for rings in polygons for ring in rings):
        raise ValueError


def _position(node: Any, crs: Crs) -> tuple[float, float]:
    """Easting and northing; a height is read past."""
    if not isinstance(node, list) or len(node) not in (2, 3) or not all(map(_is_number, node)):
        raise ValueError
    x, y = (node[1], node[0]) if crs.northing_first else (node[0], node[1])
    widest, highest = (180, 90) if crs.geographic else (_FARTHEST, _FARTHEST)
    if not (abs(x) <= widest and abs(y) <= highest):
        order = Words("latitude", "la latitud") if crs.geographic else Words("northing", "la coordenada norte")
        if not crs.northing_first:
            order = Words("longitude", "la longitud") if crs.geographic else Words("easting", "la coordenada este")
        raise bad(
            f"({shown(node[0])} {shown(node[1])}) is no position in {crs.name}; there the {order.en} is first",
            f"({shown(node[0])} {shown(node[1])}) no es una posición en {crs.name}; ahí va primero {order.es}",
        )
    return float(x), float(y)


def _is_number(node: Any) -> bool:
    # Neither the infinity that 1e999 is read as, nor more than double precision has room for.
    return isinstance(node, int | float) and not isinstance(node, bool) and abs(node) < 1e300


def _shape(geometry: Any, crs: Crs) -> Shape:
    vertices = shapely.count_coordinates(geometry)
    if vertices > VERTICES:
        raise too_much(
            f"has a geometry of {vertices} vertices", f"tiene una geometría de {vertices} vértices", VERTICES
        )
    if geometry.is_empty or not geometry.is_valid:
        raise _unsound()
    return Shape(shapely.to_wkb(geometry), crs)


def _unsound() -> BadValue:
    return bad(
        "a geometry is not sound; its rings are closed and cross neither themselves nor each other, "
        "a line has two points or more",
        "una geometría no es correcta; sus anillos cierran y no se cruzan entre sí ni a sí mismos, "
        "una línea tiene dos puntos o más",
    )
