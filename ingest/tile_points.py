"""Deposits as tiles draw them, made once at publishing: where each is on the grid, and what a cluster tells of it."""

from app.db.tables import POINT_FILTERS
from app.domain.mercator import GIRTH_M
from app.tiles.pyramid import BITS, SPREAD

KINDS, POINTS = "tile_kind", "tile_point"

# The map reaches so far from its middle.
_HALF = GIRTH_M / 2
_LAST = (1 << BITS) - 1

_SPREAD = f"CAST('{{{','.join(map(str, SPREAD))}}}' AS bigint[])"


def _units(metres: str) -> str:
    return f"greatest(0, least({_LAST}, floor(({metres}) / {GIRTH_M} * {1 << BITS})))::int"


def _spread(axis: str) -> str:
    return " | ".join(f"(({_SPREAD})[1 + (({axis} >> {bits}) & 255)] << {2 * bits})" for bits in range(0, BITS, 8))


_FILTERS = ", ".join(POINT_FILTERS)
_ALIKE = "deposit.source, deposit.commodities[1], deposit.critical_to"


def filling_kinds(release: int) -> str:
    """The statement that numbers the kinds of deposits of the release's partition."""
    return f"""
        INSERT INTO {KINDS}_r{release} (release, kind, source, commodity, critical_to)
        SELECT {release}, row_number() OVER (ORDER BY {_ALIKE}), {_ALIKE}
        FROM deposit_r{release} AS deposit
        GROUP BY {_ALIKE}
    """


def filling_points(release: int) -> str:
    """The statement that fills the release's partition of points from those of deposits and kinds."""
    # OFFSET, lest PostgreSQL works out a position wherever it is named. '' is no code; IS NOT DISTINCT FROM would
    # compare each deposit with many kinds.
    return f"""
        INSERT INTO {POINTS}_r{release} (
            release, ordinal, x, y, grid, kind, release_level, source, status, country, state, commodities,
            critical_to, critical_lists, id, name, {_FILTERS})
        SELECT {release}, row_number() OVER (ORDER BY grid, id), x, y, grid, kind, release_level, source, status,
               country, state, commodities, critical_to, critical_lists, id, name, {_FILTERS}
        FROM (SELECT placed.*, ({_spread("x")}) | (({_spread("y")}) << 1) AS grid
              FROM (SELECT deposit.id, deposit.name, deposit.source, deposit.status, deposit.country, deposit.state,
                           deposit.commodities, deposit.critical_to, deposit.critical_lists, deposit.release_level,
                           kind.kind, {_FILTERS},
                           {_units(f"ST_X(deposit.geom_3857) + {_HALF}")} AS x,
                           {_units(f"{_HALF} - ST_Y(deposit.geom_3857)")} AS y
                    FROM deposit_r{release} AS deposit
                    JOIN {KINDS}_r{release} AS kind
                      ON kind.source = deposit.source AND kind.critical_to = deposit.critical_to
                     AND coalesce(kind.commodity, '') = coalesce(deposit.commodities[1], '')
                    OFFSET 0) AS placed
              OFFSET 0) AS keyed
        ORDER BY grid, id
    """
