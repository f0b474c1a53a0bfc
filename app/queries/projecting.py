"""Positions in another reference system, computed by PostGIS."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func

from app.db.tables import deposit
from app.domain.crs import Area, Crs

Bound = ColumnElement[float]

WGS84 = 4326
MERCATOR = 3857


def point_in(crs: Crs) -> ColumnElement[Any]:
    """The deposit's point in the system, x before y; null where the system has no position for it.

    In Web Mercator the stored one, which stands at the map's edge for a place beyond it.
    """
    if crs.srid == WGS84:
        return deposit.c.geom
    if crs.srid == MERCATOR:
        return deposit.c.geom_3857
    moved = func.ST_Transform(deposit.c.geom, crs.srid)
    # A condition beside it does not keep the transformation from being tried first; CASE does.
    return moved if crs.area is None else case((within(crs.area), moved))


def position(crs: Crs) -> tuple[ColumnElement[float], ColumnElement[float]]:
    """x and y (never y and x) in the system; null where it has no position for the deposit."""
    point = point_in(crs) if crs.area is None else case((within(crs.area), point_in(crs)))
    return func.ST_X(point), func.ST_Y(point)


def within(area: Area | tuple[Bound, Bound, Bound, Bound]) -> ColumnElement[bool]:
    """Between west and east, south and north, in degrees, told now or when the statement runs."""
    west, south, east, north = area
    return and_(deposit.c.longitude.between(west, east), deposit.c.latitude.between(south, north))
