"""Where a row puts its deposit: checked against the country and state it states, repaired only by a named rule.

The rules, tried when a point of a stated country lies more than `FAR_KM` outside it: the sign of the longitude, of the
latitude or of both is changed, or the axes are swapped. A repair is made only when exactly one of these puts the point
into the stated country, and into the stated state where that is known; `position_rule` then names it. A point that no
rule explains stays where the source puts it, and `position_check` says what is odd about it. Nothing is rejected for
its place: the country may be the wrong word, not the point.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

from app.domain.deposit import Position
from ingest import coordinates
from ingest.places import Place, Places
from ingest.rows import RowRejected

# A point this near to the country it states is taken to be in it: coasts, islands and borders of 1:10 million.
FAR_KM = 25.0

OUTSIDE_COUNTRY = "outside-stated-country"
OUTSIDE_STATE = "outside-stated-state"


def locate(
    x: object,
    y: object,
    source_crs: str,
    source_accuracy_m: float,
    fields: tuple[str, str],
    stated: Place,
    places: Places,
) -> tuple[Position, Place]:
    """A position of WGS 84 and the place it lies in; raises `RowRejected` for one that cannot be used.

    `x` and `y` are longitude and latitude (or easting and northing) as the source writes them, `fields` their names.
    The accuracy is the root of the squares of the source's own and the operation's, in metres.
    """
    geographic = _geographic(source_crs)
    rule: str | None = None
    try:
        pair = coordinates.numbers(x, y, fields, geographic=geographic)
    except RowRejected as rejection:
        swapped = _swapped(x, y, rejection, fields, stated, places) if geographic else None
        if swapped is None:
            raise
        pair, rule = swapped, "axes-swapped"
    # Repaired before the datum is changed, for an operation is chosen by the place: a datum moves a point by metres, a
    # lost sign by half the globe.
    lies = places.at(*pair) if geographic else None
    repair = _repair(pair, lies, stated, places) if lies and rule is None else None
    if repair:
        pair, rule = repair
        lies = places.at(*pair)
    country = stated.country or (lies.country if lies else None)
    longitude, latitude, operation = coordinates.to_wgs84(*pair, source_crs, country)
    if lies is None or pair != (longitude, latitude):
        lies = places.at(longitude, latitude)
    check = _oddity(longitude, latitude, lies, stated, places)
    accuracy_m = math.hypot(source_accuracy_m, operation.accuracy_m)
    return Position(longitude, latitude, accuracy_m, source_crs, operation.name, rule, check), lies


@lru_cache(maxsize=100)
def _geographic(source_crs: str) -> bool:
    return coordinates.is_geographic(source_crs)


def _oddity(longitude: float, latitude: float, lies: Place, stated: Place, places: Places) -> str | None:
    """What is odd about a point that lies here and states that; nothing, where no country is stated."""
    country, state = stated.country, stated.state
    if country and lies.country != country and _far(places, longitude, latitude, country, None):
        return OUTSIDE_COUNTRY
    if country and state and lies.state != state and _far(places, longitude, latitude, country, state):
        return OUTSIDE_STATE
    return None


def _far(places: Places, longitude: float, latitude: float, country: str, state: str | None) -> bool:
    """Far outside a country or state whose boundary is known; of one that is not, nothing can be said."""
    away = places.distance_km(longitude, latitude, country, state)
    return math.isfinite(away) and away > FAR_KM


def _repair(
    pair: tuple[float, float], lies: Place, stated: Place, places: Places
) -> tuple[tuple[float, float], str] | None:
    if _oddity(*pair, lies, stated, places) != OUTSIDE_COUNTRY:
        return None
    fits = [(point, rule) for point, rule in _candidates(*pair) if _fits(places.at(*point), stated)]
    return fits[0] if len(fits) == 1 else None


def _candidates(longitude: float, latitude: float) -> Iterator[tuple[tuple[float, float], str]]:
    yield (-longitude, latitude), "longitude-sign"
    yield (longitude, -latitude), "latitude-sign"
    yield (-longitude, -latitude), "both-signs"
    if abs(longitude) <= 90:
        yield (latitude, longitude), "axes-swapped"


def _fits(place: Place, stated: Place) -> bool:
    return place.country == stated.country and stated.state in (None, place.state)


def _swapped(
    x: object, y: object, rejection: RowRejected, fields: tuple[str, str], stated: Place, places: Places
) -> tuple[float, float] | None:
    """The coordinates the other way round, for a latitude beyond 90, where that puts them into the stated country."""
    if rejection.reason.code != "position-out-of-range" or stated.country is None:
        return None
    try:
        pair = coordinates.numbers(y, x, fields, geographic=True)
    except RowRejected:
        return None
    return pair if _fits(places.at(*pair), stated) else None
