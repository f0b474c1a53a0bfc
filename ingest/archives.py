"""Archives of tiles: PMTiles files, each called by the sha256 of its bytes, so that one is never another."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from app.domain.bbox import Bbox
from app.tiles.pyramid import packed, path_of
from ingest.files import put, sealed

# Number and gzipped bytes of a tile.
Numbered = tuple[int, bytes]


def numbered(z: int, x: int, y: int, tile: bytes) -> Numbered:
    """A tile ready for an archive."""
    return zxy_to_tileid(z, x, y), packed(tile)


def write(folder: Path, tiles: Iterable[Numbered], bounds: Bbox, metadata: Mapping[str, Any]) -> str | None:
    """The name of an archive of the tiles, which come by ascending numbers; None where there are none.

    It is put in place whole, or not at all.
    """
    with NamedTemporaryFile(dir=folder, suffix=".unfinished") as out:
        writer = Writer(out)
        # The writer's own file of tiles, which it closes only where it comes to its end.
        with closing(writer.tile_f):
            for number, tile in tiles:
                writer.write_tile(number, tile)
            if not writer.addressed_tiles:
                return None
            writer.finalize(_header(bounds), metadata)
        out.flush()
        made = Path(out.name)
        name = sealed(made)
        put(made, path_of(folder, name))
    return name


def prepare(folder: Path) -> None:
    """Makes the folder, or removes from it what a publish that was killed left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.unfinished"):
        path.unlink(missing_ok=True)


def made_from(folder: Path, fingerprint: str) -> str | None:
    """The name of the archive in the folder whose metadata say that it was `made_from` just that."""
    return next(
        (path.stem for path in sorted(folder.glob("*.pmtiles")) if _told(path, "made_from") == fingerprint), None
    )


def _told(path: Path, name: str) -> object:
    with path.open("rb") as archive:
        return Reader(MmapSource(archive)).metadata().get(name)


def _header(bounds: Bbox) -> dict[str, Any]:
    west, south, east, north = (
        round(degrees * 10_000_000) for degrees in (bounds.west, bounds.south, bounds.east, bounds.north)
    )
    return {
        "version": 3,
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
    }
