"""Lists of critical minerals as dated objects, read from `terms/critical/`: which commodities count, and by what.

A commodity counts when the list names it, when it is an ore or form of one that the list names (chromite of chromium),
or when it is a group of which the list names members (rare earths). Members and kinships of which the sources leave
doubt (`certain` no) are kept in the CSVs and do not count. A list that another one replaced stays, with its
date; `current` leaves it out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from app.domain.table import Line, lines_of, table_by, table_fault
from app.domain.vocabulary import TERMS, vocabulary
from app.words import Words

FOLDER = TERMS / "critical"
# The countries of the plan under which the surveys share.
PARTNERS = ("US", "MX")


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


_STANDINGS = ("law", "official", "presented")
_INDEX = ("label_en", "label_es", "country", "listed_on", "status", "source", "note_en", "note_es")


def _lists() -> Iterator[CriticalList]:
    kin = [line for line in lines_of(TERMS / "commodity_kin.csv", *_KIN) if _is_kin(line)]
    index = table_by(FOLDER / "index.csv", "code", *_INDEX)
    for path in sorted(FOLDER.glob("*.csv")):
        if path.stem not in ("index", *index):
            raise table_fault(
                path,
                f"no line of index.csv has the code {path.stem}; add one, or take the file out of the folder",
                f"ninguna línea de index.csv tiene el código {path.stem}; agréguela, o saque el archivo de la carpeta",
            )
    for code, line in index.items():
        yield CriticalList(
            code=code,
            label=Words(line["label_en"], line["label_es"]),
            country=line.known("country", vocabulary("country").terms, "country.csv"),
            listed_on=_day(line),
            standing=line.known("status", _STANDINGS),
            source=line["source"],
            note=Words(line["note_en"], line["note_es"]),
            counts=MappingProxyType(_counts(_named(code, line), kin)),
        )


def _day(line: Line) -> date:
    try:
        return date.fromisoformat(line["listed_on"])
    except ValueError as fault:
        raise line.fault(
            f"its listed_on is {line['listed_on']!r}; it should be a day like 2025-11-07",
            f"en listed_on tiene {line['listed_on']!r}; debe ser un día como 2025-11-07",
        ) from fault


def _named(code: str, of: Line) -> list[str]:
    """The commodities that a list names for certain."""
    path = FOLDER / f"{code}.csv"
    if not path.exists():
        raise of.fault(
            f"the list {code!r} has no file {code}.csv beside this one; add it, or take the line out",
            f"la lista {code!r} no tiene un archivo {code}.csv junto a este; agréguelo, o quite la línea",
        )
    return [one for one, line in table_by(path, "commodity", "certain").items() if _is_member(line)]


def _is_member(line: Line) -> bool:
    line.known("commodity", vocabulary("commodity").terms, "commodity.csv")
    return line.known("certain", ("yes", "no")) == "yes"


_KIN = ("commodity", "relation", "of", "certain")


def _is_kin(line: Line) -> bool:
    line.known("of", vocabulary("commodity").terms, "commodity.csv")
    line.known("relation", ("form-of", "member-of"))
    return _is_member(line)


def _counts(named: list[str], kin: list[Line]) -> dict[str, str]:
    counts = {commodity: commodity for commodity in named}
    for row in kin:
        if row["relation"] == "member-of" and row["commodity"] in named:
            counts.setdefault(row["of"], row["commodity"])
    # Forms last, so that an ore of a group's member, or of the group, counts too (monazite of the rare earths).
    for row in kin:
        if row["relation"] == "form-of" and row["of"] in counts:
            counts.setdefault(row["commodity"], row["of"])
    return counts
