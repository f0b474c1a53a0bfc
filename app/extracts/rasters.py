"""Tiles and values of rasters, read out of their files by threads that do nothing else."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.domain.raster import Kind, Raster, path_of
from app.domain.symbology import raster_ramp
from app.errors import Unavailable
from app.styles.scales import rgb
from app.words import Words

log = logging.getLogger("vetalode")
_TILE_PX = 256
# Each reads a few megabytes at most: tiles come out of the overviews of their zoom.
_THREADS = 2
# What GDAL may keep of files that were read, in megabytes; and it shall not look for files beside.
_GDAL = {"GDAL_CACHEMAX": 64, "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}

_Made = TypeVar("_Made")


class RasterFiles:
    """The files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(_THREADS, "rasters")

    def close(self) -> None:
        """Ends the threads, once what they read is read."""
        self._threads.shutdown()

    async def tile(self, raster: Raster, z: int, x: int, y: int) -> bytes | None:
        """A tile of Web Mercator as PNG; None where nothing of the raster is in it. Raises `Unavailable`."""
        return await self._read(raster, partial(_tile, raster, z, x, y))

    async def point(self, raster: Raster, longitude: float, latitude: float) -> list[float | None]:
        """The value of each band at a place, None where there is none. Raises `Unavailable`."""
        return await self._read(raster, partial(_point, raster, longitude, latitude))

    async def _read(self, raster: Raster, read: Callable[[Path], _Made]) -> _Made:
        path = path_of(self._folder, raster.sha256)
        if not path.is_file():
            raise Unavailable(
                Words(
                    f"the file of raster {raster.id} is not on this machine",
                    f"el archivo del ráster {raster.id} no está en esta máquina",
                )
            )
        return await asyncio.get_running_loop().run_in_executor(self._threads, _sound, raster, read, path)


def _sound(raster: Raster, read: Callable[[Path], _Made], path: Path) -> _Made:
    import rasterio
    from rasterio._err import CPLE_BaseError
    from rasterio.errors import RasterioError
    from rio_tiler.errors import RioTilerError

    try:
        with rasterio.Env(**_GDAL):
            return read(path)
    # rasterio passes some of GDAL's errors on as they are, and has no public name for those.
    except (RasterioError, RioTilerError, CPLE_BaseError) as fault:
        log.warning("%s cannot be read: %s", path, fault)
        raise Unavailable(
            Words(
                f"the file of raster {raster.id} is damaged and cannot be read",
                f"el archivo del ráster {raster.id} está dañado y no se puede leer",
            )
        ) from fault


def _tile(raster: Raster, z: int, x: int, y: int, path: Path) -> bytes | None:
    from rio_tiler.errors import TileOutsideBounds
    from rio_tiler.io import Reader

    with Reader(str(path)) as reader:
        # Numbers of a palette have no middle between them.
        smooth: Any = "nearest" if reader.colormap else "bilinear"
        options = {"resampling_method": smooth, "reproject_method": smooth, "unscale": raster.kind is Kind.VALUES}
        try:
            image = reader.tile(x, y, z, tilesize=_TILE_PX, **options)
        except TileOutsideBounds:
            return None
        if raster.kind is Kind.VALUES:
            return _png(_ramped(image.array[0], raster))
        if reader.colormap:
            image = image.apply_colormap(reader.colormap)
        alpha = np.asarray(image.mask)
        return _png(np.dstack([*np.ma.getdata(image.array)[:3].astype(np.uint8), alpha.astype(np.uint8)]))


def _ramped(values: Any, raster: Raster) -> NDArray[np.uint8]:
    """The colours of values, transparent where there is none."""
    data = np.ma.getdata(values).astype(np.float64)
    there = ~np.ma.getmaskarray(values) & np.isfinite(data)
    low, high = raster.low or 0.0, raster.high or 0.0
    shares = np.clip((np.where(there, data, low) - low) / ((high - low) or 1.0), 0, 1)
    colours = np.array([rgb(colour) for colour in raster_ramp()])
    steps = np.linspace(0, 1, len(colours))
    bands = [np.rint(np.interp(shares, steps, colours[:, band])) for band in range(3)]
    return np.dstack([*bands, np.where(there, 255, 0)]).astype(np.uint8)


def _png(pixels: NDArray[np.uint8]) -> bytes | None:
    if not pixels[..., 3].any():
        return None
    written = BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


def _point(raster: Raster, longitude: float, latitude: float, path: Path) -> list[float | None]:
    from rio_tiler.errors import PointOutsideBounds
    from rio_tiler.io import Reader

    with Reader(str(path)) as reader:
        try:
            found = reader.point(longitude, latitude, unscale=raster.kind is Kind.VALUES)
        except PointOutsideBounds:
            return [None] * len(raster.bands)
        values = np.ma.getdata(found.array).ravel()
        missing = np.ma.getmaskarray(found.array).ravel() | ~np.isfinite(values.astype(np.float64))
        return [None if none else value.item() for value, none in zip(values, missing, strict=True)]
