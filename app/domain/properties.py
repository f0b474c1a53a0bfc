"""The public properties of a deposit, in their fixed order: what schema, filters, items and extracts all read."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from app.words import Words

_TABLE = Path(__file__).with_name("properties.csv")


class Kind(StrEnum):
    """What the values of a property are. CODES are codes separated by commas, said as one text."""

    TEXT = "text"
    CODE = "code"
    CODES = "codes"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"

    @property
    def is_text(self) -> bool:
        return self in (Kind.TEXT, Kind.CODE, Kind.CODES)


@dataclass(frozen=True, slots=True)
class Property:
    """A property, what it is called and means, and the vocabulary of its codes, if it has one."""

    name: str
    kind: Kind
    vocabulary: str | None
    title: Words
    about: Words


@cache
def properties() -> Mapping[str, Property]:
    """All of them by their name, in the order in which they are served."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        read = [_property(row) for row in csv.DictReader(lines)]
    return MappingProxyType({one.name: one for one in read})


def _property(row: dict[str, str]) -> Property:
    return Property(
        name=row["name"],
        kind=Kind(row["kind"]),
        vocabulary=row["vocabulary"] or None,
        title=Words(row["title_en"], row["title_es"]),
        about=Words(row["about_en"], row["about_es"]),
    )
