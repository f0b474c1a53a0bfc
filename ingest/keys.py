"""Keys for a source that publishes none: a row whose name or place changed a little keeps the key it had.

A row's own key is made of what it is. Where a file brings rows with keys that are not known, and known records of the
same layer are not among its rows, the two are the same deposit if they have one name and lie within `NAMESAKE_KM`, or
lie within `SAME_SPOT_KM` and have names alike. The nearest pairs are taken first, each row and record once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from math import cos, hypot, radians
from operator import attrgetter

import shapely
from sqlalchemy import Connection, text

from app.domain.vocabulary import fold
from ingest.rows import Fault, Row

NAMESAKE_KM = 2.0
SAME_SPOT_KM = 0.05
_ALIKE = 0.5
_KM_OF_A_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells a deposit apart where no key does."""

    layer: str
    name: str
    longitude: float
    latitude: float


def known_identities(connection: Connection, source: str) -> dict[str, Identity]:
    """The identity of each current record of a source, by its key."""
    rows = connection.execute(
        text("""
            SELECT source_id, layer, coalesce(source_name, ''), longitude, latitude
            FROM record WHERE source = :source AND valid_to_run IS NULL
        """),
        {"source": source},
    )
    return {key: Identity(layer, fold(name), longitude, latitude) for key, layer, name, longitude, latitude in rows}


def keep_keys(rows: Iterable[tuple[Row | Fault, Identity | None]], known: dict[str, Identity]) -> Iterator[Row | Fault]:
    """The rows, those that changed a little under the key that they had."""
    held = list(rows)
    present = {row.key for row, _ in held if isinstance(row, Row)}
    strangers = [(at, identity) for at, (row, identity) in enumerate(held) if identity and _is_new(row, known)]
    layers = {identity.layer for _, identity in strangers}
    missing = [(key, one) for key, one in known.items() if key not in present and one.layer in layers]
    renamed = dict(_pairs(strangers, missing))
    for at, (row, _) in enumerate(held):
        yield row._replace(key=renamed[at]) if at in renamed and isinstance(row, Row) else row


def _is_new(row: Row | Fault, known: dict[str, Identity]) -> bool:
    return isinstance(row, Row) and row.key is not None and row.key not in known


def _pairs(
    strangers: Sequence[tuple[int, Identity]], missing: Sequence[tuple[str, Identity]]
) -> Iterator[tuple[int, str]]:
    """A row's place in its file with the key that it had; the nearest first, each once."""
    taken_rows: set[int] = set()
    taken_keys: set[str] = set()
    for _, at, key in sorted(_candidates(strangers, missing)):
        if at not in taken_rows and key not in taken_keys:
            taken_rows.add(at)
            taken_keys.add(key)
            yield at, key


def _candidates(
    strangers: Sequence[tuple[int, Identity]], missing: Sequence[tuple[str, Identity]]
) -> Iterator[tuple[float, int, str]]:
    by_layer = attrgetter("layer")
    for layer, group in groupby(sorted(missing, key=lambda one: by_layer(one[1])), key=lambda one: by_layer(one[1])):
        records = list(group)
        tree = shapely.STRtree([shapely.Point(one.longitude, one.latitude) for _, one in records])
        for at, identity in strangers:
            if identity.layer == layer:
                # Twice the distance in degrees, since a degree of longitude is shorter than one of latitude.
                point, reach = shapely.Point(identity.longitude, identity.latitude), 2 * NAMESAKE_KM / _KM_OF_A_DEGREE
                for near in tree.query(point, predicate="dwithin", distance=reach):
                    key, one = records[int(near)]
                    away = _km(identity, one)
                    if _same(identity, one, away):
                        yield away, at, key


def _same(new: Identity, old: Identity, away_km: float) -> bool:
    if new.name == old.name:
        return away_km <= NAMESAKE_KM
    return away_km <= SAME_SPOT_KM and SequenceMatcher(None, new.name, old.name).ratio() >= _ALIKE


def _km(one: Identity, other: Identity) -> float:
    narrowing = cos(radians((one.latitude + other.latitude) / 2))
    return _KM_OF_A_DEGREE * hypot((one.longitude - other.longitude) * narrowing, one.latitude - other.latitude)
