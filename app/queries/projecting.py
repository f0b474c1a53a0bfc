"""Positions in another reference system, computed by PostGIS."""

from sqlalchemy import ColumnElement, Float, and_, case, func, or_, type_coerce

from app.db.tables import deposit
from app.domain.crs import Crs

# Systems of degrees share WGS 84's numbers: PROJ moves nothing between it and NAD83 or ITRF, and neither do we.
_X, _Y = deposit.c.longitude, deposit.c.latitude


def position(crs: Crs) -> tuple[ColumnElement[float], ColumnElement[float]]:
    """x and y (never y and x), null where the system has no position for the point."""
    if crs.area is None:
        return _X, _Y
    moved = deposit.c.geom_3857 if crs.srid == 3857 else func.ST_Transform(deposit.c.geom, crs.srid)
    # PROJ fails for a point outside, and its failure is the statement's; CASE keeps it from being asked.
    there = inside(crs.area)
    return (
        type_coerce(case((there, func.ST_X(moved))), Float(53)),
        type_coerce(case((there, func.ST_Y(moved))), Float(53)),
    )


def inside(area: tuple[float, float, float, float]) -> ColumnElement[bool]:
    """Within west, south, east, north; a west beyond the east crosses the 180th meridian."""
    west, south, east, north = area
    between = _X.between(west, east) if west <= east else or_(west <= _X, east >= _X)
    return and_(between, _Y.between(south, north))
