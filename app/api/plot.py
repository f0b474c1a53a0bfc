"""Positions in a frame of longitude and latitude: what a page draws as a small map."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.asked.values import shown
from app.domain.bbox import Bbox
from app.words import Lang

WIDTH = 960.0
_LOWEST, _HIGHEST = 260.0, 560.0
_MARGIN = 34.0
_LEAST_SPAN = 2.0
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60)
_MOST_LINES = 8
_SIDES = {"en": ("E", "W", "N", "S"), "es": ("E", "O", "N", "S")}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the frame at `at`, in units of the drawing, and what it is called."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    feature: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing of that width and height; `box` is x, y, width and height of the box that was asked for."""

    width: float
    height: float
    meridians: list[Line]
    parallels: list[Line]
    dots: list[Dot]
    box: tuple[float, float, float, float] | None


def plot(features: list[dict[str, Any]], asked: Mapping[str, str], lang: Lang) -> Plot | None:
    """The features that have positions; None where none has, or where positions are not in degrees."""
    crs = shown(asked).crs
    placed = [each for each in features if each["geometry"] is not None]
    if not crs.geographic or not placed:
        return None
    places = [_degrees(each["geometry"]["coordinates"], crs.northing_first) for each in placed]
    box = _box(asked)
    if box and box[0] > box[2]:
        # A box across the 180th meridian is drawn with longitudes that run on past 180.
        box = (box[0], box[1], box[2] + 360, box[3])
        places = [(x + 360 if x < 0 else x, y) for x, y in places]
    corners = [*places, *([box[:2], box[2:]] if box else [])]
    west, east = _span([x for x, _ in corners])
    south, north = _span([y for _, y in corners])
    flat = max(0.2, math.cos(math.radians((south + north) / 2)))
    tall = WIDTH * (north - south) / ((east - west) * flat)
    # One place alone needs no more than its neighbourhood.
    height = _LOWEST if len(corners) == 1 else min(_HIGHEST, max(_LOWEST, tall))
    scale = min((WIDTH - 2 * _MARGIN) / ((east - west) * flat), (height - 2 * _MARGIN) / (north - south))
    middle_x, middle_y = (west + east) / 2, (south + north) / 2

    def x(longitude: float) -> float:
        return round(WIDTH / 2 + (longitude - middle_x) * flat * scale, 1)

    def y(latitude: float) -> float:
        return round(height / 2 - (latitude - middle_y) * scale, 1)

    half_x, half_y = WIDTH / 2 / flat / scale, height / 2 / scale
    e, w, n, s = _SIDES[lang]
    return Plot(
        width=WIDTH,
        height=round(height, 1),
        meridians=[
            Line(x(at), _label((at + 180) % 360 - 180, e, w)) for at in _lines(middle_x - half_x, middle_x + half_x)
        ],
        parallels=[
            Line(y(at), _label(at, n, s)) for at in _lines(max(-90, middle_y - half_y), min(90, middle_y + half_y))
        ],
        dots=[Dot(x(place[0]), y(place[1]), each) for place, each in zip(places, placed, strict=True)],
        box=(x(box[0]), y(box[3]), round(x(box[2]) - x(box[0]), 1), round(y(box[1]) - y(box[3]), 1)) if box else None,
    )


def _degrees(position: list[float], northing_first: bool) -> tuple[float, float]:
    first, second = position[:2]
    return (second, first) if northing_first else (first, second)


def _box(asked: Mapping[str, str]) -> tuple[float, float, float, float] | None:
    """The box that was asked for in CRS84; a box of another system is not drawn."""
    if "bbox" not in asked or "bbox-crs" in asked:
        return None
    box = Bbox.parse(asked["bbox"])
    return box.west, box.south, box.east, box.north


def _span(values: list[float]) -> tuple[float, float]:
    least, most = min(values), max(values)
    lacking = max(0.0, _LEAST_SPAN - (most - least)) / 2
    return least - lacking, most + lacking


def _lines(least: float, most: float) -> list[float]:
    step = next((step for step in _STEPS if (most - least) / step <= _MOST_LINES), _STEPS[-1])
    first, last = math.ceil(least / step), math.floor(most / step)
    return [round(number * step, 1) for number in range(first, last + 1)]


def _label(degrees: float, positive: str, negative: str) -> str:
    side = "" if degrees in (0, -180) else f" {positive if degrees > 0 else negative}"
    return f"{abs(round(degrees, 1)):g}°{side}"
