"""A box on the globe, in degrees of WGS 84, longitude before latitude."""

import math
from dataclasses import dataclass
from typing import Self

from app.errors import BadValue
from app.words import Words


@dataclass(frozen=True, slots=True)
class Bbox:
    """West, south, east, north in degrees; a west beyond the east crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Four numbers, or six with heights that are read past (RFC 7946 §5); raises `BadValue`."""
        numbers = [_number(part) for part in text.split(",")]
        if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
            raise _bad(text, "it is four numbers: west,south,east,north", "son cuatro números: oeste,sur,este,norte")
        if len(numbers) == 6:
            del numbers[5], numbers[2]
        west, south, east, north = numbers
        if not (-180 <= west <= 180 and -180 <= east <= 180):
            raise _bad(text, "longitudes lie between -180 and 180", "las longitudes van de -180 a 180")
        if not (-90 <= south <= 90 and -90 <= north <= 90):
            raise _bad(text, "latitudes lie between -90 and 90", "las latitudes van de -90 a 90")
        if south > north:
            raise _bad(text, "its south lies north of its north", "su sur queda al norte de su norte")
        return cls(west, south, east, north)

    def parts(self) -> tuple[Self, ...]:
        """One box, or two when it crosses the 180th meridian."""
        if self.west <= self.east:
            return (self,)
        cls = type(self)
        return cls(self.west, self.south, 180.0, self.north), cls(-180.0, self.south, self.east, self.north)


def _number(text: str) -> float:
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan


def _bad(text: str, en: str, es: str) -> BadValue:
    return BadValue(Words(f"bbox={text!r}: {en}", f"bbox={text!r}: {es}"))
