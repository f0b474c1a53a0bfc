"""A session of readers who pan and zoom over a map: always the same tiles in the same order, no tile twice."""

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

from app.domain.mercator import tile_at

Place = tuple[int, int, int]

FIRST_ZOOM, LAST_ZOOM = 3, 12
_SEED = 20_262
_READERS = 8
# A reader looks at so many maps around a place before going to another.
_MAPS = 12
# From a phone's to a desk's, in tiles.
_VIEWPORTS = ((2, 2), (2, 3), (3, 2), (3, 3), (4, 3))


def session(places: Sequence[tuple[float, float]], tiles: int) -> list[Place]:
    """So many tiles as zoom, column and row, over places given by longitude and latitude."""
    chance = Random(_SEED)
    readers = [_maps(Random(chance.random()), places) for _ in range(_READERS)]
    seen = dict[Place, None]()
    while len(seen) < tiles:
        for maps in readers:
            seen.update(dict.fromkeys(next(maps)))
    return list(seen)[:tiles]


def _maps(chance: Random, places: Sequence[tuple[float, float]]) -> Iterator[list[Place]]:
    """The tiles of one map after the other."""
    while True:
        width, height = chance.choice(_VIEWPORTS)
        longitude, latitude = chance.choice(places)
        zoom = chance.randint(FIRST_ZOOM, LAST_ZOOM)
        east = south = 0
        for _ in range(_MAPS):
            column, row = tile_at(zoom, longitude, latitude)
            yield _shown(zoom, column + east - width // 2, row + south - height // 2, width, height)
            if chance.random() < 1 / 3:
                zoom = max(FIRST_ZOOM, min(LAST_ZOOM, zoom + chance.choice((-1, 1))))
                east = south = 0
            else:
                east, south = east + chance.randint(-2, 2), south + chance.randint(-2, 2)


def _shown(zoom: int, column: int, row: int, width: int, height: int) -> list[Place]:
    last = (1 << zoom) - 1
    columns = [(column + n) & last for n in range(width)]
    rows = [row + n for n in range(height) if 0 <= row + n <= last]
    return [(zoom, x, y) for y, x in product(rows, columns)]
