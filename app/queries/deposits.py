"""Deposits as GeoJSON text, made in the database: a page of them, one by its id, all for an extract, their number."""

from collections.abc import AsyncGenerator, Sequence

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal, literal_column, select, text, true
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
        "state": plain.state,
        "source_state": plain.source_state,
        "source_county": plain.source_county,
        "commodities": _joined("commodities"),
        "primary_commodities": _joined("primary_commodities"),
        "secondary_commodities": _joined("secondary_commodities"),
        "tertiary_commodities": _joined("tertiary_commodities"),
        "source_commodities": plain.source_commodities,
        "critical_lists": _joined("critical_lists"),
        "critical_to": _joined("critical_to"),
        "critical_commodities": _joined("critical_commodities"),
        "feature_kind": plain.feature_kind,
        "status": plain.status,
        "source_status": plain.source_status,
        "status_as_of": plain.status_as_of,
        "occurrence_type": plain.occurrence_type,
        "mine_status": plain.mine_status,
        "operation_type": plain.operation_type,
        "source_operation_type": plain.source_operation_type,
        "deposit_type": plain.deposit_type,
        "source_deposit_type": plain.source_deposit_type,
        "deposit_form": plain.deposit_form,
        "source_deposit_form": plain.source_deposit_form,
        "production_size": plain.production_size,
        "source_production_size": plain.source_production_size,
        "deposit_size": plain.deposit_size,
        "source_deposit_size": plain.source_deposit_size,
        "operation_size": plain.operation_size,
        "source_host_rock": plain.source_host_rock,
        "source_alteration": plain.source_alteration,
        "discovered_year": plain.discovered_year,
        "first_production_year": plain.first_production_year,
        "last_production_year": plain.last_production_year,
        "source_years": plain.source_years,
        "position_accuracy_m": plain.position_accuracy_m,
        "source_crs": plain.source_crs,
        "transform": plain.transform,
        "position_rule": plain.position_rule,
        "position_check": plain.position_check,
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
    said = (value.label(name) for name, value in _properties(release).items())
    # A row of its own for the properties: json_build_object takes no more than fifty pairs.
    properties = select(*said).select_from(text("(SELECT) AS once")).correlate(deposit, source).lateral("properties")
    feature = func.json_build_object(
        "type",
        "Feature",
        "id",
        deposit.c.id,
        "geometry",
        cast(func.ST_AsGeoJSON(deposit.c.geom, _DECIMALS), JSON),
        "properties",
        func.row_to_json(literal_column("properties")),
    )
    return (
        select(deposit.c.id, cast(feature, Text).label("feature"))
        .join(source, source.c.id == deposit.c.source)
        .join(properties, true())
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
) -> AsyncGenerator[Sequence[str]]:
    """All features wanted, batch by batch from one statement; memory does not grow with their number."""
    await connection.execute(text(f"SET LOCAL statement_timeout = {int(timeout_s * 1000)}"))
    options = {"yield_per": _BATCH, "stream_results": True}
    result = await connection.stream(features(wanted, release), execution_options=options)
    try:
        async for batch in result.partitions(_BATCH):
            yield [row.feature for row in batch]
    finally:
        # SQLAlchemy's own `async with` leaves the cursor open when the reader stops early.
        await result.close()
