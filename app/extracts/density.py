"""Counts of deposits by the cells of an equal-area grid, and the GeoTIFF of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from app.domain.grid import MOST_CELLS, Grid, Window, check_fits, window
from app.queries.density import Found
from app.words import Lang, Words

Counts = NDArray[np.uint32]

# Where nothing is found there is no extent, and a raster has at least a cell.
_NOWHERE = (0.0, 0.0, 0.0, 0.0)
_ANY_SHAPE = Window(0, 0, MOST_CELLS, MOST_CELLS)
_BLOCK = 512

BAND = Words("number of deposits", "número de yacimientos")
UNIT = Words("deposits per cell", "yacimientos por celda")
_OVERVIEWS = Words(
    "each cell is the sum of four of the level below, so every level adds up to all deposits",
    "cada celda es la suma de cuatro del nivel inferior: cada nivel suma todos los yacimientos",
)


@dataclass(frozen=True, slots=True)
class Density:
    """Counts by cell, the first row in the north; `window` is where they lie on the grid."""

    grid: Grid
    cell_m: int
    window: Window
    counts: Counts

    @property
    def deposits(self) -> int:
        return int(self.counts.sum(dtype=np.uint64))

    @property
    def west_m(self) -> int:
        return self.window.column * self.cell_m

    @property
    def north_m(self) -> int:
        return (self.window.row + self.window.height) * self.cell_m


def density(found: Found, grid: Grid, cell_m: int, most: Window = _ANY_SHAPE) -> Density:
    """What was found as a raster around it; raises `BadValue` where that has too many cells, or more than `most`."""
    box = found.box or _NOWHERE
    check_fits(box, cell_m, most)
    where = window(box, cell_m)
    counts = np.zeros((where.height, where.width), np.uint32)
    column, row, deposits = np.frombuffer(found.cells, ">i4").reshape(-1, 3).T
    counts[where.row + where.height - 1 - row, column - where.column] = deposits
    return Density(grid, cell_m, where, counts)


def geotiff(of: Density, provenance: Mapping[str, Any], lang: Lang) -> bytes:
    """A Cloud-Optimised GeoTIFF whose overviews are sums, with where it comes from in its tags."""
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    with ExitStack() as stack:
        levels = [stack.enter_context(_level(of, counts, factor)) for counts, factor in _levels(of.counts)]
        described = stack.enter_context(
            MemoryFile(_described(of, levels, _tags(of, provenance, lang), lang), ext=".vrt")
        )
        made = stack.enter_context(MemoryFile(ext=".tif"))
        # GDAL itself knows no overviews that are sums, but takes those that are there.
        copy(
            described.name,
            made.name,
            driver="COG",
            compress="DEFLATE",
            predictor="YES",
            blocksize=_BLOCK,
            overviews="FORCE_USE_EXISTING",
        )
        return bytes(made.read())


def _levels(counts: Counts) -> Iterator[tuple[Counts, int]]:
    factor = 1
    yield counts, factor
    while max(counts.shape) > _BLOCK:
        counts, factor = _summed(counts), 2 * factor
        yield counts, factor


def _summed(counts: Counts) -> Counts:
    """Four cells together as one; beyond the edges is nothing."""
    even = np.pad(counts, [(0, length % 2) for length in counts.shape])
    fours: Counts = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return fours


def _level(of: Density, counts: Counts, factor: int) -> Any:
    from affine import Affine
    from rasterio.io import MemoryFile

    height, width = counts.shape
    side = of.cell_m * factor
    file = MemoryFile(ext=".tif")
    with file.open(
        driver="GTiff",
        width=width,
        height=height,
        count=1,
        dtype="uint32",
        crs=of.grid.code,
        transform=Affine(side, 0, of.west_m, 0, -side, of.north_m),
    ) as raster:
        raster.write(counts, 1)
    return file


def _described(of: Density, levels: list[Any], tags: Mapping[str, str], lang: Lang) -> bytes:
    """GDAL's description of a raster of which each level is a file."""
    said = "".join(f"<MDI key={quoteattr(name)}>{escape(value)}</MDI>" for name, value in tags.items())
    whole, *overviews = (
        f'<SourceFilename relativeToVRT="0">{escape(file.name)}</SourceFilename><SourceBand>1</SourceBand>'
        for file in levels
    )
    return (
        f'<VRTDataset rasterXSize="{of.window.width}" rasterYSize="{of.window.height}"><SRS>{of.grid.code}</SRS>'
        f"<GeoTransform>{of.west_m}, {of.cell_m}, 0, {of.north_m}, 0, {-of.cell_m}</GeoTransform>"
        f'<Metadata>{said}</Metadata><VRTRasterBand dataType="UInt32" band="1">'
        f"<Description>{BAND.speak(lang)}</Description><UnitType>{UNIT.speak(lang)}</UnitType>"
        f"<SimpleSource>{whole}</SimpleSource>"
        + "".join(f"<Overview>{one}</Overview>" for one in overviews)
        + "</VRTRasterBand></VRTDataset>"
    ).encode()


def _tags(of: Density, provenance: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    """What the file says of itself: readable lines for people, and `provenance` as JSON for programs."""
    sources = provenance["sources"]
    return {
        "TIFFTAG_IMAGEDESCRIPTION": Words(
            f"Number of mineral deposits per cell of {of.cell_m} m, {of.grid.code}",
            f"Número de yacimientos minerales por celda de {of.cell_m} m, {of.grid.code}",
        ).speak(lang),
        "TIFFTAG_SOFTWARE": "Vetalode",
        "TIFFTAG_COPYRIGHT": "; ".join(f"{source['id']}: {source['licence']}" for source in sources),
        "release": provenance["release"],
        "filter": json.dumps(provenance["filter"], ensure_ascii=False),
        "deposits": str(of.deposits),
        "grid": of.grid.code,
        "cell_m": str(of.cell_m),
        "overviews": _OVERVIEWS.speak(lang),
        "synthetic": str(sum(source["synthetic"] for source in sources)),
        "sources": json.dumps(sources, ensure_ascii=False),
    }
