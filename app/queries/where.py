"""A `DepositFilter` as SQL conditions: the only place where a filter becomes SQL, so no two answers disagree."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, func, or_

from app.db.tables import deposit
from app.domain.bbox import Bbox
from app.queries.filter import DepositFilter


def where(wanted: DepositFilter, release: int) -> ColumnElement[bool]:
    """The deposits of one release that the filter wants."""
    return and_(*_conditions(wanted, release))


def _conditions(wanted: DepositFilter, release: int) -> Iterator[ColumnElement[bool]]:
    yield deposit.c.release == release
    yield deposit.c.release_level <= wanted.release_level
    if wanted.bbox:
        # For points, && on the boxes is the whole test, edges included.
        yield or_(*(deposit.c.geom.op("&&")(_envelope(part)) for part in wanted.bbox.parts()))
    if wanted.commodities:
        yield deposit.c.commodities.overlap(list(wanted.commodities))
    for column, codes in (("country", wanted.countries), ("source", wanted.sources), ("status", wanted.statuses)):
        if codes:
            yield deposit.c[column].in_(codes)


def _envelope(part: Bbox) -> ColumnElement[object]:
    return func.ST_MakeEnvelope(part.west, part.south, part.east, part.north, 4326)
