"""A release's deposits as an archive of tiles, every zoom of the pyramid."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, Row, text

from app.db.tables import tile_point
from app.domain.bbox import Bbox
from app.domain.deposit import ReleaseLevel
from app.tiles import drawing
from app.tiles.pyramid import MAX_ZOOM
from ingest import archives
from ingest.archives import Numbered

# PostgreSQL works at one zoom for each of them.
_AT_ONCE = min(4, os.cpu_count() or 1)


def bake(engine: Engine, release: int, folder: Path) -> str | None:
    """The name of the archive; None where a release has nothing that anyone may see."""
    with engine.connect() as connection:
        sources = connection.execute(_SOURCES, {"id": release}).all()
        name, bounds = connection.execute(_RELEASE, {"id": release}).one()
    ids = [source.id for source in sources]
    metadata = {
        "name": "Vetalode",
        "description": "Mineral deposits · Yacimientos minerales",
        "version": name,
        "type": "overlay",
        "attribution": " · ".join(source.agency for source in sources),
        "vector_layers": [
            {"id": drawing.LAYER, "fields": drawing.fields(ids), "minzoom": 0, "maxzoom": MAX_ZOOM},
        ],
    }
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        zooms = pool.map(lambda zoom: _tiles(engine, zoom, release, ids), range(MAX_ZOOM + 1))
        return archives.write(folder, (tile for tiles in zooms for tile in tiles), Bbox(*bounds), metadata)


_SOURCES = text("""
    SELECT source.id, source.agency FROM release_source JOIN source ON source.id = release_source.source
    WHERE release_source.release = :id ORDER BY source.id
""")
_RELEASE = text("SELECT name, bounds FROM release WHERE id = :id")


def _tiles(engine: Engine, zoom: int, release: int, sources: Sequence[str]) -> list[Numbered]:
    """All tiles of a zoom, by their numbers."""
    public = tile_point.c.release_level <= ReleaseLevel.PUBLIC
    with engine.connect() as connection:
        # What is sorted for a zoom of a full-sized release fits into so much.
        connection.execute(text("SET LOCAL work_mem = '64MB'"))
        return sorted(_numbered(connection.execute(drawing.of_zoom(zoom, public, release, sources)), zoom))


def _numbered(rows: Iterable[Row[int, int, bytes]], zoom: int) -> Iterator[Numbered]:
    return (archives.numbered(zoom, x, y, bytes(tile)) for x, y, tile in rows)
