"""A `DepositFilter` as SQL conditions: the only place where a filter becomes SQL, so no two answers disagree."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, func, or_

from app.db.tables import deposit
from app.domain.bbox import Bbox
from app.queries.filter import Critical, DepositFilter

# The countries of the plan under which the surveys share.
_PARTNERS = ["US", "MX"]


def where(wanted: DepositFilter, release: int) -> ColumnElement[bool]:
    """The deposits of one release that the filter wants."""
    return and_(*_conditions(wanted, release))


def _conditions(wanted: DepositFilter, release: int) -> Iterator[ColumnElement[bool]]:
    yield deposit.c.release == release
    yield deposit.c.release_level <= wanted.release_level
    if wanted.bbox:
        yield or_(*map(_within, wanted.bbox.parts()))
    if wanted.commodities:
        yield deposit.c.commodities.overlap(list(wanted.commodities))
    if wanted.lists:
        yield deposit.c.critical_lists.overlap(list(wanted.lists))
    if wanted.critical is Critical.BOTH:
        yield deposit.c.critical_to.contains(_PARTNERS)
    if wanted.critical is Critical.EITHER:
        yield deposit.c.critical_to.overlap(_PARTNERS)
    for column, codes in (
        ("country", wanted.countries),
        ("state", wanted.states),
        ("source", wanted.sources),
        ("status", wanted.statuses),
    ):
        if codes:
            yield deposit.c[column].in_(codes)


def _within(part: Bbox) -> ColumnElement[bool]:
    """Inside the box or on its edge. && finds candidates by the index, whose boxes are in single precision: at the
    longitudes of the border it takes a point 0.8 m outside for one inside."""
    near = deposit.c.geom.op("&&")(func.ST_MakeEnvelope(part.west, part.south, part.east, part.north, 4326))
    longitude, latitude = func.ST_X(deposit.c.geom), func.ST_Y(deposit.c.geom)
    return and_(near, longitude.between(part.west, part.east), latitude.between(part.south, part.north))
