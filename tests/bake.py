"""Archives of tiles for tests: of the deposits as publishing makes them, of boundaries a square in each tile."""

from pathlib import Path

from sqlalchemy import Engine, text

from app.domain.bbox import Bbox
from app.tiles.pyramid import BOUNDARIES_MAX_ZOOM
from ingest import archives, baking

# Its name tells archives apart.
_SQUARE = text("""
    SELECT ST_AsMVT(said.*, 'boundaries', 4096, 'geom')
    FROM (SELECT 'country' AS level, 'MX' AS code, 'MX' AS country, CAST(:name AS text) AS name_en,
                 CAST(:name AS text) AS name_es, ST_MakeEnvelope(0, 0, 4096, 4096) AS geom) AS said
""")
_MEXICO = Bbox(-120, 14, -86, 33)


def bake(store: Engine, folder: Path, name: str = "Mexico") -> None:
    """Bakes both layers of the current release."""
    with store.connect() as connection:
        release = connection.scalar(text("SELECT current_release FROM catalogue"))
    told = {"archive": baking.bake(store, release, folder), "boundaries": boundaries(store, folder, name)}
    with store.begin() as connection:
        said = text("UPDATE release SET archive = :archive, boundaries = :boundaries WHERE id = :id")
        connection.execute(said, {"id": release, **told})


def boundaries(store: Engine, folder: Path, name: str = "Mexico") -> str | None:
    """An archive of boundaries in which all the world is a country of that name."""
    with store.connect() as connection:
        square = bytes(connection.execute(_SQUARE, {"name": name}).scalar_one())
    places = ((z, x, y) for z in range(BOUNDARIES_MAX_ZOOM + 1) for x in range(1 << z) for y in range(1 << z))
    tiles = sorted(archives.numbered(*place, square) for place in places)
    fields = dict.fromkeys(("level", "code", "country", "name_en", "name_es"), "String")
    metadata = {
        "attribution": "Natural Earth",
        "vector_layers": [{"id": "boundaries", "fields": fields, "minzoom": 0, "maxzoom": BOUNDARIES_MAX_ZOOM}],
    }
    return archives.write(folder, tiles, _MEXICO, metadata)
