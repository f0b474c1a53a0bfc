"""Deposits as the GeoJSON text that was made at publishing: a page, one by its id, all for an extract, their number."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import VARCHAR, Executable, Row, Select, Text, bindparam, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.tables import deposit, deposit_feature
from app.db.tables import release as release_table
from app.domain.crs import Crs
from app.domain.deposit import ReleaseLevel
from app.queries import places
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.queries.order import Place, SortKey, beyond, key_columns, sorted_by
from app.queries.projecting import position
from app.queries.where import where

_BATCH = 1000

# As bytes: see `app.db.engine`.
BODY = cast(deposit_feature.c.body, VARCHAR)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page, and the places before its first and after its last one, None where nothing is beyond.

    Of a release that is no longer `kept`, rows may be missing.
    """

    rows: Sequence[Sequence[Any]]
    before: Place | None
    after: Place | None
    kept: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """Which rows of a list are wanted, and how: at most `limit` beyond a place, in the order of the keys.

    With `crs` each row has its position in that system too; `neighbours` puts those near each other together, whatever
    the keys.
    """

    limit: int | None = None
    keys: tuple[SortKey, ...] = ()
    neighbours: bool = False
    place: Place | None = None
    crs: Crs | None = None


def features(wanted: DepositFilter, release: Release, walk: Walk) -> Select[*tuple[Any, ...]]:
    """The text of each deposit, its position where `walk` asks for it, the values of the sort keys, and its id."""
    if walk.neighbours:
        return _neighbours(wanted, release, walk)
    if not walk.keys and walk.crs is None and wanted == DepositFilter(release_level=wanted.release_level):
        return _all(wanted.release_level, release, walk)
    keys, place = walk.keys, walk.place
    backward = place is not None and place.backward
    of = key_columns(keys)
    where_it_is = () if walk.crs is None else position(walk.crs)
    chosen = (
        select(
            deposit.c.id,
            *(one.label(f"axis_{n}") for n, one in enumerate(where_it_is)),
            *(one.label(f"key_{n}") for n, one in enumerate(of)),
        )
        .where(where(wanted, release.id))
        .order_by(*sorted_by(keys, of, deposit.c.id, backward=backward))
        .limit(walk.limit)
    )
    if place is not None:
        chosen = chosen.where(beyond(keys, place, deposit.c.id))
    # Sorted and cut before the texts are fetched, which are long.
    ids, *values = chosen.subquery("chosen").c
    return (
        select(BODY, *values, ids)
        .join_from(ids.table, deposit_feature, deposit_feature.c.id == ids)
        .where(deposit_feature.c.release == release.id)
        .order_by(*sorted_by(keys, values[len(where_it_is) :], ids, backward=backward))
    )


def _neighbours(wanted: DepositFilter, release: Release, walk: Walk) -> Select[*tuple[Any, ...]]:
    where_it_is = () if walk.crs is None else position(walk.crs)
    return (
        select(BODY, *where_it_is)
        .join_from(deposit, deposit_feature, deposit_feature.c.id == deposit.c.id)
        .where(where(wanted, release.id), deposit_feature.c.release == release.id)
        # PostGIS sorts geometries along a Hilbert curve.
        .order_by(deposit.c.geom, deposit.c.id)
    )


def _all(level: ReleaseLevel, release: Release, walk: Walk) -> Select[*tuple[Any, ...]]:
    table, place = deposit_feature.c, walk.place
    backward = place is not None and place.backward
    statement = (
        select(BODY, table.id)
        .where(table.release == release.id, table.release_level <= level)
        .order_by(*sorted_by((), (), table.id, backward=backward))
        .limit(walk.limit)
    )
    return statement if place is None else statement.where(beyond((), place, table.id))


async def page(connection: AsyncConnection, wanted: DepositFilter, release: Release, walk: Walk, limit: int) -> Page:
    """Up to `limit` rows of the walk."""
    statement, values = _of_page(wanted, release, replace(walk, limit=limit + 1))
    rows = (await connection.execute(statement, values)).all()
    kept = True
    if walk.place:
        # Its tables go one by one, so that it must still be kept after all was read.
        kept = rows[0].kept if rows else bool((await connection.execute(_published(release))).scalar())
    return cut(rows, walk, limit, kept=kept)


