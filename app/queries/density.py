"""How many deposits a filter wants in each cell of an equal-area grid."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Float, Integer, LargeBinary, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.tables import deposit
from app.domain.grid import Box, Grid
from app.queries.catalogue import Release
from app.queries.deposits import begin
from app.queries.filter import DepositFilter
from app.queries.where import where


@dataclass(frozen=True, slots=True)
class Found:
    """The deposits wanted by the cells that have any, as triples of big-endian 32-bit integers: column, row, count.

    `box` is around them in metres of the grid, None where there are none.
    """

    cells: bytes
    box: Box | None


def counts(wanted: DepositFilter, release: Release, grid: Grid, cell_m: int) -> Select[*tuple[Any, ...]]:
    """One row: the cells as bytes, then west, south, east and north of the deposits."""
    moved = func.ST_Transform(deposit.c.geom, grid.srid).label("point")
    # Written once, or each axis would transform it anew.
    moved_once = select(moved).where(where(wanted, release.id)).cte("moved").prefix_with("MATERIALIZED")
    point = moved_once.c.point
    x, y = func.ST_X(point, type_=Float(53)), func.ST_Y(point, type_=Float(53))
    column, row = (cast(func.floor(axis / float(cell_m)), Integer) for axis in (x, y))
    cell = (
        select(
            column.label("column"),
            row.label("row"),
            cast(func.count(), Integer).label("deposits"),
            func.min(x).label("west"),
            func.min(y).label("south"),
            func.max(x).label("east"),
            func.max(y).label("north"),
        )
        .group_by(column, row)
        .subquery("cell")
    )
    said = [func.int4send(one, type_=LargeBinary) for one in (cell.c.column, cell.c.row, cell.c.deposits)]
    return select(
        func.string_agg(said[0].op("||")(said[1]).op("||")(said[2]), b"", type_=LargeBinary),
        func.min(cell.c.west),
        func.min(cell.c.south),
        func.max(cell.c.east),
        func.max(cell.c.north),
    )


async def found(
    connection: AsyncConnection, wanted: DepositFilter, release: Release, grid: Grid, cell_m: int, timeout_s: float
) -> Found:
    """The deposits that the filter wants, cell by cell."""
    await begin(connection, timeout_s)
    cells, *box = (await connection.execute(counts(wanted, release, grid, cell_m))).one()
    return Found(b"", None) if cells is None else Found(bytes(cells), (box[0], box[1], box[2], box[3]))
