"""Positions into WGS 84 by an operation that is chosen and named; the one door to PROJ."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pyproj import Transformer
from pyproj.transformer import TransformerGroup

from app.domain.deposit import Position
from app.errors import FileFault
from app.words import Words
from ingest.rows import RowRejected, rejected

WGS84 = "EPSG:4326"

# Frames whose way to WGS 84 is the same wherever the point lies: ITRF2008 and ITRF92 of Mexico (geographic,
# UTM 11N to 16N, LCC), WGS 84 / UTM 11N to 16N, Web Mercator. NAD27 and NAD83 are not among them: PROJ picks
# their operation by the area a point falls in, and for northern Mexico it picks a US one.
_FRAMES = frozenset(
    f"EPSG:{code}" for code in (6365, *range(6366, 6373), 4483, *range(4484, 4490), 6362, *range(32611, 32617), 3857)
)


@dataclass(frozen=True, slots=True)
class Operation:
    """How coordinates of one frame become WGS 84, and by how many metres that may be off."""

    source_crs: str
    name: str
    accuracy_m: float
    transformer: Transformer | None

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude in degrees, from easting (or longitude) before northing (or latitude)."""
        if self.transformer is None:
            return x, y
        longitude, latitude = self.transformer.transform(x, y)
        return longitude, latitude


@cache
def operation(source_crs: str) -> Operation:
    """How a frame such as EPSG:6372 is brought to WGS 84; `FileFault` for one that we do not know a way for."""
    if source_crs == WGS84:
        return Operation(WGS84, "none", 0.0, None)
    if source_crs not in _FRAMES:
        raise FileFault(
            Words(
                f"the coordinate system {source_crs} is not one that we know how to bring to WGS 84; "
                "export the layer in EPSG:4326 or EPSG:6372",
                f"no sabemos llevar el sistema de coordenadas {source_crs} a WGS 84; "
                "exporte la capa en EPSG:4326 o EPSG:6372",
            )
        )
    best = TransformerGroup(source_crs, WGS84, always_xy=True).transformers[0]
    return Operation(source_crs, " + ".join(_steps(best)), max(best.accuracy, 0.0), best)


def _steps(transformer: Transformer) -> Iterator[str]:
    """The operation's steps with their EPSG codes, less the swapping of axes, which moves nothing."""
    for step in transformer.operations or ():
        if not step.name.startswith("axis order change"):
            authority = step.to_json_dict().get("id")
            yield f"{step.name} (EPSG:{authority['code']})" if authority else step.name


def position(x: object, y: object, source_crs: str, source_accuracy_m: float, fields: tuple[str, str]) -> Position:
    """A checked point of WGS 84; raises `RowRejected` for one that cannot be used.

    `x` and `y` are longitude and latitude (or easting and northing) as the source writes them, `fields` their names.
    The accuracy is the root of the squares of the source's own and the operation's (metres).
    """
    found = operation(source_crs)
    numbers = _number(x, fields[0]), _number(y, fields[1])
    if numbers == (0, 0):
        raise rejected(
            "position-null-island",
            ",".join(fields),
            f"{x},{y}",
            "the position is 0, 0, which stands for a position that is not known",
            "la posición es 0, 0, que significa que la posición no se conoce",
        )
    if found.transformer is None:
        _check_degrees(*numbers, fields)
    longitude, latitude = found.apply(*numbers)
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise _out_of_range(",".join(fields), f"{x},{y}")
    return Position(longitude, latitude, math.hypot(source_accuracy_m, found.accuracy_m), source_crs, found.name)


def _number(value: object, field: str) -> float:
    text = "" if value is None else str(value).strip()
    if not text:
        raise rejected(
            "position-missing",
            field,
            None,
            f"{field} is empty; without a position the row cannot be put on a map",
            f"{field} está vacío; sin posición la fila no se puede poner en un mapa",
        )
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        raise rejected(
            "position-not-a-number",
            field,
            text,
            f"{field} is {text!r}; it should be a decimal number such as -110.30066",
            f"{field} es {text!r}; debería ser un número decimal como -110.30066",
        )
    return number


def _check_degrees(longitude: float, latitude: float, fields: tuple[str, str]) -> None:
    for field, value, limit in ((fields[0], longitude, 180), (fields[1], latitude, 90)):
        if abs(value) > limit:
            raise _out_of_range(field, str(value), limit)


def _out_of_range(field: str, value: str, limit: int | None = None) -> RowRejected:
    right_en = f"it lies between -{limit} and {limit}" if limit else "it lies outside its coordinate system"
    right_es = f"va de -{limit} a {limit}" if limit else "queda fuera de su sistema de coordenadas"
    return rejected(
        "position-out-of-range", field, value, f"{field} is {value}; {right_en}", f"{field} es {value}; {right_es}"
    )
