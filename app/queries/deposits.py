"""Deposits as GeoJSON text, made in the database: a page of them, one by its id, all for an extract, their number."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.tables import deposit, source
from app.queries.catalogue import SYNTHETIC_CITATION, SYNTHETIC_LICENCE, Release
from app.queries.filter import DepositFilter
from app.queries.where import where

# 1e-6 degrees is a decimetre; no source of ours is placed to better than metres.
_DECIMALS = 6
_BATCH = 1000


def _joined(column: str) -> ColumnElement[str]:
    return func.nullif(func.array_to_string(deposit.c[column], ","), "")


def _properties(release: Release) -> dict[str, ColumnElement[object]]:
    """The public properties in their fixed order, flat, so that QGIS and spreadsheets read them."""
    plain = deposit.c
    return {
        "source": plain.source,
        "source_id": plain.source_id,
        "name": plain.name,
        "source_name": plain.source_name,
        "other_names": plain.other_names,
        "country": plain.country,
        "source_country": plain.source_country,
        "source_state": plain.source_state,
        "source_county": plain.source_county,
        "commodities": _joined("commodities"),
        "primary_commodities": _joined("primary_commodities"),
        "secondary_commodities": _joined("secondary_commodities"),
        "tertiary_commodities": _joined("tertiary_commodities"),
        "source_commodities": plain.source_commodities,
        "status": plain.status,
        "source_status": plain.source_status,
        "position_accuracy_m": plain.position_accuracy_m,
        "source_crs": plain.source_crs,
        "transform": plain.transform,
        "layer": plain.layer,
        "source_url": plain.source_url,
        "licence": case((plain.synthetic, SYNTHETIC_LICENCE), else_=source.c.licence),
        "citation": case(
            (plain.synthetic, func.replace(SYNTHETIC_CITATION, "{agency}", source.c.agency)),
            else_=func.replace(source.c.citation, "{retrieved}", cast(plain.retrieved, Text)),
        ),
        "retrieved": plain.retrieved,
        "source_file": plain.source_file,
        "source_row": plain.source_row,
        "synthetic": plain.synthetic,
        "release": literal(release.name, Text),
    }


PROPERTIES = tuple(_properties(Release(0, "", None, 0, None)))  # type: ignore[arg-type]


def features(wanted: DepositFilter, release: Release) -> Select[str, str]:
    """Id and GeoJSON text of each deposit wanted, in the order of their ids."""
    said = [part for name, value in _properties(release).items() for part in (literal(name, Text), value)]
    feature = func.json_build_object(
        "type",
        "Feature",
        "id",
        deposit.c.id,
        "geometry",
        cast(func.ST_AsGeoJSON(deposit.c.geom, _DECIMALS), JSON),
        "properties",
        func.json_build_object(*said),
    )
    return (
        select(deposit.c.id, cast(feature, Text).label("feature"))
        .join(source, source.c.id == deposit.c.source)
        .where(where(wanted, release.id))
        .order_by(deposit.c.id)
    )


async def page(
    connection: AsyncConnection, wanted: DepositFilter, release: Release, limit: int, after: str | None
) -> tuple[Sequence[str], str | None]:
    """Up to `limit` features after an id, and the id to go on from, None on the last page."""
    statement = features(wanted, release).limit(limit + 1)
    if after is not None:
        statement = statement.where(deposit.c.id > after)
    rows = (await connection.execute(statement)).all()
    further = rows[limit - 1].id if len(rows) > limit else None
    return [row.feature for row in rows[:limit]], further


async def one(connection: AsyncConnection, release: Release, deposit_id: str) -> str | None:
    """The feature of that id in the release."""
    statement = features(DepositFilter(), release).where(deposit.c.id == deposit_id)
    row = (await connection.execute(statement)).first()
    return None if row is None else row.feature


async def count(connection: AsyncConnection, wanted: DepositFilter, release: Release) -> int:
    """How many deposits the filter wants, exactly."""
    statement = select(func.count()).select_from(deposit).where(where(wanted, release.id))
    return (await connection.execute(statement)).scalar_one()


async def stream(
    connection: AsyncConnection, wanted: DepositFilter, release: Release, timeout_s: float
) -> AsyncIterator[Sequence[str]]:
    """All features wanted, batch by batch from one statement; memory does not grow with their number."""
    await connection.execute(text(f"SET LOCAL statement_timeout = {int(timeout_s * 1000)}"))
    result = await connection.stream(
        features(wanted, release), execution_options={"yield_per": _BATCH, "stream_results": True}
    )
    async for batch in result.partitions(_BATCH):
        yield [row.feature for row in batch]
