"""Takes in rasters that an agency brings: checked, turned into Cloud-Optimised GeoTIFFs, and registered.

rasterio opens nothing but GeoTIFF here, so that no file can lead to another one or to an address.
"""

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rasterio
import rasterio.warp
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.shutil import copy
from rio_tiler.errors import RioTilerError
from rio_tiler.io import Reader
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import raster
from app.domain.raster import DEEPEST_ZOOM, Kind, checked_id, path_of
from app.errors import FileFault, Refused
from app.words import Words, quoted
from ingest.files import put, sealed, sha256_of

# rasterio passes some of GDAL's errors on as they are, and has no public name for those.
_OF_GDAL = (RasterioError, CPLE_BaseError)
# The ramp's ends are found among so many values on each side, evenly chosen.
_SAMPLED = 2048
_PERCENTILES = (2, 98)


@dataclass(frozen=True, slots=True)
class Brought:
    """What its bringer says of a raster."""

    id: str
    title: Words
    licence: str
    citation: str


def add(engine: Engine, path: Path, brought: Brought, folder: Path, max_mb: int) -> str:
    """Takes the file in under its id, and gives the name of the file made of it; raises `FileFault` or `Refused`."""
    checked_id(brought.id)
    with engine.connect() as connection:
        _check_free(connection, brought.id)
    with _opened(path) as source:
        kind = _checked(source, path, max_mb)
        described = _described(source, kind, path)
        source_sha256 = sha256_of(path)
        folder.mkdir(parents=True, exist_ok=True)
        sha256, size, zooms = _put(source, kind, path, folder)
    row = {
        "id": brought.id,
        "title_en": brought.title.en,
        "title_es": brought.title.es,
        "licence": brought.licence,
        "citation": brought.citation,
        "kind": kind.value,
        "sha256": sha256,
        "bytes": size,
        "source_name": path.name,
        "source_sha256": source_sha256,
        "min_zoom": zooms[0],
        "max_zoom": zooms[1],
        **described,
    }
    with engine.begin() as connection:
        # The file is in its place before anybody can ask for it.
        made = insert(raster).values(row).on_conflict_do_nothing().returning(raster.c.id)
        if connection.scalar(made) is None:
            _check_free(connection, brought.id)
    return sha256


def listed(connection: Connection) -> Sequence[Any]:
    """Rows of id, titles, kind, licence, bytes and moment of adding."""
    columns = (raster.c.id, raster.c.title_en, raster.c.title_es, raster.c.kind, raster.c.licence, raster.c.bytes)
    return connection.execute(select(*columns, raster.c.added_at).order_by(raster.c.id)).all()


def remove(engine: Engine, raster_id: str, folder: Path) -> None:
    """Forgets the raster, and deletes its file unless another raster has the same; raises `Refused`."""
    with engine.begin() as connection:
        gone = delete(raster).where(raster.c.id == raster_id).returning(raster.c.sha256)
        sha256 = connection.scalar(gone)
        if sha256 is None:
            known = ", ".join(connection.scalars(select(raster.c.id).order_by(raster.c.id)))
            raise Refused(
                Words(
                    f"there is no raster {quoted(raster_id)}; there are: {known or 'none'}",
                    f"no existe el ráster {quoted(raster_id)}; hay: {known or 'ninguno'}",
                )
            )
        shared = connection.scalar(select(raster.c.id).where(raster.c.sha256 == sha256).limit(1))
    if shared is None:
        path_of(folder, sha256).unlink(missing_ok=True)


