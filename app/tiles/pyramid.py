"""The pyramid of tiles in Web Mercator, and the grid anchored to the world on which deposits are clustered."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from app.errors import BadValue
from app.words import Words

EXTENT = 4096
# A ring of 64 units, so that a symbol near the edge is drawn whole on both sides of it.
BUFFER = 64
# A unit of a zoom-12 tile is 2.4 m, finer than any position we hold; clients draw deeper zooms from it.
MAX_ZOOM = 12
BOUNDARIES, BOUNDARY_NAMES = "boundaries", "boundary_names"
# The lines are of 1:10 million, whose pen is wider than a unit at this zoom.
BOUNDARIES_MAX_ZOOM = 6

# Positions are counted by units of the deepest zoom: 24 bits on each axis, 48 in the key of both.
BITS = MAX_ZOOM + 12
# A tile has 16 cells on each side, 32 pixels each where a tile is drawn 512 wide: room for a circle with a number.
CELL_BITS = 4
# The ring is found by blocks of 2 × 2 cells: some more is read than it needs, in few ranges.
_BLOCK_BITS = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile by its zoom, column from the west and row from the north."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        check_zoom(self.z, MAX_ZOOM)
        last = 2**self.z - 1
        if not (0 <= self.x <= last and 0 <= self.y <= last):
            raise BadValue(
                Words(
                    f"there is no tile {self.z}/{self.x}/{self.y}; at zoom {self.z} both go from 0 to {last}",
                    f"no existe la tesela {self.z}/{self.x}/{self.y}; en el nivel {self.z} van de 0 a {last}",
                )
            )


def check_zoom(zoom: int, deepest: int) -> None:
    """Raises `BadValue` for a zoom beyond the deepest."""
    if not 0 <= zoom <= deepest:
        raise BadValue(
            Words(
                f"zoom {zoom} is not served; it goes from 0 to {deepest}, deeper ones are drawn from {deepest}",
                f"no hay nivel {zoom}; van de 0 a {deepest}, los más profundos se dibujan desde el {deepest}",
            )
        )


def path_of(folder: Path, archive: str) -> Path:
    """Where the archive of that name is, a PMTiles file."""
    return folder / f"{archive}.pmtiles"


def packed(tile: bytes) -> bytes:
    """A tile as it is stored and sent, in gzip: the same bytes each time, so without the hour."""
    return gzip.compress(tile, compresslevel=6, mtime=0)


def shift_of_cells(zoom: int) -> int:
    """By how many bits a key is shifted to give the cell of a zoom at which deposits are clustered."""
    return 2 * (BITS - CELL_BITS - zoom)


def shifts(tile: Tile) -> tuple[int, ...]:
    """By how many units deposits are moved to be drawn in the tile: beyond the 180th meridian the world goes on."""
    world = EXTENT << tile.z
    last = (1 << tile.z) - 1
    return (0, *((-world,) if tile.x == 0 else ()), *((world,) if tile.x == last else ()))


def ranges(tile: Tile) -> list[tuple[int, int]]:
    """Ranges of keys, the end not included, that hold the tile and its ring, in ascending order."""
    side = _BLOCK_BITS + tile.z
    first_x, first_y, width = tile.x << _BLOCK_BITS, tile.y << _BLOCK_BITS, 1 << _BLOCK_BITS
    columns = [_spread(x & ((1 << side) - 1)) for x in range(first_x - 1, first_x + width + 1)]
    # Morton's order: bit by bit one of x, then one of y from the most significant down, y first.
    rows = [_spread(y) << 1 for y in range(first_y - 1, first_y + width + 1) if 0 <= y < 1 << side]
    shift = 2 * (BITS - side)
    blocks = sorted({x | y for x, y in product(columns, rows)})
    return [(first << shift, end << shift) for first, end in _runs(blocks)]


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    first = end = numbers[0]
    for number in numbers:
        if number > end:
            yield first, end
            first = number
        end = number + 1
    yield first, end


# The bits of each byte with a gap before each.
SPREAD = tuple(sum((byte >> bit & 1) << 2 * bit for bit in range(8)) for byte in range(256))


def _spread(number: int) -> int:
    return SPREAD[number & 255] | SPREAD[number >> 8 & 255] << 16 | SPREAD[number >> 16] << 32
