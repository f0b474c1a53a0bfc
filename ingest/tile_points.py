"""Deposits as tiles draw them, made once at publishing: where each is on the grid, and what a cluster tells of it."""

from app.tiles.pyramid import BITS

KINDS, POINTS = "tile_kind", "tile_point"

# Half the girth of the sphere of EPSG:3857 in metres: the map reaches so far from its middle.
_HALF = "20037508.342789244"
_LAST = (1 << BITS) - 1

# Each step moves the upper half of every group of bits up, until there is room for a bit between all of them.
_STEPS = tuple((by, sum((1 << by) - 1 << at for at in range(0, 64, 2 * by))) for by in (16, 8, 4, 2, 1))


def _units(metres: str) -> str:
    return f"greatest(0, least({_LAST}, floor(({metres}) / (2 * {_HALF}) * {1 << BITS})))::bigint"


def _spread() -> str:
    steps, before = [], "at"
    for by, mask in _STEPS:
        x, y = (f"({before}.{axis} | ({before}.{axis} << {by})) & {mask} AS {axis}" for axis in "xy")
        # Without OFFSET PostgreSQL would write each step twice into the next.
        steps.append(f"CROSS JOIN LATERAL (SELECT {x}, {y} OFFSET 0) AS spread_{by}")
        before = f"spread_{by}"
    return "\n".join(steps)


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
    return f"""
        INSERT INTO {POINTS}_r{release} (
            release, ordinal, x, y, grid, kind, release_level, source, status, country, state, commodities,
            critical_to, critical_lists, id, name)
        SELECT {release}, row_number() OVER (ORDER BY keyed.grid, deposit.id), at.x, at.y, keyed.grid, kind.kind,
               deposit.release_level, deposit.source, deposit.status, deposit.country, deposit.state,
               deposit.commodities, deposit.critical_to, deposit.critical_lists, deposit.id, deposit.name
        FROM deposit_r{release} AS deposit
        JOIN {KINDS}_r{release} AS kind
          ON kind.source = deposit.source AND kind.critical_to = deposit.critical_to
         AND kind.commodity IS NOT DISTINCT FROM deposit.commodities[1]
        CROSS JOIN LATERAL (
            SELECT {_units(f"ST_X(deposit.geom_3857) + {_HALF}")} AS x,
                   {_units(f"{_HALF} - ST_Y(deposit.geom_3857)")} AS y OFFSET 0) AS at
        {_spread()}
        CROSS JOIN LATERAL (SELECT spread_1.x | (spread_1.y << 1) AS grid OFFSET 0) AS keyed
        ORDER BY keyed.grid, deposit.id
    """
