"""Vector tiles of Web Mercator, made by PostGIS: every deposit of the tile, and of a ring around it."""

from dataclasses import dataclass

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.tables import deposit
from app.errors import BadValue
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.queries.where import where
from app.words import Words

LAYER = "deposits"
EXTENT = 4096
# A ring of 64 units, so that a symbol near the edge is drawn whole on both sides of it.
BUFFER = 64
# A unit of a zoom-12 tile is 2.4 m, finer than any position we hold; clients draw deeper zooms from it.
MAX_ZOOM = 12


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile by its zoom, column from the west and row from the north."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_ZOOM:
            raise BadValue(
                Words(
                    f"zoom {self.z} is not served; it goes from 0 to {MAX_ZOOM}, deeper ones are drawn from {MAX_ZOOM}",
                    f"no hay nivel {self.z}; van de 0 a {MAX_ZOOM}, los más profundos se dibujan desde el {MAX_ZOOM}",
                )
            )
        last = 2**self.z - 1
        if not (0 <= self.x <= last and 0 <= self.y <= last):
            raise BadValue(
                Words(
                    f"there is no tile {self.z}/{self.x}/{self.y}; at zoom {self.z} both go from 0 to {last}",
                    f"no existe la tesela {self.z}/{self.x}/{self.y}; en el nivel {self.z} van de 0 a {last}",
                )
            )


def tile_statement(tile: Tile, wanted: DepositFilter, release: Release) -> Select[bytes]:
    """The tile's bytes. The rows are ordered, so that one release always gives the same bytes."""
    bounds = func.ST_TileEnvelope(tile.z, tile.x, tile.y)
    around = func.ST_TileEnvelope(tile.z, tile.x, tile.y, literal_column("margin => 64.0 / 4096"))
    drawn = (
        select(
            func.ST_AsMVTGeom(deposit.c.geom_3857, bounds, EXTENT, BUFFER, True).label("geom"),
            deposit.c.id,
            deposit.c.name,
            deposit.c.source,
            deposit.c.country,
            deposit.c.status,
            deposit.c.commodities[1].label("commodity"),
            func.nullif(func.array_to_string(deposit.c.commodities, ","), "").label("commodities"),
        )
        .where(where(wanted, release.id), deposit.c.geom_3857.op("&&")(around))
        .order_by(deposit.c.id)
        .subquery("drawn")
    )
    return select(func.ST_AsMVT(literal_column("drawn.*"), LAYER, EXTENT, "geom")).select_from(drawn)


FIELDS = {
    "id": "String",
    "name": "String",
    "source": "String",
    "country": "String",
    "status": "String",
    "commodity": "String",
    "commodities": "String",
}


async def tile_bytes(connection: AsyncConnection, tile: Tile, wanted: DepositFilter, release: Release) -> bytes:
    """The tile as Mapbox Vector Tile; empty where no deposit is."""
    made: bytes = (await connection.execute(tile_statement(tile, wanted, release))).scalar_one()
    return bytes(made)
