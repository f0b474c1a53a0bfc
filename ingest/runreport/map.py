"""A small map of a run's records, drawn here: outlines, a graticule, dots, repairs as arrows, odd places as crosses."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from ingest.places import BUILT
from ingest.runreport.markup import Html, Say, element

Point = tuple[float, float]

_WIDTH = 1440
_NARROWEST, _WIDEST = 1.4, 2.4
_SPARSE = 500
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30)
# The sizes of dots, by how many records at most stand at one.
_SIZES = ((1, "one"), (9, "few"), (99, "many"), (math.inf, "most"))


@dataclass(frozen=True, slots=True)
class _Frame:
    """A piece of the globe and how it lies on the drawing: equirectangular, true along its middle parallel."""

    west: float
    south: float
    east: float
    north: float
    per_degree_x: float
    per_degree_y: float

    def at(self, longitude: float, latitude: float) -> tuple[int, int]:
        """A point in the drawing's units; one beyond the frame, as a swapped axis can be, stands at its edge."""
        x = min(max(longitude, self.west), self.east) - self.west
        y = self.north - min(max(latitude, self.south), self.north)
        return round(x * self.per_degree_x), round(y * self.per_degree_y)


def draw(positions: Mapping[str, Any], say: Say) -> Html:
    """The map; `positions` as the report has them, at least one cell among them."""
    repaired = positions["repaired"]["records"]
    odd = [record for record in positions["odd"]["records"] if record["code"].startswith("outside")]
    starts = [record["put_at"] for record in repaired if "put_at" in record]
    frame = _around([*((x, y) for x, y, _ in positions["cells"]), *((x, max(min(y, 90), -90)) for x, y in starts)])
    height = round((frame.north - frame.south) * frame.per_degree_y)
    records = sum(count for *_, count in positions["cells"])
    return element(
        "svg",
        element("title", say("Map of the run's records", "Mapa de los registros de la ejecución"), id="map-title"),
        element(
            "desc",
            say(
                f"{records:,} records as dots, {len(repaired):,} repaired ones as arrows from where the source put "
                f"them, {len(odd):,} odd ones as crosses.",
                f"{records:,} registros como puntos, {len(repaired):,} reparados como flechas desde donde los puso la "
                f"fuente, {len(odd):,} dudosos como cruces.",
            ),
            id="map-desc",
        ),
        _ARROWHEAD,
        element("path", d=_outlines(frame), class_="land"),
        *_graticule(frame, height, say),
        *(element("path", d=d, class_=f"dot {name}") for name, d in _dots(frame, positions["cells"])),
        *(_arrow(frame, record) for record in repaired if "put_at" in record),
        *(_cross(frame, record) for record in odd),
        viewBox=f"0 0 {_WIDTH} {height}",
        class_="map sparse" if len(positions["cells"]) < _SPARSE else "map",
        role="img",
        aria_labelledby="map-title map-desc",
    )


def _around(points: Sequence[Point]) -> _Frame:
    """The frame of all points, with a margin, not too long and not too high."""
    longitudes, latitudes = zip(*points, strict=True)
    west, east = _stretched(min(longitudes), max(longitudes), 180)
    south, north = _stretched(min(latitudes), max(latitudes), 90)
    shrink = math.cos(math.radians((south + north) / 2))
    ratio = (east - west) * shrink / (north - south)
    if ratio < _NARROWEST:
        west, east = _grown(west, east, _NARROWEST / ratio)
    elif ratio > _WIDEST:
        south, north = _grown(south, north, ratio / _WIDEST)
    per_degree = _WIDTH / (east - west)
    return _Frame(west, south, east, north, per_degree, per_degree / shrink)


def _stretched(least: float, most: float, limit: float) -> tuple[float, float]:
    """With a margin, but not beyond the globe."""
    margin = 0.5 + (most - least) * 0.04
    return max(least - margin, -limit), min(most + margin, limit)


def _grown(least: float, most: float, times: float) -> tuple[float, float]:
    more = (most - least) * (times - 1) / 2
    return least - more, most + more


