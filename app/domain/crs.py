"""The coordinate reference systems in which positions are asked for and given."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.errors import BadValue
from app.words import Words

_DEGREES = 6
_METRES = 1


Area = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Crs:
    """A system by its OGC address, as PostGIS knows it, and its name.

    `northing_first` tells that its authority puts latitude (or northing) first, which PostGIS never does.
    `decimals` give about a decimetre. `area` is where a projected system has positions: west, south, east, north in
    degrees; None for a geographic one.
    """

    uri: str
    srid: int
    name: str
    northing_first: bool
    decimals: int
    area: Area | None = None

    @property
    def geographic(self) -> bool:
        return self.area is None


_EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"


def _geographic(srid: int, name: str) -> Crs:
    # EPSG puts latitude first in all its geographic systems.
    return Crs(_EPSG.format(srid), srid, name, northing_first=True, decimals=_DEGREES)


# Beyond these PROJ has no answer for some places, and PostGIS an error: for the south pole in a conic, for the equator
# 85 degrees away in a transverse Mercator.
_REACH, _SOUTH, _NORTH = 75.0, -60.0, 85.0


def _utm(srid: int, name: str, zone: int) -> Crs:
    middle = 6 * zone - 183
    area = (max(middle - _REACH, -180.0), _SOUTH, middle + _REACH, _NORTH)
    return Crs(_EPSG.format(srid), srid, name, northing_first=False, decimals=_METRES, area=area)


def _conic(srid: int, name: str, *, northing_first: bool) -> Crs:
    area = (-100 - _REACH, _SOUTH, -100 + _REACH, _NORTH)
    return Crs(_EPSG.format(srid), srid, name, northing_first, _METRES, area)


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, "WGS 84, longitude first", False, _DEGREES)

_ALL = (
    CRS84,
    _geographic(4326, "WGS 84"),
    Crs(_EPSG.format(3857), 3857, "WGS 84 / Pseudo-Mercator", False, _METRES, (-180.0, -85.06, 180.0, 85.06)),
    # INEGI's conics are defined with the northing first.
    _conic(6372, "Mexico ITRF2008 / LCC", northing_first=True),
    _geographic(6365, "Mexico ITRF2008"),
    *(_utm(32600 + zone, f"WGS 84 / UTM {zone}N", zone) for zone in range(11, 17)),
    *(_utm(6355 + zone, f"Mexico ITRF2008 / UTM {zone}N", zone) for zone in range(11, 17)),
    _conic(6362, "Mexico ITRF92 / LCC", northing_first=True),
    _geographic(4483, "Mexico ITRF92"),
    _geographic(4269, "NAD83"),
    _geographic(6318, "NAD83(2011)"),
    _conic(5070, "NAD83 / Conus Albers", northing_first=False),
)

SYSTEMS: Mapping[str, Crs] = MappingProxyType({crs.uri: crs for crs in _ALL})


def crs_of(parameter: str, text: str) -> Crs:
    """The system of that address, written as a URI, in the angle brackets of a header, or as EPSG:4326; `BadValue`."""
    uri = text.strip().removeprefix("<").removesuffix(">").replace("https://", "http://", 1)
    authority, _, code = uri.partition(":")
    if authority.upper() == "EPSG":
        uri = _EPSG.format(code)
    if uri.upper() in ("OGC:CRS84", "CRS84"):
        return CRS84
    if uri not in SYSTEMS:
        known = ", ".join(sorted({f"EPSG:{crs.srid}" for crs in _ALL}))
        raise BadValue(
            Words(
                f"{parameter}={text!r} is not a system we know; it is the address of CRS84, or of one of {known}",
                f"{parameter}={text!r} no es un sistema conocido; es la dirección de CRS84, o de uno de {known}",
            )
        )
    return SYSTEMS[uri]
