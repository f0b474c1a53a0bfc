"""Tiles as SQL: clusters on the grid, points where they are alone; the bytes of one tile, or of all tiles of a zoom.

Features are ordered, so that one release always gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    LargeBinary,
    Select,
    Subquery,
    Text,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, aggregate_order_by

from app.db.tables import tile_kind, tile_point
from app.domain.critical import PARTNERS
from app.tiles.pyramid import BITS, BUFFER, CELL_BITS, EXTENT, MAX_ZOOM, Tile, ranges, shift_of_cells, shifts

LAYER = "deposits"
# So many first commodities a cluster names, the most frequent first.
LEADING = 5
# Below this zoom the ranges of a tile hold most deposits, which are then read sooner as a whole.
_WHOLE_BELOW = 3
# Where each point's deposit must be looked up besides, that holds for longer.
_JOINED_WHOLE_BELOW = 6

OF_POINT = ("id", "name", "source", "country", "state", "status", "commodity", "commodities", "critical_to")


def fields(sources: Iterable[str]) -> dict[str, str]:
    """The attributes of points and of clusters, each with its type as TileJSON names it."""
    counts = (*map(_count_of, sources), "critical_count", *map(_critical_to, PARTNERS))
    return dict.fromkeys(OF_POINT, "String") | {
        "point_count": "Number",
        **dict.fromkeys(counts, "Number"),
        "commodity_counts": "String",
        "opens_at": "Number",
    }


def of_tile(
    tile: Tile, points: FromClause, wanted: ColumnElement[bool], release: int, sources: Sequence[str]
) -> Select[bytes]:
    """The bytes of a tile of those `points` (`tile_point`, or a join of it) that are `wanted`, of these sources."""
    near = None if tile.z < (_WHOLE_BELOW if points is tile_point else _JOINED_WHOLE_BELOW) else ranges(tile)
    drawn = _features(tile.z, _found(tile.z, points, wanted, release, near), release, sources)
    shift = func.unnest(literal(list(shifts(tile)), ARRAY(Integer))).table_valued("by", name="shift").render_derived()
    x, y = drawn.c.x + shift.c.by - tile.x * EXTENT, drawn.c.y - tile.y * EXTENT
    said = (
        select(func.ST_MakePoint(x, y).label("geom"), *_attributes(drawn))
        .join_from(drawn, shift, true())
        .where(_in_ring(x), _in_ring(y))
        .order_by(drawn.c.ordinal, shift.c.by.desc())
        .subquery("said")
    )
    return select(_mvt(literal_column("'geom'"))).select_from(said)


def of_zoom(zoom: int, wanted: ColumnElement[bool], release: int, sources: Sequence[str]) -> Select[int, int, bytes]:
    """Column, row and bytes of each tile of the zoom in which anything is drawn."""
    drawn = _features(zoom, _found(zoom, tile_point, wanted, release, None), release, sources)
    columns, rows = _touched(drawn.c.x, "columns"), _touched(drawn.c.y, "rows")
    column, row = columns.c.n, rows.c.n
    place = func.ST_MakePoint(drawn.c.x - column * EXTENT, drawn.c.y - row * EXTENT)
    said = select(place.label("geom"), *_attributes(drawn)).correlate(drawn, columns, rows).lateral("said")
    last = (1 << zoom) - 1
    # Beyond the 180th meridian the world goes on.
    x = column.op("&")(last)
    bytes_ = _mvt(aggregate_order_by(literal_column("'geom'"), drawn.c.ordinal, column))
    return (
        select(x.label("x"), row.label("y"), bytes_)
        .select_from(drawn)
        .join(columns, true())
        .join(rows, true())
        .join(said, true())
        .where(row.between(0, last))
        .group_by(x, row)
    )


def _mvt(geometry: ColumnElement[str]) -> ColumnElement[bytes]:
    return func.ST_AsMVT(literal_column("said.*"), LAYER, EXTENT, geometry, type_=LargeBinary)


def _attributes(drawn: FromClause) -> Iterator[ColumnElement[Any]]:
    return (column for column in drawn.c if column.name not in ("x", "y", "ordinal"))


def _in_ring(coordinate: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(coordinate >= -BUFFER, coordinate < EXTENT + BUFFER)


def _touched(coordinate: ColumnElement[int], name: str) -> Any:
    """The tiles in which something at the coordinate is drawn: its own, and that in whose ring it is."""
    first, last = (_shifted(coordinate + by, EXTENT.bit_length() - 1) for by in (-BUFFER, BUFFER))
    return func.generate_series(first, last).table_valued("n", name=name).render_derived()


def _found(
    zoom: int,
    points: FromClause,
    wanted: ColumnElement[bool],
    release: int,
    near: Sequence[tuple[int, int]] | None,
) -> FromClause:
    """What the zoom needs to know of the points that are wanted, where their keys are in the ranges."""
    point = tile_point.c
    place = (point.x, point.y, point.ordinal)
    told = (*place, *of_point()) if zoom == MAX_ZOOM else (*place, point.grid, point.kind)
    found = select(*told).select_from(points).where(point.release == release, wanted)
    if near is None:
        return found.subquery("point")
    firsts, ends = (literal(list(bounds), ARRAY(BigInteger)) for bounds in zip(*near, strict=True))
    part = func.unnest(firsts, ends).table_valued("first", "end", name="near").render_derived()
    # OFFSET, so that PostgreSQL goes from range to range by the index. Left to itself it takes an array's ranges for
    # far wider than they are, and compares all deposits with each.
    within = found.where(point.grid >= part.c.first, point.grid < part.c.end).correlate(part)
    one = within.offset(literal_column("0")).lateral("one")
    return select(*one.c).join_from(part, one, true()).subquery("point")


def _features(zoom: int, points: FromClause, release: int, sources: Sequence[str]) -> FromClause:
    """What a zoom draws: `x` and `y` in its units, `ordinal` to order by, and the attributes."""
    return points if zoom == MAX_ZOOM else _clustered(zoom, points, release, sources).subquery("drawn")


def of_point() -> Iterator[ColumnElement[Any]]:
    point = tile_point.c
    yield from (point.id, point.name, point.source, point.country, point.state, point.status)
    yield point.commodities[1].label("commodity")
    yield _joined(point.commodities).label("commodities")
    yield _joined(point.critical_to).label("critical_to")


def _joined(codes: ColumnElement[Any]) -> ColumnElement[str]:
    return func.nullif(func.array_to_string(codes, ","), "", type_=Text)


def _clustered(zoom: int, points: FromClause, release: int, sources: Sequence[str]) -> Select[*tuple[Any, ...]]:
    cell = _cells(zoom, _counted(zoom, points, release, sources), sources)
    many = cell.c.point_count > 1
    # A cluster looks for none: null is nobody's.
    alone = and_(tile_point.c.release == release, tile_point.c.ordinal == case((~many, cell.c.ordinal)))
    said = {column.name: column for column in of_point()}
    said["commodity"] = case((many, _word(cell.c.leading[1])), else_=said["commodity"])
    known = fields(sources)
    of_cell = (column for column in cell.c if column.name in known)
    return select(
        cell.c.x,
        cell.c.y,
        *(column.label(name) for name, column in said.items()),
        *(case((many, column)).label(column.name) for column in of_cell),
        case((many, _joined(cell.c.leading[1:LEADING]))).label("commodity_counts"),
        case((many, _opens_at(cell.c.first, cell.c.last))).label("opens_at"),
        cell.c.ordinal,
    ).select_from(cell.outerjoin(tile_point, alone))


def _counted(zoom: int, points: FromClause, release: int, sources: Sequence[str]) -> Subquery:
    """What is told of the deposits of a cell that have the same first commodity."""
    point, kind = points.c, tile_kind.c
    # Counted by kind first: the points are many, the kinds in a cell are few.
    part = (
        select(
            _shifted(point.grid, shift_of_cells(zoom)).label("cell"),
            point.kind,
            func.count().label("n"),
            func.sum(point.x).label("x"),
            func.sum(point.y).label("y"),
            func.min(point.grid).label("first"),
            func.max(point.grid).label("last"),
            func.min(point.ordinal).label("ordinal"),
        )
        .group_by(literal_column("cell"), point.kind)
        .subquery("part")
    )
    number = func.sum(part.c.n)
    told = {_count_of(source): kind.source == source for source in sources}
    told["critical_count"] = func.cardinality(kind.critical_to) > 0
    told |= {_critical_to(country): literal(country) == any_(kind.critical_to) for country in PARTNERS}
    return (
        select(
            part.c.cell,
            kind.commodity,
            number.label("n"),
            *(number.filter(condition).label(name) for name, condition in told.items()),
            func.sum(part.c.x).label("x"),
            func.sum(part.c.y).label("y"),
            func.min(part.c.first).label("first"),
            func.max(part.c.last).label("last"),
            func.min(part.c.ordinal).label("ordinal"),
        )
        .join_from(part, tile_kind, and_(kind.release == release, kind.kind == part.c.kind))
        .group_by(part.c.cell, kind.commodity)
        .subquery("counted")
    )


def _cells(zoom: int, counted: Subquery, sources: Sequence[str]) -> Subquery:
    """Each cell: its place, the mean of its deposits', the counts of a cluster, and the first commodities of its
    deposits with their numbers, the most frequent first."""
    told = counted.c
    number = func.sum(told.n)

    def mean(total: ColumnElement[int]) -> ColumnElement[int]:
        return _shifted(cast(func.div(func.sum(total), number), Integer), MAX_ZOOM - zoom)

    def whole(name: str) -> ColumnElement[int]:
        return cast(func.sum(told[name]), Integer).label(name)

    def none_is_0(name: str) -> ColumnElement[int]:
        return func.coalesce(whole(name), 0).label(name)

    word = told.commodity + ":" + cast(told.n, Text)
    leading = func.array_agg(aggregate_order_by(word, told.n.desc(), told.commodity), type_=ARRAY(Text))
    return (
        select(
            told.cell,
            mean(told.x).label("x"),
            mean(told.y).label("y"),
            func.min(told.first).label("first"),
            func.max(told.last).label("last"),
            func.min(told.ordinal).label("ordinal"),
            cast(number, Integer).label("point_count"),
            *(whole(_count_of(source)) for source in sources),
            *map(none_is_0, ("critical_count", *map(_critical_to, PARTNERS))),
            leading.filter(told.commodity.is_not(None)).label("leading"),
        )
        .group_by(told.cell)
        .subquery("cell")
    )


def _word(counted: ColumnElement[str]) -> ColumnElement[str]:
    """Of a commodity with its number, the commodity."""
    return func.split_part(counted, ":", 1, type_=Text)


def _opens_at(first: ColumnElement[int], last: ColumnElement[int]) -> ColumnElement[int]:
    """The zoom at which the cluster falls apart: that of the first pair of bits in which its outermost keys differ."""
    differs = func.position(literal_column("B'1'").op("IN")(cast(first.op("#")(last), BIT(2 * BITS))))
    apart = (differs + 1) // 2 - CELL_BITS
    return case((first == last, MAX_ZOOM), else_=func.least(apart, MAX_ZOOM))


def _shifted(number: ColumnElement[int], bits: int) -> ColumnElement[int]:
    # PostgreSQL shifts by integers alone, whatever it shifts.
    return number.op(">>")(literal(bits, Integer))


def _count_of(source: str) -> str:
    return f"count_{source}"


def _critical_to(country: str) -> str:
    return f"critical_{country.lower()}"
