"""Coordinates into WGS 84 by an operation that is chosen and named, never left to a default; the one door to PROJ."""

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from pyproj import CRS, Transformer
from pyproj.transformer import TransformerGroup

from app.errors import FileFault
from app.words import Words
from ingest import angles
from ingest.rows import RowRejected, rejected

WGS84 = "EPSG:4326"

# Frames whose way to WGS 84 is the same wherever a point lies: ITRF2008 and ITRF92 of Mexico (geographic, UTM 11N to
# 16N, LCC), WGS 84 / UTM 11N to 16N, Web Mercator.
_EVERYWHERE = frozenset(
    f"EPSG:{code}" for code in (6365, *range(6366, 6373), 4483, *range(4484, 4490), 6362, *range(32611, 32617), 3857)
)
_NAD27 = frozenset(f"EPSG:{code}" for code in (4267, *range(26711, 26717)))
_NAD83 = frozenset(f"EPSG:{code}" for code in (4269, *range(26911, 26917)))

# EPSG operations to WGS 84 by country. PROJ and PostGIS left to themselves pick operation 1175 (CONUS west of the
# Mississippi, 7 m) for NAD27 in northern Mexico too, since its box reaches south to 25.83 degrees and its stated
# accuracy beats the 12 m of 1187, which is Mexico's own: up to 9.8 m off. The US grids (conus) are not in PROJ's
# wheel; were they installed, they would still have to be added here.
_CHOSEN = {
    ("NAD27", "MX"): (1187,),
    ("NAD27", "US"): (1175, 1174, 1176),
    ("NAD27", "CA"): (1172,),
    ("NAD83", "MX"): (1188,),
    ("NAD83", "US"): (1252, 1188),
    ("NAD83", "CA"): (1188,),
}
# It moves nothing, so it may be used beyond its box, which leaves out Puerto Rico and the south of Mexico.
_MOVES_NOTHING = 1188


@dataclass(frozen=True, slots=True)
class Operation:
    """How coordinates of one frame become WGS 84, and by how many metres that may be off."""

    source_crs: str
    name: str
    accuracy_m: float
    transformer: Transformer | None
    everywhere: bool

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude in degrees, from easting (or longitude) before northing (or latitude)."""
        if self.transformer is None:
            return x, y
        longitude, latitude = self.transformer.transform(x, y)
        return longitude, latitude


_STAYS = Operation(WGS84, "none", 0.0, None, everywhere=True)


def check_frame(source_crs: str) -> None:
    """Raises `FileFault` for a frame that we know no way from to WGS 84."""
    if source_crs != WGS84 and source_crs not in _EVERYWHERE | _NAD27 | _NAD83:
        raise FileFault(
            Words(
                f"the coordinate system {source_crs} is not one that we know how to bring to WGS 84; "
                "export the layer in EPSG:4326 or EPSG:6372",
                f"no sabemos llevar el sistema de coordenadas {source_crs} a WGS 84; "
                "exporte la capa en EPSG:4326 o EPSG:6372",
            )
        )


def to_wgs84(x: float, y: float, source_crs: str, country: str | None) -> tuple[float, float, Operation]:
    """Longitude, latitude and the operation that gave them; NAD27 and NAD83 need the country to choose it.

    Raises `RowRejected` where none can be chosen, or where the point lies outside its coordinate system.
    """
    if source_crs == WGS84:
        return (*_STAYS.apply(x, y), _STAYS)
    for found in _operations(source_crs, country):
        longitude, latitude = found.apply(x, y)
        if abs(longitude) <= 180 and abs(latitude) <= 90 and _covers(found, longitude, latitude):
            return longitude, latitude, found
    if source_crs in _NAD27 | _NAD83 and (_datum(source_crs), country or "") not in _CHOSEN:
        raise rejected(
            "position-frame",
            None,
            source_crs,
            f"the position is in {source_crs}; for country {country or '-'} no operation to WGS 84 is chosen",
            f"la posición está en {source_crs}; para el país {country or '-'} no hay operación elegida",
        )
    raise out_of_range("x,y", f"{x},{y}", None)


@cache
def _operations(source_crs: str, country: str | None) -> tuple[Operation, ...]:
    """The operations of a frame that may be used for a country, the first choice first."""
    check_frame(source_crs)
    if source_crs in _EVERYWHERE:
        return (_operation(source_crs, _transformers(source_crs)[0], everywhere=True),)
    by_code = {code: one for one in _transformers(source_crs) for code in _codes(one)}
    chosen = _CHOSEN.get((_datum(source_crs), country or ""), ())
    return tuple(
        _operation(source_crs, by_code[code], everywhere=code == _MOVES_NOTHING) for code in chosen if code in by_code
    )


def _transformers(source_crs: str) -> list[Transformer]:
    """All ways that PROJ knows without a grid that is not installed, of which it warns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Best transformation is not available")
        return TransformerGroup(source_crs, WGS84, always_xy=True).transformers