def _check_free(connection: Connection, raster_id: str) -> None:
    if connection.scalar(select(raster.c.id).where(raster.c.id == raster_id)):
        raise Refused(
            Words(
                f"there is a raster {raster_id} already; give another id, or `vetalode raster remove {raster_id}`",
                f"ya existe el ráster {raster_id}; dé otro id, o antes `vetalode raster remove {raster_id}`",
            )
        )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file as a raster; what GDAL cannot read, now or later, is a `FileFault`."""
    if not path.is_file():
        raise _fault(path, "there is no such file", "no existe tal archivo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, driver="GTiff") as source:
                yield source
    except _OF_GDAL as fault:
        raise _fault(
            path, f"it is no sound GeoTIFF: {_why(fault)}", f"no es un GeoTIFF íntegro: {_why(fault)}"
        ) from fault


def _why(fault: Exception) -> str:
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__


def _checked(source: Any, path: Path, max_mb: int) -> Kind:
    """Whether it is values or a picture; raises `FileFault` for what is neither, lies nowhere, or is too large."""
    megabytes = source.width * source.height * sum(np.dtype(dtype).itemsize for dtype in source.dtypes) / 1e6
    if megabytes > max_mb:
        raise _fault(
            path,
            f"unpacked it has {megabytes:,.0f} megabytes, and {max_mb:,} are allowed (RASTER_MAX_MB)",
            f"desempacado tiene {megabytes:,.0f} megabytes, y se permiten {max_mb:,} (RASTER_MAX_MB)",
        )
    if source.crs is None or source.transform.is_identity:
        raise _fault(
            path,
            "it is not georeferenced: it needs a coordinate system and the place and size of its cells",
            "no está georreferenciado: le falta el sistema de coordenadas o el lugar y tamaño de sus celdas",
        )
    inks = source.colorinterp
    whole_bytes = set(source.dtypes) == {"uint8"}
    if source.count == 1:
        return Kind.PICTURE if inks[0] is ColorInterp.palette else _check_numbers(source, path)
    if whole_bytes and (source.count == 3 or (source.count == 4 and inks[3] is ColorInterp.alpha)):
        return Kind.PICTURE
    dtypes = ", ".join(sorted(set(source.dtypes)))
    raise _fault(
        path,
        f"it has {source.count} bands of {dtypes}; a raster has one band of values, or a palette, or red, green and "
        "blue (and alpha) of uint8",
        f"tiene {source.count} bandas de {dtypes}; un ráster tiene una banda de valores, o una paleta, o rojo, verde y "
        "azul (y alfa) de uint8",
    )


def _check_numbers(source: Any, path: Path) -> Kind:
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        raise _fault(
            path,
            f"its values are {source.dtypes[0]}; they should be whole numbers or floats",
            f"sus valores son {source.dtypes[0]}; deben ser enteros o de punto flotante",
        )
    return Kind.VALUES


def _described(source: Any, kind: Kind, path: Path) -> dict[str, Any]:
    """Columns of the register that the file itself tells."""
    low, high = _ramp(source, path) if kind is Kind.VALUES else (None, None)
    colours = [index for index, ink in enumerate(source.colorinterp) if ink is not ColorInterp.alpha]
    return {
        "crs": _name_of(source.crs),
        "width": source.width,
        "height": source.height,
        "bounds": _bounds(source, path),
        "bands": [_band(source, index) for index in colours],
        "low": low,
        "high": high,
    }


def _name_of(crs: Any) -> str:
    authority = crs.to_authority(confidence_threshold=100)
    return ":".join(authority) if authority else str(crs.to_wkt())


def _band(source: Any, index: int) -> dict[str, Any]:
    nodata = source.nodatavals[index]
    # JSON has no number for NaN and the infinite.
    said = nodata if nodata is None or math.isfinite(nodata) else str(nodata)
    name = source.descriptions[index] or str(index + 1)
    return {"name": name, "dtype": source.dtypes[index], "unit": source.units[index] or None, "nodata": said}


def _bounds(source: Any, path: Path) -> list[float]:
    try:
        bounds = rasterio.warp.transform_bounds(source.crs, "EPSG:4326", *source.bounds)
    except _OF_GDAL:
        bounds = (math.inf,) * 4
    if not all(map(math.isfinite, bounds)):
        raise _fault(
            path,
            "its coordinate system does not tell where on earth it lies",
            "su sistema de coordenadas no dice en qué lugar de la Tierra está",
        )
    return list(bounds)


def _ramp(source: Any, path: Path) -> tuple[float, float]:
    """The 2nd and 98th percentile of the values."""
    shape = min(source.height, _SAMPLED), min(source.width, _SAMPLED)
    sampled = source.read(1, out_shape=shape, masked=True)
    values = sampled.compressed().astype(np.float64)
    values = values[np.isfinite(values)] * source.scales[0] + source.offsets[0]
    if not values.size:
        raise _fault(path, "it has no value: all is nodata", "no tiene ningún valor: todo es nodata")
    low, high = np.percentile(values, _PERCENTILES)
    return float(low), float(high)


def _put(source: Any, kind: Kind, path: Path, folder: Path) -> tuple[str, int, tuple[int, int]]:
    """Makes the Cloud-Optimised GeoTIFF, and puts it in its place whole; its sha256, size, and least and most zoom."""
    # Numbers of a palette have no middle between them.
    overviews = "nearest" if ColorInterp.palette in source.colorinterp else "average"
    with TemporaryDirectory(dir=folder, suffix=".unfinished") as beside:
        made = Path(beside) / "raster.tif"
        copy(
            source,
            made,
            driver="COG",
            compress="DEFLATE",
            predictor="YES" if kind is Kind.VALUES else "NO",
            bigtiff="IF_SAFER",
            overview_resampling=overviews,
        )
        zooms = _zooms(made, path)
        sha256 = sealed(made)
        put(made, path_of(folder, sha256))
        return sha256, made.stat().st_size, zooms


def _zooms(made: Path, path: Path) -> tuple[int, int]:
    """The zooms of Web Mercator that show the raster: from one that has it in a tile to one as fine as its cells."""
    try:
        with Reader(str(made)) as reader:
            return min(reader.minzoom, DEEPEST_ZOOM), min(reader.maxzoom, DEEPEST_ZOOM)
    except RioTilerError as fault:
        raise _fault(
            path, f"it cannot be cut into tiles: {_why(fault)}", f"no se puede dividir en teselas: {_why(fault)}"
        ) from fault


def _fault(path: Path, en: str, es: str) -> FileFault:
    return FileFault(Words(f"{path}: {en}", f"{path}: {es}"))
