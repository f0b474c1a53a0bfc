"""Lists of critical minerals as dated objects, read from `terms/critical/`: which commodities count, and by what.

A commodity counts when the list names it, when it is an ore or form of one that the list names (chromite of chromium),
or when it is a group of which the list names members (rare earths). Members and kinships of which the sources leave
doubt (`certain` no) are kept in the CSVs and do not count. A list that another one replaced stays, with its
date; `current` leaves it out.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from app.domain.vocabulary import TERMS
from app.words import Words

FOLDER = TERMS / "critical"


@dataclass(frozen=True, slots=True)
class CriticalList:
    """A list: whose, of which day, of what standing (law, official, presented), and where it was read.

    `counts` has every commodity that is on it, with the one that puts it there: itself, where the list names it.
    """

    code: str
    label: Words
    country: str
    listed_on: date
    standing: str
    source: str
    note: Words
    counts: Mapping[str, str]


@cache
def critical_lists() -> Mapping[str, CriticalList]:
    """All lists by their code, in the order of `index.csv`."""
    return MappingProxyType({one.code: one for one in _lists()})


@cache
def current() -> Mapping[str, tuple[str, ...]]:
    """The lists in force by country: its newest official one, with those of any other standing."""
    by_country: dict[str, list[CriticalList]] = {}
    for one in critical_lists().values():
        by_country.setdefault(one.country, []).append(one)
    return MappingProxyType({country: tuple(_in_force(lists)) for country, lists in by_country.items()})


def _in_force(lists: list[CriticalList]) -> Iterator[str]:
    newest = max((one.listed_on for one in lists if one.standing == "official"), default=None)
    for one in lists:
        if one.standing != "official" or one.listed_on == newest:
            yield one.code


def _lists() -> Iterator[CriticalList]:
    kin = _certain(_rows(TERMS / "commodity_kin.csv"))
    for row in _rows(FOLDER / "index.csv"):
        named = [member["commodity"] for member in _certain(_rows(FOLDER / f"{row['code']}.csv"))]
        yield CriticalList(
            code=row["code"],
            label=Words(row["label_en"], row["label_es"]),
            country=row["country"],
            listed_on=date.fromisoformat(row["listed_on"]),
            standing=row["status"],
            source=row["source"],
            note=Words(row["note_en"], row["note_es"]),
            counts=MappingProxyType(_counts(named, kin)),
        )


def _counts(named: list[str], kin: list[dict[str, str]]) -> dict[str, str]:
    counts = {commodity: commodity for commodity in named}
    for row in kin:
        if row["relation"] == "member-of" and row["commodity"] in named:
            counts.setdefault(row["of"], row["commodity"])
    # Forms last, so that an ore of a group's member, or of the group, counts too (monazite of the rare earths).
    for row in kin:
        if row["relation"] == "form-of" and row["of"] in counts:
            counts.setdefault(row["commodity"], row["of"])
    return counts


def _certain(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["certain"] == "yes"]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
