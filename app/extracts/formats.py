"""The formats that deposits are given in, by the ending of the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from app.words import Lang, Words


class Making(Enum):
    """How a format is made: as text while it is read, by a process of its own piece by piece, or there as a file."""

    TEXT = "text"
    PIECES = "pieces"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Format:
    """A format; `any_crs` is false where its standard knows no positions but those of WGS 84."""

    ending: str
    media_type: str
    title: Words
    making: Making
    any_crs: bool = True


def _same(title: str) -> Words:
    return Words(title, title)


_ALL = (
    Format("geojson", "application/geo+json", _same("GeoJSON"), Making.TEXT, any_crs=False),
    Format("geojsonl", "application/x-ndjson", _same("NDJSON"), Making.TEXT, any_crs=False),
    Format("geojsons", "application/geo+json-seq", _same("GeoJSON Text Sequence"), Making.TEXT, any_crs=False),
    Format("csv", "text/csv; charset=utf-8", _same("CSV"), Making.PIECES),
    Format("fgb", "application/vnd.flatgeobuf", _same("FlatGeobuf"), Making.FILE),
    Format("gpkg", "application/geopackage+sqlite3", _same("GeoPackage"), Making.FILE),
    Format("parquet", "application/vnd.apache.parquet", _same("GeoParquet"), Making.FILE),
    Format("shp.zip", "application/zip", _same("Shapefile"), Making.FILE),
    Format("kml", "application/vnd.google-earth.kml+xml", _same("KML"), Making.FILE, any_crs=False),
)

# Those of which publishing makes files. Titles and descriptions within a file are in one language.
ENDINGS = ("geojson", "parquet", "fgb", "gpkg", "csv")
LANG_OF_FILES: Lang = "en"

# Tiles, which are made otherwise.
PMTILES = "application/vnd.pmtiles"

FORMATS: Mapping[str, Format] = MappingProxyType({one.ending: one for one in _ALL})


def title_of(ending: str) -> str:
    """What files that end so are called; names of formats are the same in both languages."""
    return FORMATS[ending].title.en if ending in FORMATS else "PMTiles"
