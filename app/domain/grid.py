"""The equal-area grids on which deposits are counted: cells of one size, anchored to the origin of a projection."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.errors import BadValue
from app.words import Words

SMALLEST_CELL_M, LARGEST_CELL_M = 1_000, 500_000
DEFAULT_CELL_M = 25_000
# Sixty-four megabytes of counts.
MOST_CELLS = 16_000_000

# West, south, east, north in metres.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """A projection in which all places of the earth have a position, and equal areas have equal size.

    `shown` is what a map of it shows where nothing else tells; `torn` is the longitude at whose sides it falls apart.
    """

    code: str
    srid: int
    name: Words
    shown: Box
    torn: float


_ALL = (
    # Both poles included, though its authority gives its area as 86 S to 86 N.
    Grid(
        "EPSG:6933",
        6933,
        Words("EASE-Grid 2.0 Global, cylindrical equal-area", "EASE-Grid 2.0 Global, cilíndrica equivalente"),
        (-17_400_000, -7_350_000, 17_400_000, 7_350_000),
        180.0,
    ),
    Grid(
        "ESRI:102008",
        102008,
        Words("North America Albers, conic equal-area", "Albers de América del Norte, cónica equivalente"),
        (-4_500_000, -3_500_000, 4_000_000, 4_500_000),
        84.0,
    ),
)
GRIDS: Mapping[str, Grid] = MappingProxyType({grid.code: grid for grid in _ALL})


@dataclass(frozen=True, slots=True)
class Window:
    """Cells of a grid: the first column from the grid's origin to the east, the first row to the north, how many."""

    column: int
    row: int
    width: int
    height: int

    @property
    def cells(self) -> int:
        return self.width * self.height


def grid_of(text: str) -> Grid:
    """The grid of that code; raises `BadValue`."""
    if text.upper() not in GRIDS:
        listed = Words(" or ".join(GRIDS), " o ".join(GRIDS))
        raise BadValue(Words(f"grid={text!r}: it is {listed.en}", f"grid={text!r}: es {listed.es}"))
    return GRIDS[text.upper()]


def cell_of(text: str) -> int:
    """The side of a cell in metres; raises `BadValue`."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 7 else 0
    if not SMALLEST_CELL_M <= number <= LARGEST_CELL_M:
        raise BadValue(
            Words(
                f"cell={text!r}: it is a whole number of metres from {SMALLEST_CELL_M} to {LARGEST_CELL_M}",
                f"cell={text!r}: es un número entero de metros de {SMALLEST_CELL_M} a {LARGEST_CELL_M}",
            )
        )
    return number


def window(box: Box, cell_m: int) -> Window:
    """The cells that hold the box; one on whose edge it ends is held too."""
    west, south, east, north = (math.floor(edge / cell_m) for edge in box)
    return Window(west, south, east - west + 1, north - south + 1)


def check_fits(box: Box, cell_m: int, most: Window) -> None:
    """Raises `BadValue`, naming the smallest cell that would do, for more cells, columns or rows than `most`."""
    asked = window(box, cell_m)
    if _fits(asked, most):
        return
    smallest = cell_m
    while not _fits(window(box, smallest), most):
        smallest += 100
    raise BadValue(
        Words(
            f"cell={cell_m}: what was found lies in {asked.width} × {asked.height} cells of that size, too many for "
            f"one file; the smallest cell for it is {smallest} metres, or ask for a smaller area",
            f"cell={cell_m}: lo encontrado ocupa {asked.width} × {asked.height} celdas de ese tamaño, demasiadas "
            f"para un archivo; la menor celda posible es de {smallest} metros, o pida un área menor",
        )
    )


def _fits(asked: Window, most: Window) -> bool:
    return asked.width <= most.width and asked.height <= most.height and asked.cells <= MOST_CELLS
