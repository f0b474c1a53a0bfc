"""Countries and states as an archive of tiles: the boundaries against which positions are checked, for the eye."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from app.domain.mercator import GIRTH_M, WORLD
from app.domain.vocabulary import Term, vocabulary
from app.tiles.pyramid import BOUNDARIES, BOUNDARIES_MAX_ZOOM, BOUNDARY_NAMES, BUFFER, EXTENT
from ingest import archives
from ingest.archives import Numbered
from ingest.places import BUILT

_FIELDS = {"level": "String", "code": "String", "country": "String", "name_en": "String", "name_es": "String"}


def bake(engine: Engine, folder: Path) -> str | None:
    """The name of the archive, made where the folder has none of the same lines and names. None where set-up has built
    no boundaries."""
    if not BUILT.is_file():
        return None
    lines = BUILT.read_bytes()
    fingerprint = _fingerprint(lines)
    if name := archives.made_from(folder, fingerprint):
        return name
    metadata = {
        "name": "Vetalode",
        "description": "Countries and states · Países y estados",
        "type": "overlay",
        "attribution": "Natural Earth",
        "made_from": fingerprint,
        "vector_layers": [
            {"id": layer, "fields": _FIELDS, "minzoom": 0, "maxzoom": BOUNDARIES_MAX_ZOOM}
            for layer in (BOUNDARIES, BOUNDARY_NAMES)
        ],
    }
    with engine.begin() as connection:
        _load(connection, lines)
        return archives.write(folder, _tiles(connection), WORLD, metadata)


def _fingerprint(lines: bytes) -> str:
    words = [(code, term.label.en, term.label.es) for code, term in _terms().items()]
    # With its own text, since that says how they are drawn.
    return sha256(lines + repr(words).encode() + Path(__file__).read_bytes()).hexdigest()


def _terms() -> Mapping[str, Term]:
    return {**vocabulary("country").terms, **vocabulary("state").terms}


def _load(connection: Connection, lines: bytes) -> None:
    """The boundaries as a table of their own, in metres of Web Mercator; a country of states is all its states."""
    connection.execute(text("CREATE TEMPORARY TABLE part (country text, state text, geom geometry) ON COMMIT DROP"))
    for line in lines.decode().splitlines():
        feature = json.loads(line)
        said = feature["properties"] | {"shape": json.dumps(feature["geometry"])}
        connection.execute(_PART, said)
    connection.execute(text("CREATE TEMPORARY TABLE named (code text PRIMARY KEY, en text, es text) ON COMMIT DROP"))
    rows = [{"code": code, "en": term.label.en, "es": term.label.es} for code, term in _terms().items()]
    connection.execute(text("INSERT INTO named VALUES (:code, :en, :es)"), rows)
    connection.execute(_PIECES)
    connection.execute(_NAMES)


# Latitudes that Web Mercator does not have are cut off.
_PART = text("""
    INSERT INTO part SELECT :country, :state, ST_Transform(ST_Intersection(ST_MakeValid(ST_SetSRID(
        ST_GeomFromGeoJSON(:shape), 4326)), ST_MakeEnvelope(-180, -85.05, 180, 85.05, 4326)), 3857)
""")

_PIECES = text("""
    CREATE TEMPORARY TABLE piece ON COMMIT DROP AS
    SELECT 0 AS x, 0 AS y, level, boundary.code, country, named.en AS name_en, named.es AS name_es, geom
    FROM (SELECT 'country' AS level, country AS code, country, ST_UnaryUnion(ST_Collect(geom)) AS geom
          FROM part GROUP BY country
          UNION ALL
          SELECT 'state', state, country, geom FROM part WHERE state IS NOT NULL) AS boundary
    JOIN named ON named.code = boundary.code
