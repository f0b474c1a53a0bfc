"""Vector tiles of what a filter wants, made by PostGIS: every deposit of the tile and of a ring around it, alone or
counted in a cluster. And what draws them without it: all points, and which of them a filter wants."""

from typing import Any

from sqlalchemy import (
    VARCHAR,
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    LargeBinary,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from app.db.tables import deposit, tile_kind, tile_point
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.queries.where import condition
from app.tiles import drawing
from app.tiles.pyramid import Tile


def tile_statement(tile: Tile, wanted: DepositFilter, release: Release) -> Select[bytes]:
    """The tile's bytes."""
    return drawing.of_tile(tile, *_wanted(wanted), release.id, release.sources)


def _wanted(wanted: DepositFilter) -> tuple[FromClause, ColumnElement[bool]]:
    """The points, and those of them that are wanted. What points have not is asked of the deposits themselves."""
    visible = tile_point.c.release_level <= wanted.release_level
    asked = condition(wanted.asked())
    if _columns(asked).issubset(tile_point.c.keys()):
        return tile_point, and_(visible, replacement_traverse(asked, {}, _as_of_point))
    same = and_(deposit.c.release == tile_point.c.release, deposit.c.id == tile_point.c.id)
    return tile_point.join(deposit, same), and_(visible, asked)


def _columns(asked: ColumnElement[bool]) -> set[str]:
    return {part.name for part in iterate(asked) if isinstance(part, Column) and part.table is deposit}


def _as_of_point(element: Any, **_: Any) -> Any:
    return tile_point.c[element.name] if isinstance(element, Column) and element.table is deposit else None


async def tile_bytes(connection: AsyncConnection, tile: Tile, wanted: DepositFilter, release: Release) -> bytes:
    """The tile as Mapbox Vector Tile; empty where no deposit is."""
    made: bytes = (await connection.execute(tile_statement(tile, wanted, release))).scalar_one()
    return bytes(made)


def bits_statement(wanted: DepositFilter, release: Release) -> Select[bytes, bytes]:
    """Which points are wanted, a bit for each by its ordinal less one: words of 64 bits, and their numbers; both null
    where none is."""
    points, asked = _wanted(wanted)
    number = tile_point.c.ordinal - 1
    bit = cast(1, BigInteger).op("<<")(number.op("&")(63))
    # Words are put together by parallel workers, which a list of ordinals could not be.
    words = (
        select(number.op(">>")(6).label("word"), func.bit_or(bit, type_=BigInteger).label("bits"))
        .select_from(points)
        .where(tile_point.c.release == release.id, asked)
        .group_by(literal_column("word"))
        .subquery("words")
    )
    return select(_joined(func.int8send(words.c.bits)), _joined(func.int4send(words.c.word)))


def points_statement(release: Release, after: int, last: int) -> Select[*tuple[Any, ...]]:
    """Six values, not six for each point, of those with ordinals beyond `after` up to `last`, all in the same order:
    ordinals, keys, places, kinds, and on a line for each what is said of it, as JSON. All null where none is."""
    point = tile_point.c
    said = cast(func.json_build_array(*drawing.of_point()), Text)
    return select(
        _joined(func.int4send(point.ordinal)),
        _joined(func.int8send(point.grid)),
        _joined(func.int4send(point.x)),
        _joined(func.int4send(point.y)),
        _joined(func.int4send(point.kind)),
        # As bytes: see `app.db.engine`.
        cast(func.string_agg(said, func.chr(10)), VARCHAR),
    ).where(point.release == release.id, point.ordinal > after, point.ordinal <= last)


def kinds_statement(release: Release) -> Select[int, str, str | None, list[str]]:
    """The kinds of its points."""
    kind = tile_kind.c
    return select(kind.kind, kind.source, kind.commodity, kind.critical_to).where(kind.release == release.id)


def _joined(values: ColumnElement[bytes]) -> ColumnElement[bytes]:
    return func.string_agg(values, literal(b"", LargeBinary), type_=LargeBinary)
