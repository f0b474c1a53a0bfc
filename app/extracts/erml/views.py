"""The views of EarthResourceML-Lite 2.0.1 that we have: their fields, and which deposits are in them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.domain.predicate import All, Among, AnyOf, Compared, Literal, Predicate, Stated, Unstated
from app.domain.vocabulary import vocabulary
from app.errors import NotThere
from app.queries.filter import DepositFilter
from app.words import Words, meant, nearest, quoted

STANDARD = "EarthResourceML-Lite 2.0.1"

NIL = "http://www.opengis.net/def/nil/OGC/0/"
UNKNOWN, MISSING, INAPPLICABLE = (NIL + reason for reason in ("unknown", "missing", "inapplicable"))

_TABLE = Path(__file__).with_name("fields.csv")
_OCCURRENCE = "occurrence"


class View(StrEnum):
    """A view, by the name of its features."""

    MINERAL_OCCURRENCE = "MineralOccurrenceView"
    MINE = "MineView"
    COMMODITY_RESOURCE = "CommodityResourceView"


class Kind(StrEnum):
    """What a field holds; all but a point is a text to the schema."""

    TEXT = "text"
    URI = "uri"
    DATE = "date"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a view."""

    view: View
    name: str
    required: bool
    kind: Kind


@cache
def fields() -> Mapping[View, tuple[Field, ...]]:
    """The fields of each view, in the order of its schema."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        read = [_field(row) for row in csv.DictReader(lines)]
    return MappingProxyType({view: tuple(some) for view, some in groupby(read, attrgetter("view"))})


def names_of(view: View) -> tuple[str, ...]:
    """The names of a view's fields but for its last, the shape."""
    return tuple(field.name for field in fields()[view] if field.kind is not Kind.POINT)


def _field(row: Mapping[str, str]) -> Field:
    return Field(View(row["view"]), row["field"], row["required"] == "yes", Kind(row["kind"]))


def view_of(name: str) -> View:
    """The view of that name; raises `NotThere`."""
    known = [one.value for one in View]
    if name in known:
        return View(name)
    hint, listed = meant(nearest(name, known)), ", ".join(known)
    raise NotThere(
        Words(
            f"there is no view {quoted(name)} of EarthResourceML-Lite here{hint.en} There are: {listed}",
            f"aquí no existe la vista {quoted(name)} de EarthResourceML-Lite{hint.es} Existen: {listed}",
        )
    )


@cache
def of_mines() -> tuple[str, ...]:
    """The statuses that only a mine has, those of mines whose status is not known among them."""
    terms = vocabulary("status").terms.values()
    return tuple(
        term.code for term in terms if not _is_nil(term.more["uri"]) and term.more["mine_status_uri"] != INAPPLICABLE
    )


def _is_nil(uri: str | None) -> bool:
    return uri is None or uri.startswith(NIL)


def is_in(view: View, said: Mapping[str, Any]) -> bool:
    """Whether a deposit of those properties is in the view; what is called a plant or waste is in none of these."""
    return said["feature_kind"] in (None, _OCCURRENCE) and (view is not View.MINE or said["status"] in of_mines())


def within(view: View, wanted: DepositFilter) -> DepositFilter:
    """The deposits of a filter that are in the view."""
    kind, status = Stated("feature_kind"), Stated("status")
    parts: list[Predicate] = [AnyOf((Unstated(kind), Compared("=", kind, Literal(_OCCURRENCE))))]
    if view is View.MINE:
        parts.append(Among(status, tuple(map(Literal, of_mines()))))
    if wanted.predicate is not None:
        parts.append(wanted.predicate)
    return replace(wanted, predicate=All(tuple(parts)))
