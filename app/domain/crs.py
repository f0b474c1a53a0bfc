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
    `decimals` give about a decimetre.
    """

    uri: str
    srid: int
    name: str
    northing_first: bool
    decimals: int

    @property
    def geographic(self) -> bool:
        return self.decimals == _DEGREES


_EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"


def _geographic(srid: int, name: str) -> Crs:
    # EPSG puts latitude first in all its geographic systems.
    return Crs(_EPSG.format(srid), srid, name, northing_first=True, decimals=_DEGREES)


def _projected(srid: int, name: str, *, northing_first: bool = False) -> Crs:
    return Crs(_EPSG.format(srid), srid, name, northing_first, _METRES)


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, "WGS 84, longitude first", False, _DEGREES)

_ALL = (
    CRS84,
    _geographic(4326, "WGS 84"),
    _projected(3857, "WGS 84 / Pseudo-Mercator"),
    # INEGI's two conics are defined with the northing first.
    _projected(6372, "Mexico ITRF2008 / LCC", northing_first=True),
    _geographic(6365, "Mexico ITRF2008"),
    *(_projected(32600 + zone, f"WGS 84 / UTM {zone}N") for zone in range(11, 17)),
    *(_projected(6355 + zone, f"Mexico ITRF2008 / UTM {zone}N") for zone in range(11, 17)),
    _projected(6362, "Mexico ITRF92 / LCC", northing_first=True),
    _geographic(4483, "Mexico ITRF92"),
    _geographic(4269, "NAD83"),
    _geographic(6318, "NAD83(2011)"),
    _projected(5070, "NAD83 / Conus Albers"),
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
