"""Where deposits lie, as SQL conditions: in a box or by a shape of any system, found by an index."""

import math
from collections.abc import Iterator

import shapely
from sqlalchemy import Boolean, ColumnElement, Float, and_, bindparam, cast, func, or_, select, true

from app.db.tables import deposit
from app.domain.bbox import Bbox
from app.domain.crs import Area
from app.domain.predicate import Related
from app.queries.projecting import MERCATOR, WGS84, point_in, within

# Our geographic systems lie within metres of WGS 84, and this is a hundred.
_SHIFT = 0.001

# A box of degrees whose bounds are told when the statement runs: one statement, made once, for all such boxes.
ANY_BOX = Bbox(math.nan, math.nan, math.nan, math.nan)

# Degrees of the cells by which a box of a projected system is found in WGS 84.
_CELL = 2


def in_box(box: Bbox) -> ColumnElement[bool]:
    """Inside the box or on its edge, in the box's own system."""
    if box is ANY_BOX:
        west, south, east, north = (bindparam(name, type_=Float(53)) for name in ("west", "south", "east", "north"))
        return within((west, south, east, north))
    return or_(*map(_in_part, box.parts()))


def _in_part(part: Bbox) -> ColumnElement[bool]:
    bounds = part.west, part.south, part.east, part.north
    if part.crs.srid == WGS84:
        # deposit_place_idx holds all that a count needs.
        return within(bounds)
    point = point_in(part.crs)
    # && finds candidates by the index, whose boxes are in single precision: at the longitudes of the border it takes
    # a point 0.8 m outside for one inside.
    west, south, east, north = bounds
    return and_(_near(part), func.ST_X(point).between(west, east), func.ST_Y(point).between(south, north))


def told(box: Bbox | None) -> dict[str, float] | None:
    """The bounds of a box for which `ANY_BOX` can stand, None for others."""
    if box is None or box.crs.srid != WGS84 or box.west > box.east:
        return None
    return {"west": box.west, "south": box.south, "east": box.east, "north": box.north}


def related(asked: Related) -> ColumnElement[bool]:
    """In that relation to the shape, in the plane of the shape's system."""
    shape, crs = asked.shape, asked.shape.crs
    west, south, east, north = shapely.from_wkb(shape.wkb).bounds
    relation = getattr(func, f"ST_{asked.relation.title()}")
    holds = relation(point_in(crs), func.ST_GeomFromWKB(shape.wkb, crs.srid), type_=Boolean)
    return and_(_near(Bbox(west, south, east, north, crs)), holds)


def _near(box: Bbox) -> ColumnElement[bool]:
    """All that lie in the box, and some beside it."""
    if box.crs.srid == MERCATOR:
        return _touches(deposit.c.geom_3857, box, MERCATOR)
    if box.crs.srid == WGS84:
        return _touches(deposit.c.geom, box, WGS84)
    if box.crs.area is None:
        return or_(*(_touches(deposit.c.geom, part, WGS84) for part in _shifted(box)))
    return and_(within(box.crs.area), deposit.c.geom.op("&&")(_cells_of(box, box.crs.area)))


def _touches(point: ColumnElement[object], box: Bbox, srid: int) -> ColumnElement[bool]:
    return point.op("&&", return_type=Boolean())(func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, srid))


def _shifted(box: Bbox) -> Iterator[Bbox]:
    """The box, somewhat larger, also where that leads across the 180th meridian."""
    west, south, east, north = box.west - _SHIFT, box.south - _SHIFT, box.east + _SHIFT, box.north + _SHIFT
    yield Bbox(west, south, east, north)
    if west < -180:
        yield Bbox(west + 360, south, 180, north)
    if east > 180:
        yield Bbox(-180, south, east - 360, north)


def _cells_of(box: Bbox, area: Area) -> ColumnElement[object]:
    """A box of WGS 84 that holds all of the box that is within reach.

    It is made of the cells whose corners span a part of the box, and their neighbours: between its corners the edge of
    a cell bends, but by far less than a cell. Only forwards is a transformation known never to fail.
    """
    west, south, east, north = map(int, area)
    x = func.generate_series(west - _CELL, east, _CELL).table_valued("x", name="x")
    y = func.generate_series(south - _CELL, north, _CELL).table_valued("y", name="y")
    corners = (x.c.x, y.c.y, x.c.x + _CELL, y.c.y + _CELL)
    cell = func.ST_MakeEnvelope(*(cast(corner, Float) for corner in corners), WGS84)
    wanted = func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, box.crs.srid)
    found = func.ST_SetSRID(func.ST_Expand(func.ST_Extent(cell), _CELL), WGS84)
    touched = func.ST_Transform(cell, box.crs.srid).op("&&")(wanted)
    return select(found).select_from(x.join(y, true())).where(touched).scalar_subquery()