def cut(rows: Sequence[Sequence[Any]], walk: Walk, limit: int, *, kept: bool) -> Page:
    """The page of rows that were found beyond the walk's place, in its direction: one too many where there are more."""
    more = len(rows) > limit
    rows = rows[:limit]
    backward = walk.place is not None and walk.place.backward
    if backward:
        rows = rows[::-1]
    start = 1 if walk.crs is None else 3
    keys = slice(start, start + len(walk.keys) + 1)
    first = Place(tuple(rows[0][keys]), backward=True) if rows else None
    last = Place(tuple(rows[-1][keys])) if rows else None
    # Whoever came from one side can go back there; on the other side is something only if a row too many was found.
    before, after = (more, True) if backward else (walk.place is not None, more)
    return Page(rows, first if before else None, last if after else None, kept)


def _published(release: Release) -> Select[bool]:
    return select(release_table.c.state == "published").where(release_table.c.id == release.id)


# Between two rows that are told when the statement runs.
_TOLD = bindparam("last_id", type_=Text)
_ANY_PLACE = {backward: Place((_TOLD,), backward=backward) for backward in (False, True)}


def _of_page(wanted: DepositFilter, release: Release, walk: Walk) -> tuple[Select[*tuple[Any, ...]], dict[str, object]]:
    """The statement of a page, and the values to run it with."""
    values: dict[str, object] = {}
    if bounds := places.told(wanted.bbox):
        values, wanted = {**bounds}, replace(wanted, bbox=places.ANY_BOX)
    if walk.place and not walk.keys:
        (values["last_id"],) = walk.place.values
        walk = replace(walk, place=_ANY_PLACE[walk.place.backward])
    # What may be long, or is another each time, is not kept.
    make = _page_of if wanted.predicate or wanted.ids or (walk.place and walk.keys) else _kept_page_of
    return make(wanted, release, walk), values


def _page_of(wanted: DepositFilter, release: Release, walk: Walk) -> Select[*tuple[Any, ...]]:
    """The rows of a walk, which may last longer than its release, each with whether that is kept.

    Where its partitions are gone when the statement is planned, it is no longer said to be kept when the statement
    runs.
    """
    statement = features(wanted, release, walk)
    return statement.add_columns(_published(release).scalar_subquery().label("kept")) if walk.place else statement


# To make a statement takes as long as to run it; boxes and places in a list are told when it runs.
_kept_page_of = lru_cache(maxsize=256)(_page_of)


async def counted(connection: AsyncConnection, wanted: DepositFilter, release: Release) -> int:
    """How many deposits the filter wants, exactly."""
    statement = select(func.count()).select_from(deposit).where(where(wanted, release.id))
    return (await connection.execute(statement)).scalar_one()


async def commodities_counted(connection: AsyncConnection, wanted: DepositFilter, release: Release) -> int:
    """How many commodities the deposits that the filter wants have, each counted at each deposit that has it."""
    number = func.coalesce(func.sum(func.cardinality(deposit.c.commodities)), 0)
    return int((await connection.execute(select(number).where(where(wanted, release.id)))).scalar_one())


def stream(
    connection: AsyncConnection, wanted: DepositFilter, release: Release, walk: Walk, timeout_s: float
) -> AsyncGenerator[Sequence[Sequence[Any]]]:
    """All rows of the walk, batch by batch from one statement; memory does not grow with their number."""
    return batches(connection, features(wanted, release, walk), timeout_s)


async def begin(connection: AsyncConnection, timeout_s: float) -> None:
    """Begins a transaction, in which a cursor of the server's may live, with a time limit of its own."""
    await connection.execution_options(isolation_level="READ COMMITTED")
    await connection.execute(text(f"SET LOCAL statement_timeout = {int(timeout_s * 1000)}"))


async def batches(
    connection: AsyncConnection, statement: Executable, timeout_s: float
) -> AsyncGenerator[Sequence[Row[*tuple[Any, ...]]]]:
    """The rows of a statement, as many at once as memory holds well."""
    await begin(connection, timeout_s)
    options = {"yield_per": _BATCH, "stream_results": True}
    result = await connection.stream(statement, execution_options=options)
    try:
        async for batch in result.partitions(_BATCH):
            yield batch
    finally:
        # SQLAlchemy's own `async with` leaves the cursor open when the reader stops early.
        await result.close()
