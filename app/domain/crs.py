"""The coordinate reference systems in which positions are asked for and given."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.errors import BadValue
from app.words import Words

_DEGREES = 6
_METRES = 1


@dataclass(frozen=True, slots=True)
class Crs:
    """A system by its OGC address, as PostGIS knows it, and its name.

    `northing_first` tells that its authority puts latitude (or northing) first, which PostGIS never does.
    `decimals` give about a decimetre. `area` is where a projected system has positions: west, south, east, north in
    degrees, a west beyond the east crossing the 180th meridian; None for a geographic one.
    """

    uri: str
    srid: int
    name: str
    northing_first: bool
    decimals: int
    area: tuple[float, float, float, float] | None = None

    @property
    def geographic(self) -> bool:
        return self.area is None

    @property
    def geographic(self) -> bool:
        return self.decimals == _DEGREES


_EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"


def _geographic(srid: int, name: str) -> Crs:
    # EPSG puts latitude first in all its geographic systems.
    return Crs(_EPSG.format(srid), srid, name, northing_first=True, decimals=_DEGREES)


def _utm(srid: int, name: str, zone: int) -> Crs:
    # Near 90 degrees from its central meridian, on the equator, the projection runs to infinity.
    middle = 6 * zone - 183
    west, east = ((middle + far + 180) % 360 - 180 for far in (-80, 80))
    return Crs(_EPSG.format(srid), srid, name, northing_first=False, decimals=_METRES, area=(west, -84.0, east, 84.0))


def _mexican_conic(srid: int, name: str) -> Crs:
    # INEGI's conics are defined with the northing first; the south pole is infinitely far away.
    area = (-180.0, -80.0, 180.0, 90.0)
    return Crs(_EPSG.format(srid), srid, name, northing_first=True, decimals=_METRES, area=area)


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, "WGS 84, longitude first", False, _DEGREES)

_ALL = (
    CRS84,
    _geographic(4326, "WGS 84"),
    Crs(_EPSG.format(3857), 3857, "WGS 84 / Pseudo-Mercator", False, _METRES, (-180.0, -85.06, 180.0, 85.06)),
    _mexican_conic(6372, "Mexico ITRF2008 / LCC"),
    _geographic(6365, "Mexico ITRF2008"),
    *(_utm(32600 + zone, f"WGS 84 / UTM {zone}N", zone) for zone in range(11, 17)),
    *(_utm(6355 + zone, f"Mexico ITRF2008 / UTM {zone}N", zone) for zone in range(11, 17)),
    _mexican_conic(6362, "Mexico ITRF92 / LCC"),
    _geographic(4483, "Mexico ITRF92"),
    _geographic(4269, "NAD83"),
    _geographic(6318, "NAD83(2011)"),
    Crs(_EPSG.format(5070), 5070, "NAD83 / Conus Albers", False, _METRES, (-180.0, -90.0, 180.0, 90.0)),
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
