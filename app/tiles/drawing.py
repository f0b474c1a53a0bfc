"""Tiles as SQL: clusters on the grid, points where they are alone; the bytes of one tile, or of all tiles of a zoom.

Features are ordered, so that one release always gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
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
from app.tiles.pyramid import BITS, BUFFER, CELL_BITS, EXTENT, MAX_ZOOM, Tile, ranges, shift_of_cells, shifts

LAYER = "deposits"
# So many first commodities a cluster names, the most frequent first.
_LEADING = 5
# The countries of the plan under which the surveys share.
_PARTNERS = ("US", "MX")
# Below this zoom the ranges of a tile hold most deposits, which are then read sooner as a whole.
_WHOLE_BELOW = 3

_TEXT = ("id", "name", "source", "country", "state", "status", "commodity", "commodities", "critical_to")


def fields(sources: Iterable[str]) -> dict[str, str]:
    """The attributes of points and of clusters, each with its type as TileJSON names it."""
    counts = (*map(_count_of, sources), "critical_count", *map(_critical_to, _PARTNERS))
    return dict.fromkeys(_TEXT, "String") | {
        "point_count": "Number",
        **dict.fromkeys(counts, "Number"),
        "commodity_counts": "String",
        "opens_at": "Number",
    }


def of_tile(tile: Tile, wanted: ColumnElement[bool], release: int, sources: Sequence[str]) -> Select[bytes]:
    """The bytes of a tile of the points that are `wanted`, which come from these sources."""
    near = None if tile.z < _WHOLE_BELOW else ranges(tile)
    drawn = _features(tile.z, wanted, release, sources, near)
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
    drawn = _features(zoom, wanted, release, sources, None)
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


def _attributes(drawn: Subquery) -> Iterator[ColumnElement[Any]]:
    return (column for column in drawn.c if column.name not in ("x", "y", "ordinal"))


def _in_ring(coordinate: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(coordinate >= -BUFFER, coordinate < EXTENT + BUFFER)


def _touched(coordinate: ColumnElement[int], name: str) -> Any:
    """The tiles in which something at the coordinate is drawn: its own, and that in whose ring it is."""
    first, last = (_shifted(coordinate + by, EXTENT.bit_length() - 1) for by in (-BUFFER, BUFFER))
    return func.generate_series(first, last).table_valued("n", name=name).render_derived()


def _features(
    zoom: int, wanted: ColumnElement[bool], release: int, sources: Sequence[str], near: Sequence[tuple[int, int]] | None
) -> Subquery:
    """What a zoom draws: `x` and `y` in its units, `ordinal` to order by, and the attributes."""
    wanted = and_(tile_point.c.release == release, wanted)
    if zoom == MAX_ZOOM:
        points = select(tile_point.c.x, tile_point.c.y, *_of_point(), tile_point.c.ordinal)
        return _near(points, near).where(wanted).subquery("drawn")
    return _clustered(zoom, wanted, release, sources, near).subquery("drawn")


def _near(statement: Select[*tuple[Any, ...]], near: Sequence[tuple[int, int]] | None) -> Select[*tuple[Any, ...]]:
    """Limited to the points whose keys are in the ranges."""
    if near is None:
        return statement.select_from(tile_point)
    firsts, ends = (literal(list(bounds), ARRAY(BigInteger)) for bounds in zip(*near, strict=True))
    part = func.unnest(firsts, ends).table_valued("first", "end", name="near").render_derived()
    within = and_(tile_point.c.grid >= part.c.first, tile_point.c.grid < part.c.end)
    return statement.join_from(part, tile_point, within)


def _of_point() -> Iterator[ColumnElement[Any]]:
    point = tile_point.c
    yield from (point.id, point.name, point.source, point.country, point.state, point.status)
    yield point.commodities[1].label("commodity")
    yield _joined(point.commodities).label("commodities")
    yield _joined(point.critical_to).label("critical_to")


def _joined(codes: ColumnElement[Any]) -> ColumnElement[str]:
    return func.nullif(func.array_to_string(codes, ","), "", type_=Text)


def _clustered(
    zoom: int, wanted: ColumnElement[bool], release: int, sources: Sequence[str], near: Sequence[tuple[int, int]] | None
) -> Select[*tuple[Any, ...]]:
    point = tile_point.c
    counted = select(
        _shifted(point.grid, shift_of_cells(zoom)).label("cell"),
        point.kind,
        cast(func.count(), Integer).label("n"),
        func.sum(point.x).label("x"),
        func.sum(point.y).label("y"),
        func.min(point.grid).label("first"),
        func.max(point.grid).label("last"),
        func.min(point.ordinal).label("ordinal"),
    )
    # Counted by kind first: the points are many, the kinds in a cell are few.
    counted = _near(counted, near).where(wanted).group_by(literal_column("cell"), point.kind)
    part = counted.cte("part")
    kind = and_(tile_kind.c.release == release, tile_kind.c.kind == part.c.kind)
    cell = _cells(part, kind, sources, MAX_ZOOM - zoom)
    led = _led(part, kind)
    many = cell.c.point_count > 1
    alone = and_(point.release == release, point.ordinal == cell.c.ordinal, ~many)
    of_point = {column.name: column for column in _of_point()}
    of_point["commodity"] = case((many, led.c.commodity), else_=of_point["commodity"])
    of_cell = (column for column in cell.c if column.name in fields(sources))
    return select(
        cell.c.x,
        cell.c.y,
        *(column.label(name) for name, column in of_point.items()),
        *(case((many, column)).label(column.name) for column in of_cell),
        case((many, led.c.commodity_counts)).label("commodity_counts"),
        case((many, _opens_at(cell.c.first, cell.c.last))).label("opens_at"),
        cell.c.ordinal,
    ).select_from(cell.outerjoin(led, led.c.cell == cell.c.cell).outerjoin(tile_point, alone))


def _cells(part: Any, kind: ColumnElement[bool], sources: Sequence[str], coarser: int) -> Any:
    """Each cell: its place, the mean of its deposits', and the counts of a cluster."""
    number = func.sum(part.c.n)
    to = tile_kind.c.critical_to

    def counted(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
        return cast(number.filter(condition), Integer).label(name)

    def mean(total: ColumnElement[int]) -> ColumnElement[int]:
        return _shifted(cast(func.div(func.sum(total), number), Integer), coarser)

    return (
        select(
            part.c.cell,
            mean(part.c.x).label("x"),
            mean(part.c.y).label("y"),
            func.min(part.c.first).label("first"),
            func.max(part.c.last).label("last"),
            func.min(part.c.ordinal).label("ordinal"),
            cast(number, Integer).label("point_count"),
            *(counted(tile_kind.c.source == source, _count_of(source)) for source in sources),
            *_critical(counted, to),
        )
        .join_from(part, tile_kind, kind)
        .group_by(part.c.cell)
        .cte("cells")
    )


def _critical(counted: Any, to: ColumnElement[Any]) -> Iterator[ColumnElement[int]]:
    said = {"critical_count": func.cardinality(to) > 0} | {
        _critical_to(country): literal(country) == any_(to) for country in _PARTNERS
    }
    for name, condition in said.items():
        yield func.coalesce(counted(condition, name), 0).label(name)


def _led(part: Any, kind: ColumnElement[bool]) -> Any:
    """The first commodities of each cell's deposits, the most frequent first."""
    number = cast(func.sum(part.c.n), Integer)
    commodity = tile_kind.c.commodity
    place = func.row_number().over(partition_by=part.c.cell, order_by=(number.desc(), commodity))
    ranked = (
        select(part.c.cell, commodity, number.label("n"), place.label("place"))
        .join_from(part, tile_kind, kind)
        .where(commodity.is_not(None))
        .group_by(part.c.cell, commodity)
        .subquery("ranked")
    )
    words = ranked.c.commodity + ":" + cast(ranked.c.n, Text)
    return (
        select(
            ranked.c.cell,
            func.min(ranked.c.commodity).filter(ranked.c.place == 1).label("commodity"),
            func.string_agg(words, aggregate_order_by(literal(","), ranked.c.place)).label("commodity_counts"),
        )
        .where(ranked.c.place <= _LEADING)
        .group_by(ranked.c.cell)
        .cte("led")
    )


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