def _operation(source_crs: str, transformer: Transformer, *, everywhere: bool) -> Operation:
    name = " + ".join(_steps(transformer))
    return Operation(source_crs, name, max(transformer.accuracy, 0.0), transformer, everywhere)


def _covers(found: Operation, longitude: float, latitude: float) -> bool:
    """Whether the operation may be used at the point: its area of use holds it, or it is good everywhere."""
    area = found.transformer.area_of_use if found.transformer else None
    if found.everywhere or area is None:
        return True
    return area.west <= longitude <= area.east and area.south <= latitude <= area.north


def _datum(source_crs: str) -> str:
    return "NAD27" if source_crs in _NAD27 else "NAD83"


def _codes(transformer: Transformer) -> Iterator[int]:
    for step in transformer.operations or ():
        authority = step.to_json_dict().get("id")
        if authority:
            yield authority["code"]


def _steps(transformer: Transformer) -> Iterator[str]:
    """The operation's steps with their EPSG codes, less the swapping of axes, which moves nothing."""
    for step in transformer.operations or ():
        if not step.name.startswith("axis order change"):
            authority = step.to_json_dict().get("id")
            yield f"{step.name} (EPSG:{authority['code']})" if authority else step.name


def numbers(x: object, y: object, fields: tuple[str, str], *, geographic: bool) -> tuple[float, float]:
    """The two coordinates as numbers, from decimals or degrees, minutes and seconds; raises `RowRejected`."""
    east, north = (angles.longitude, angles.latitude) if geographic else (angles.decimal, angles.decimal)
    pair = _number(x, fields[0], east), _number(y, fields[1], north)
    if pair == (0, 0):
        raise rejected(
            "position-null-island",
            ",".join(fields),
            f"{x},{y}",
            "the position is 0, 0, which stands for a position that is not known",
            "la posición es 0, 0, que significa que la posición no se conoce",
        )
    if geographic and abs(pair[0]) > 180:
        raise out_of_range(fields[0], str(x), 180)
    if geographic and abs(pair[1]) > 90:
        raise out_of_range(fields[1], str(y), 90)
    return pair


def is_geographic(source_crs: str) -> bool:
    return source_crs == WGS84 or CRS(source_crs).is_geographic


def _number(value: object, field: str, read: Callable[[str], float | None]) -> float:
    text = "" if value is None else str(value).strip()
    if not text:
        raise rejected(
            "position-missing",
            field,
            None,
            f"{field} is empty; without a position the row cannot be put on a map",
            f"{field} está vacío; sin posición la fila no se puede poner en un mapa",
        )
    number = read(text)
    if number is None or not math.isfinite(number):
        raise rejected(
            "position-not-a-number",
            field,
            text,
            f"{field} is {text!r}; it should be a decimal number such as -110.30066, or degrees, minutes and seconds",
            f"{field} es {text!r}; debería ser un número decimal como -110.30066, o grados, minutos y segundos",
        )
    return number


def out_of_range(field: str, value: str, limit: int | None) -> RowRejected:
    """The rejection of a position beyond the globe or beyond its coordinate system."""
    right_en = f"it lies between -{limit} and {limit}" if limit else "it lies outside its coordinate system"
    right_es = f"va de -{limit} a {limit}" if limit else "queda fuera de su sistema de coordenadas"
    return rejected(
        "position-out-of-range", field, value, f"{field} is {value}; {right_en}", f"{field} es {value}; {right_es}"
    )
