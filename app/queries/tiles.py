"""Vector tiles of what a filter wants, made by PostGIS: every deposit of the tile and of a ring around it, alone or
counted in a cluster."""

from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Select, and_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from app.db.tables import deposit, tile_point
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.queries.where import condition
from app.tiles import drawing
from app.tiles.pyramid import Tile


def tile_statement(tile: Tile, wanted: DepositFilter, release: Release) -> Select[bytes]:
    """The tile's bytes. What its points have not is asked of the deposits themselves."""
    visible = tile_point.c.release_level <= wanted.release_level
    asked = condition(wanted.asked())
    if _columns(asked).issubset(tile_point.c.keys()):
        points: FromClause = tile_point
        asked = replacement_traverse(asked, {}, _as_of_point)
    else:
        same = and_(deposit.c.release == tile_point.c.release, deposit.c.id == tile_point.c.id)
        points = tile_point.join(deposit, same)
    return drawing.of_tile(tile, points, and_(visible, asked), release.id, release.sources)


def _columns(asked: ColumnElement[bool]) -> set[str]:
    return {part.name for part in iterate(asked) if isinstance(part, Column) and part.table is deposit}


def _as_of_point(element: Any, **_: Any) -> Any:
    return tile_point.c[element.name] if isinstance(element, Column) and element.table is deposit else None


async def tile_bytes(connection: AsyncConnection, tile: Tile, wanted: DepositFilter, release: Release) -> bytes:
    """The tile as Mapbox Vector Tile; empty where no deposit is."""
    made: bytes = (await connection.execute(tile_statement(tile, wanted, release))).scalar_one()
    return bytes(made)
