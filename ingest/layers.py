"""Vector files (shapefile, GeoPackage) as rows; the one door to geopandas."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
from pyogrio.errors import DataSourceError
from shapely import MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from app.errors import FileFault
from app.words import Words


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of points: its frame as an EPSG code, and its features as attributes with x and y (None: no point)."""

    source_crs: str
    rows: int
    encoding: str
    features: Iterator[tuple[dict[str, Any], tuple[float, float] | None]]


def read_layer(path: Path) -> Layer:
    """The only layer of a vector file; raises `FileFault` where there is none, several, or no stated frame."""
    try:
        layers = [name for name, geometry in pyogrio.list_layers(path) if geometry is not None]
        if len(layers) != 1:
            held = ", ".join(layers) or "-"
            raise _fault(
                path,
                f"it should hold one layer of points; it holds: {held}",
                f"debe contener una sola capa de puntos; contiene: {held}",
            )
        frame = geopandas.read_file(path, layer=layers[0], engine="pyogrio")
    except DataSourceError as fault:
        raise _fault(
            path,
            f"it is not a vector file that can be read ({fault})",
            f"no es un archivo vectorial que se pueda leer ({fault})",
        ) from fault
    if frame.crs is None or frame.crs.to_epsg() is None:
        raise _fault(
            path,
            "it does not say its coordinate system (a shapefile says it in its .prj)",
            "no dice su sistema de coordenadas (un shapefile lo dice en su .prj)",
        )
    encoding = str(pyogrio.read_info(path, layer=layers[0])["encoding"]).lower()
    return Layer(f"EPSG:{frame.crs.to_epsg()}", len(frame), encoding, _features(frame))


def _features(frame: geopandas.GeoDataFrame) -> Iterator[tuple[dict[str, Any], tuple[float, float] | None]]:
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


def _fault(path: Path, en: str, es: str) -> FileFault:
    return FileFault(Words(f"{path.name}: {en}", f"{path.name}: {es}"))
