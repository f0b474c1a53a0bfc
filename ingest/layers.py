"""Vector files (shapefile, GeoPackage, KML) as rows; the one door to geopandas."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely import MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from app.errors import FileFault
from app.words import Words
from ingest.coordinates import WGS84, check_frame
from ingest.kml import read_placemarks
from ingest.readers import NO_ZIP
from ingest.rows import file_fault

# Imported when first needed: they take half of the time in which a command starts.
if TYPE_CHECKING:
    import geopandas

VECTOR_FILES = (".shp", ".gpkg", ".kml", ".kmz")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of points: its frame as an EPSG code, and its features as attributes with x and y (None: no point)."""

    source_crs: str
    encoding: str
    note: Words | None
    features: Iterator[tuple[dict[str, Any], tuple[float, float] | None]]


def read_layer(path: Path, member: str | None = None) -> Layer:
    """The only layer of a vector file, or of a member of a zip; raises `FileFault` where there is none, several,
    or no stated frame that we know."""
    if (member or path.name).lower().endswith((".kml", ".kmz")):
        read = read_placemarks(path)
        return Layer(WGS84, read.encoding, read.note, iter(read.features))
    # pyogrio finds a shapefile at the top of a zip, but not in a folder of it.
    where = f"/vsizip/{path}/{member}" if member else str(path)
    try:
        name = _only_layer(path, where)
        frame, encoding, note = _frame(path, where, name)
    except _damages() as fault:
        raise file_fault(
            path,
            f"it is not a vector file that can be read ({fault})",
            f"no es un archivo vectorial que se pueda leer ({fault})",
        ) from fault
    code = frame.crs.to_epsg() if frame.crs else None
    if code is None:
        raise file_fault(
            path,
            "it does not say a coordinate system that has an EPSG code (a shapefile says it in its .prj)",
            "no dice un sistema de coordenadas que tenga código EPSG (un shapefile lo dice en su .prj)",
        )
    source_crs = f"EPSG:{code}"
    check_frame_of(path, source_crs)
    return Layer(source_crs, encoding, note, _features(frame))


def check_frame_of(path: Path, source_crs: str) -> None:
    """Raises `FileFault`, with the file's name, for a frame that we know no way from to WGS 84."""
    try:
        check_frame(source_crs)
    except FileFault as fault:
        raise file_fault(path, fault.words.en, fault.words.es) from fault


def layer_in(path: Path) -> Layer | None:
    """The layer of a vector file, or of the only one in a zip; None for any other file."""
    if path.suffix.lower() in VECTOR_FILES:
        return read_layer(path)
    member = only_member(path)
    return read_layer(path, member) if member else None


def only_member(path: Path, endings: tuple[str, ...] = VECTOR_FILES) -> str | None:
    """The vector file within a zip, None where there is none; raises `FileFault` where there are several."""
    members = vector_members(path, endings)
    if len(members) > 1:
        held = ", ".join(members)
        raise file_fault(
            path,
            f"the zip should hold one layer; it holds: {held}",
            f"el zip debe contener una sola capa; contiene: {held}",
        )
    return members[0] if members else None


def vector_members(path: Path, endings: tuple[str, ...] = VECTOR_FILES) -> list[str]:
    """The vector files within a zip; none where there are none, or where the file is no zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name for name in archive.namelist() if name.lower().endswith(endings)]
    except NO_ZIP:
        return []


def _damages() -> tuple[type[Exception], ...]:
    """What pyogrio raises for a damaged file; for some .prj it trips over its own variable."""
    from pyogrio.errors import DataLayerError, DataSourceError

    return DataSourceError, DataLayerError, UnicodeDecodeError, UnboundLocalError


def _only_layer(path: Path, where: str) -> str:
    import pyogrio

    layers = [str(name) for name, geometry in pyogrio.list_layers(where) if geometry is not None]
    if len(layers) != 1:
        held = ", ".join(layers) or "-"
        raise file_fault(
            path,
            f"it should hold one layer of points; it holds: {held}",
            f"debe contener una sola capa de puntos; contiene: {held}",
        )
    return layers[0]


def _frame(path: Path, where: str, layer: str) -> "tuple[geopandas.GeoDataFrame, str, Words | None]":
    """The features, and the encoding of their texts. Some Mexican shapefiles say UTF-8 (.cpg) and hold Windows-1252."""
    import geopandas
    import pyogrio

    try:
        frame = geopandas.read_file(where, layer=layer, engine="pyogrio")
        return frame, str(pyogrio.read_info(where, layer=layer)["encoding"]).lower(), None
    except UnicodeDecodeError:
        note = Words(
            f"{path.name} is not UTF-8, as it says; read as Windows-1252",
            f"{path.name} no está en UTF-8, como dice; se lee como Windows-1252",
        )
    return geopandas.read_file(where, layer=layer, engine="pyogrio", encoding="cp1252"), "cp1252", note


def _features(frame: "geopandas.GeoDataFrame") -> Iterator[tuple[dict[str, Any], tuple[float, float] | None]]:
    attributes = frame.drop(columns=frame.geometry.name).astype(object)
    kept = attributes.where(attributes.notna(), None)
    for values, geometry in zip(kept.to_dict(orient="records"), frame.geometry, strict=True):
        yield {str(name): value for name, value in values.items()}, _point(geometry)


def _point(geometry: BaseGeometry | None) -> tuple[float, float] | None:
    """A point's x and y; MRDS and SGM exports write some layers as multi-points of one."""
    if isinstance(geometry, MultiPoint) and len(geometry.geoms) == 1:
        geometry = geometry.geoms[0]
    if isinstance(geometry, Point) and not geometry.is_empty:
        return geometry.x, geometry.y
    return None