def _outlines(frame: _Frame, built: Path = BUILT) -> str:
    """Countries and states as far as they show, as fine as the drawing; nothing where set-up has not built them."""
    if not built.exists():
        return ""
    shapes = shapely.from_geojson(built.read_text(encoding="utf-8").splitlines())
    box = frame.west, frame.south, frame.east, frame.north
    shown = shapely.clip_by_rect(
        shapely.simplify(shapes[shapely.intersects(shapes, shapely.box(*box))], _px(frame)), *box
    )
    return "".join(_ring(frame, ring) for ring in shapely.get_rings(shapely.get_parts(shown)) if _shows(frame, ring))


def _px(frame: _Frame) -> float:
    return 1.5 / frame.per_degree_x


def _shows(frame: _Frame, ring: BaseGeometry) -> bool:
    return bool(shapely.area(shapely.polygons(ring)) > 12 * _px(frame) ** 2)


def _ring(frame: _Frame, ring: BaseGeometry) -> str:
    """A closed path in whole units, each step from the one before: short to write."""
    points = [frame.at(longitude, latitude) for longitude, latitude in shapely.get_coordinates(ring)[:-1]]
    steps = [(x - x0, y - y0) for (x0, y0), (x, y) in pairwise(points) if (x, y) != (x0, y0)]
    return f"M{points[0][0]} {points[0][1]}l{' '.join(f'{x} {y}' for x, y in steps)}z" if len(steps) > 1 else ""


def _graticule(frame: _Frame, height: int, say: Say) -> Iterator[Html]:
    step = next((step for step in _STEPS if (frame.east - frame.west) / step <= 9), _STEPS[-1])
    for longitude in _multiples(frame.west, frame.east, step):
        x, _ = frame.at(longitude, frame.north)
        yield element("path", d=f"M{x} 0V{height}", class_="graticule")
        if x < _WIDTH - 80:
            yield element("text", _degrees(longitude, "E", say("W", "O")), x=x + 5, y=height - 8)
    for latitude in _multiples(max(frame.south, -90), min(frame.north, 90), step):
        _, y = frame.at(frame.west, latitude)
        yield element("path", d=f"M0 {y}H{_WIDTH}", class_="graticule")
        yield element("text", _degrees(latitude, "N", "S"), x=6, y=y - 5)


def _multiples(least: float, most: float, step: float) -> Iterator[float]:
    return (round(n * step, 1) for n in range(math.ceil(least / step), math.floor(most / step) + 1))


def _degrees(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):g}°{f' {positive if value > 0 else negative}' if value else ''}"


def _dots(frame: _Frame, cells: Iterable[tuple[float, float, int]]) -> Iterator[tuple[str, str]]:
    """One path for each size: strokes without length, whose round ends are the dots."""
    paths: dict[str, list[str]] = {name: [] for _, name in _SIZES}
    for longitude, latitude, count in cells:
        x, y = frame.at(longitude, latitude)
        paths[next(name for most, name in _SIZES if count <= most)].append(f"M{x} {y}h0")
    return ((name, "".join(path)) for name, path in paths.items() if path)


_ARROWHEAD = element(
    "defs",
    element(
        "marker",
        element("path", d="M0 0L10 5L0 10z", class_="head"),
        id="head",
        viewBox="0 0 10 10",
        refX=9,
        refY=5,
        markerWidth=6,
        markerHeight=6,
        orient="auto",
    ),
)


def _arrow(frame: _Frame, record: Mapping[str, Any]) -> Html:
    (x0, y0), (x, y) = frame.at(*record["put_at"]), frame.at(record["longitude"], record["latitude"])
    told = element("title", f"{record['id']} {record['name'] or ''}")
    return element("path", told, d=f"M{x0} {y0}L{x} {y}", class_="repair", marker_end="url(#head)")


def _cross(frame: _Frame, record: Mapping[str, Any]) -> Html:
    x, y = frame.at(record["longitude"], record["latitude"])
    told = element("title", f"{record['id']} {record['name'] or ''}")
    return element("path", told, d=f"M{x - 8} {y - 8}l16 16m0-16l-16 16", class_="odd")
