"""Rasters to bring: a grid of values and pictures over the north of Sonora, made here and worth nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine

from app.words import Words
from ingest.rasters import Brought

MAGNETICS = Brought(
    "magnetics",
    Words("Magnetics, made up", "Magnetometría, inventada"),
    "Apache-2.0",
    "Made up for tests · Inventado para pruebas",
)
WEST, NORTH, SIDE = -111.0, 31.0, 0.01
WIDTH, HEIGHT = 200, 150


def values() -> Any:
    """From west to east 0 to 199, from north to south a thousandth more each row; a corner without value."""
    grid = np.arange(WIDTH, dtype="float32")[None, :] + np.arange(HEIGHT, dtype="float32")[:, None] / 1000
    grid[:20, :20] = -9999
    return grid


def values_file(path: Path, **other: Any) -> Path:
    return write(path, values()[None], nodata=-9999, unit="nT", **other)


def write(path: Path, bands: Any, *, unit: str | None = None, palette: Any = None, **other: Any) -> Path:
    """Writes the bands as a GeoTIFF."""
    told = {
        "driver": "GTiff",
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": bands.dtype,
        "crs": "EPSG:4326",
        "transform": Affine(SIDE, 0, WEST, 0, -SIDE, NORTH),
        **other,
    }
    with rasterio.open(path, "w", **{name: value for name, value in told.items() if value is not None}) as raster:
        raster.write(bands)
        if unit:
            raster.units = (unit,)
        if palette:
            raster.write_colormap(1, palette)
    return path
