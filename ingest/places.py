"""Where a point lies: its country (ISO 3166-1) and, in the United States and Mexico, its state (ISO 3166-2)."""

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from app.domain.vocabulary import vocabulary
from app.errors import Refused
from app.words import Words

BUILT = Path(__file__).parent / "boundaries.geojsonl"

# Natural Earth's 1:10 million lines run up to some 5 km beside the surveyed ones, and leave out small islands.
TOLERANCE_KM = 10.0
_CELL_DEGREES = 0.25
_KM_OF_A_DEGREE = 111.2


class Place(NamedTuple):
    """A country, and the state where its states are known; both None at sea."""

    country: str | None
    state: str | None


_NOWHERE = Place(None, None)


class Places:
    """The boundaries, with a memory of which cells of a grid lie whole in one of them: most points need no polygon."""

    def __init__(self, shapes: Mapping[Place, BaseGeometry]) -> None:
        self._places: list[Place] = list(shapes)
        self._shapes: list[BaseGeometry] = list(shapes.values())
        self._tree = STRtree(self._shapes)
        self._cells: dict[tuple[int, int], Place | None] = {}
        self._by_country: dict[str | None, list[int]] = {}
        for index, place in enumerate(self._places):
            for country in {place.country, _sovereign(place.country)}:
                self._by_country.setdefault(country, []).append(index)

    def at(self, longitude: float, latitude: float) -> Place:
        """The place of a point; off the shore, the nearest one within the tolerance."""
        cell = math.floor(longitude / _CELL_DEGREES), math.floor(latitude / _CELL_DEGREES)
        if cell not in self._cells:
            self._cells[cell] = self._whole(*cell)
        known = self._cells[cell]
        return known if known is not None else self._exact(longitude, latitude)

    def distance_km(self, longitude: float, latitude: float, country: str, state: str | None = None) -> float:
        """How far a point lies from a country (its dependencies included) or state, 0 inside; infinite for one that is
        not known."""
        point = shapely.Point(longitude, latitude)
        shapes = (index for index in self._by_country.get(country, ()) if state in (None, self._places[index].state))
        return min((_km(point, self._shapes[index]) for index in shapes), default=math.inf)

    def _whole(self, column: int, row: int) -> Place | None:
        """The only place of a cell; None where a line runs through it, or where land is near enough to matter."""
        west, south = column * _CELL_DEGREES, row * _CELL_DEGREES
        box = shapely.box(west, south, west + _CELL_DEGREES, south + _CELL_DEGREES)
        touched = self._tree.query(box, predicate="intersects")
        if len(touched) == 1 and self._shapes[touched[0]].contains(box):
            return self._places[int(touched[0])]
        if not len(touched):
            near = self._tree.query(box.buffer(_degrees(TOLERANCE_KM, south)), predicate="intersects")
            return None if len(near) else _NOWHERE
        return None

    def _exact(self, longitude: float, latitude: float) -> Place:
        point = shapely.Point(longitude, latitude)
        inside = self._tree.query(point, predicate="intersects")
        if len(inside):
            return self._places[int(min(inside))]
        near = self._tree.query(point, predicate="dwithin", distance=_degrees(TOLERANCE_KM, latitude))
        away = sorted((_km(point, self._shapes[index]), index) for index in near)
        return self._places[away[0][1]] if away and away[0][0] <= TOLERANCE_KM else _NOWHERE


def _sovereign(country: str | None) -> str | None:
    """MRDS gives New Caledonia as France, and Puerto Rico as the United States."""
    term = vocabulary("country").terms.get(country or "")
    return (term.more["of"] if term else None) or country


def _degrees(km: float, latitude: float) -> float:
    """Degrees of longitude that a distance makes at most at a latitude."""
    return km / (_KM_OF_A_DEGREE * max(math.cos(math.radians(min(abs(latitude) + 1, 89))), 0.02))


def _km(point: shapely.Point, shape: BaseGeometry) -> float:
    """Distance on the sphere to the nearest point in degrees, which near enough is the nearest."""
    if shape.intersects(point):
        return 0.0
    ((x1, y1), (x2, y2)) = shapely.shortest_line(point, shape).coords
    middle = math.radians((y1 + y2) / 2)
    return math.hypot((x2 - x1) * math.cos(middle), y2 - y1) * _KM_OF_A_DEGREE


@cache
def built_places(path: Path = BUILT) -> Places:
    """The boundaries that set-up built; raises `Refused` where it has not."""
    try:
        with path.open(encoding="utf-8") as lines:
            return Places(dict(_read(lines)))
    except FileNotFoundError as fault:
        raise Refused(
            Words(
                f"the boundaries {path.name} have not been built; `make run` builds them",
                f"los límites {path.name} no están construidos; `make run` los construye",
            )
        ) from fault


def _read(lines: Iterator[str]) -> Iterator[tuple[Place, BaseGeometry]]:
    for line in lines:
        said = json.loads(line)["properties"]
        shape = shapely.from_geojson(line)
        shapely.prepare(shape)
        yield Place(said["country"], said["state"]), shape
