"""Archives of tiles for tests: those of a store's current release."""

import gzip
from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from sqlalchemy import Engine, text, true

from app.tiles import drawing
from app.tiles.pyramid import BOUNDARIES_MAX_ZOOM, MAX_ZOOM, path_of

Numbered = tuple[int, bytes]

# One square country, drawn alike in every tile of every zoom; its name tells archives apart.
_BOUNDARIES = text("""
    SELECT ST_AsMVT(said.*, 'boundaries', 4096, 'geom')
    FROM (SELECT 'country' AS level, 'MX' AS code, 'MX' AS country, :name AS name_en, :name AS name_es,
                 ST_MakeEnvelope(0, 0, 4096, 4096) AS geom) AS said
""")


def write(folder: Path, tiles: Iterable[Numbered], **metadata: str) -> str:
    """The name of an archive of the tiles, by their numbers and not yet zipped."""
    file = BytesIO()
    writer = Writer(file)
    for number, tile in sorted(tiles):
        writer.write_tile(number, gzip.compress(tile, mtime=0))
    told = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}
    box = {"min_lon_e7": -1_200_000_000, "min_lat_e7": 140_000_000, "max_lon_e7": -860_000_000}
    writer.finalize({**told, **box, "max_lat_e7": 330_000_000}, metadata)
    name = sha256(file.getvalue()).hexdigest()
    path_of(folder, name).write_bytes(file.getvalue())
    return name


def deposits(store: Engine, folder: Path) -> str:
    """The archive of the deposits of the current release, told to the store."""
    with store.connect() as connection:
        release = connection.scalar(text("SELECT current_release FROM catalogue"))
        asked = text("SELECT source FROM release_source WHERE release = :release ORDER BY source")
        sources = connection.scalars(asked, {"release": release}).all()
        tiles = [
            (zxy_to_tileid(zoom, x, y), bytes(tile))
            for zoom in range(MAX_ZOOM + 1)
            for x, y, tile in connection.execute(drawing.of_zoom(zoom, true(), release, sources))
        ]
    name = write(folder, tiles, attribution="USGS · SGM")
    _tell(store, "archive", name)
    return name


def boundaries(store: Engine, folder: Path, name: str = "Mexico") -> str:
    """An archive of boundaries, told to the store as that of the current release."""
    with store.connect() as connection:
        tile = bytes(connection.execute(_BOUNDARIES, {"name": name}).scalar_one())
    numbers = range(zxy_to_tileid(BOUNDARIES_MAX_ZOOM + 1, 0, 0))
    archive = write(folder, ((number, tile) for number in numbers), attribution="Natural Earth")
    _tell(store, "boundaries", archive)
    return archive


def _tell(store: Engine, column: str, name: str) -> None:
    with store.begin() as connection:
        said = text(f"UPDATE release SET {column} = :name FROM catalogue WHERE id = current_release")
        connection.execute(said, {"name": name})