""")

# In the midst of the largest part: a name for each part of each tile would be many. To 20 km, near enough for that.
_NAMES = text("""
    CREATE TEMPORARY TABLE label ON COMMIT DROP AS
    SELECT DISTINCT ON (code) level, code, country, name_en, name_es,
           (ST_MaximumInscribedCircle(coalesce(ST_Simplify(part.geom, 20000), part.geom))).center AS geom
    FROM piece CROSS JOIN LATERAL ST_Dump(geom) AS part
    ORDER BY code, ST_Area(part.geom) DESC
""")

# What lies in a tile is cut out of what lies in the larger tile around it, with an eighth of its side to spare.
_FINER = """
    CREATE TEMPORARY TABLE finer ON COMMIT DROP AS
    SELECT tile.x, tile.y, level, code, country, name_en, name_es, ST_ClipByBox2D(geom, spared) AS geom
    FROM piece
    CROSS JOIN (VALUES (0, 0), (0, 1), (1, 0), (1, 1)) AS quarter (x, y)
    CROSS JOIN LATERAL (SELECT 2 * piece.x + quarter.x AS x, 2 * piece.y + quarter.y AS y) AS tile
    CROSS JOIN LATERAL ST_TileEnvelope(:zoom, tile.x, tile.y, margin => 0.125) AS spared
    WHERE geom && spared;
    DROP TABLE piece;
    ALTER TABLE finer RENAME TO piece
"""

# Thinned by what a unit cannot show.
_DRAWN = text("""
    WITH drawn AS (
        SELECT x, y, level, code, country, name_en, name_es,
               ST_AsMVTGeom(ST_Simplify(geom, :half_a_unit, true), ST_TileEnvelope(:zoom, x, y), 4096, 64) AS geom
        FROM piece
    )
    SELECT x, y, ST_AsMVT(said.*, 'boundaries', 4096, 'geom' ORDER BY drawn.level, drawn.code)
    FROM drawn
    CROSS JOIN LATERAL (SELECT drawn.level, drawn.code, drawn.country, name_en, name_es, drawn.geom) AS said
    WHERE drawn.geom IS NOT NULL
    GROUP BY x, y
""")


_NAMED = text("""
    SELECT x, y, ST_AsMVT(said.*, 'boundary_names', 4096, 'geom' ORDER BY label.level, label.code)
    FROM label
    CROSS JOIN LATERAL (SELECT floor((ST_X(geom) / :girth + 0.5) * :units)::int AS across,
                               floor((0.5 - ST_Y(geom) / :girth) * :units)::int AS down) AS at
    CROSS JOIN LATERAL generate_series((across - :ring) >> 12, (across + :ring) >> 12) AS x
    CROSS JOIN LATERAL generate_series((down - :ring) >> 12, (down + :ring) >> 12) AS y
    CROSS JOIN LATERAL (SELECT label.level, label.code, label.country, name_en, name_es,
                               ST_MakePoint(across - x * 4096, down - y * 4096) AS geom) AS said
    WHERE x BETWEEN 0 AND :last AND y BETWEEN 0 AND :last
    GROUP BY x, y
""")


def _tiles(connection: Connection) -> Iterator[Numbered]:
    for zoom in range(BOUNDARIES_MAX_ZOOM + 1):
        if zoom:
            for statement in _FINER.split(";"):
                connection.execute(text(statement), {"zoom": zoom})
        units = EXTENT << zoom
        tiles = defaultdict[tuple[int, int], bytes](bytes)
        # The layers of a tile stand one after the other.
        for x, y, layer in connection.execute(_DRAWN, {"zoom": zoom, "half_a_unit": GIRTH_M / units / 2}):
            tiles[x, y] += bytes(layer)
        told = {"girth": GIRTH_M, "units": units, "ring": BUFFER, "last": (1 << zoom) - 1}
        for x, y, layer in connection.execute(_NAMED, told):
            tiles[x, y] += bytes(layer)
        yield from sorted(archives.numbered(zoom, *place, tile) for place, tile in tiles.items())
