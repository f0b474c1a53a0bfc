"""A box on the globe, in degrees or metres of a reference system, easting before northing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from app.domain.crs import CRS84, Crs
from app.errors import BadValue
from app.words import Words, quoted


@dataclass(frozen=True, slots=True)
class Bbox:
    """West, south, east, north in the units of its system; a west beyond the east crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float
    crs: Crs = CRS84

    @classmethod
    def parse(cls, text: str, crs: Crs = CRS84) -> Self:
        """Four numbers in the order of the system's axes, or six with heights that are read past; `BadValue`."""
        return cls.of([_number(part) for part in text.split(",")], crs, f"bbox={quoted(text)}")

    @classmethod
    def of(cls, numbers: Sequence[float], crs: Crs, said: str) -> Self:
        """The box of those numbers, in the order of the system's axes; `BadValue` begins with what was said."""
        if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
            en, es = "south,west,north,east" if crs.northing_first else "west,south,east,north", "oeste,sur,este,norte"
            es = "sur,oeste,norte,este" if crs.northing_first else es
            raise _bad(said, f"it is four numbers: {en}", f"son cuatro números: {es}")
        west, south, *_, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
        if crs.northing_first:
            west, south, east, north = south, west, north, east
        if crs.geographic and not (-180 <= west <= 180 and -180 <= east <= 180):
            raise _bad(said, "longitudes lie between -180 and 180", "las longitudes van de -180 a 180")
        if crs.geographic and not (-90 <= south <= 90 and -90 <= north <= 90):
            raise _bad(said, "latitudes lie between -90 and 90", "las latitudes van de -90 a 90")
        if south > north:
            raise _bad(said, "its south lies north of its north", "su sur queda al norte de su norte")
        if west > east and not crs.geographic:
            raise _bad(said, "its west lies east of its east", "su oeste queda al este de su este")
        return cls(west, south, east, north, crs)

    def parts(self) -> tuple[Self, ...]:
        """One box, or two when it crosses the 180th meridian."""
        if self.west <= self.east:
            return (self,)
        return replace(self, east=180.0), replace(self, west=-180.0)


def around(boxes: Sequence[Bbox]) -> Bbox:
    """The box of degrees around one or several that do not cross the 180th meridian."""
    return Bbox(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )


def _number(text: str) -> float:
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan


def _bad(said: str, en: str, es: str) -> BadValue:
    return BadValue(Words(f"{said}: {en}", f"{said}: {es}"))
