"""The order of a list, and where in it a page begins: found by the values of the row before, never by counting rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from app.queries.columns import column


@dataclass(frozen=True, slots=True)
class SortKey:
    """A property to sort by. Its nulls come last, whichever way it goes."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Between two rows of a list: the sort keys' values of one, then its id, and which side of it is wanted."""

    values: tuple[object, ...]
    backward: bool = False


def key_columns(keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    """What the keys sort by."""
    return [column(key.name) for key in keys]


def sorted_by(
    keys: Sequence[SortKey], of: Sequence[ColumnElement[Any]], ids: ColumnElement[str], *, backward: bool
) -> list[ColumnElement[Any]]:
    """What to sort by: the keys' columns `of`, then the id, so that no two rows are equal."""
    said: list[ColumnElement[Any]] = []
    for key, one in zip(keys, of, strict=True):
        way = one.desc() if key.descending != backward else one.asc()
        said.append(way.nulls_first() if backward else way.nulls_last())
    return [*said, ids.desc() if backward else ids.asc()]


def beyond(keys: Sequence[SortKey], place: Place, ids: ColumnElement[str]) -> ColumnElement[bool]:
    """The rows on the wanted side of a place."""
    *values, last_id = place.values
    ways: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for key, of, value in zip(keys, key_columns(keys), values, strict=True):
        ways.append(and_(*equal, _further(of, value, descending=key.descending, backward=place.backward)))
        equal.append(of.is_(None) if value is None else of == value)
    by_id = ids < last_id if place.backward else ids > last_id
    return or_(*ways, and_(*equal, by_id))


def _further(of: ColumnElement[Any], value: object, *, descending: bool, backward: bool) -> ColumnElement[bool]:
    if value is None:
        return of.is_not(None) if backward else false()
    if backward:
        return of > value if descending else of < value
    return or_(of < value if descending else of > value, of.is_(None))
