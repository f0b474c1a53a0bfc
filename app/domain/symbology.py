"""What stands for what on a map: groups of commodities, colours by day and by night, shapes; read from `terms/map/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from app.domain.table import Line, table_by
from app.domain.vocabulary import TERMS, vocabulary
from app.words import Words

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
FOLDER = TERMS / "map"
# What stands for all that has no line of its own.
OTHER, NONE = "other", "none"

_LABELS = ("label_en", "label_es")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A value as a map shows it: what it is called, its colour by theme, its shape if it has one.

    `gathers` are the groups of the commodity vocabulary in a group of ours.
    """

    code: str
    label: Words
    colours: Mapping[Theme, str]
    shape: str | None = None
    gathers: tuple[str, ...] = ()


@cache
def commodity_groups() -> tuple[Symbol, ...]:
    """As many groups as colours can tell apart; the last, `other`, stands for what has no commodity."""
    lines = table_by(FOLDER / "commodity_group.csv", "code", *_LABELS, "groups", *THEMES)
    return tuple(
        Symbol(code, _label(line), _colours(line), gathers=tuple(line["groups"].split("|")))
        for code, line in lines.items()
    )


@cache
def commodities_of(group: str) -> tuple[str, ...]:
    """The codes of the commodities in a group of ours."""
    gathers = next(one.gathers for one in commodity_groups() if one.code == group)
    return tuple(code for code, term in vocabulary("commodity").terms.items() if term.more["group"] in gathers)


@cache
def statuses() -> tuple[Symbol, ...]:
    """Each status with a shape that is only its own."""
    lines = table_by(FOLDER / "status.csv", "code", "shape", *THEMES)
    terms = vocabulary("status").terms
    return tuple(
        Symbol(line.known("code", terms, "status.csv"), terms[code].label, _colours(line), _shape(line))
        for code, line in lines.items()
    )


@cache
def sources() -> tuple[Symbol, ...]:
    """The sources; the last, `other`, stands for those without a line."""
    lines = table_by(FOLDER / "source.csv", "code", *_LABELS, "shape", *THEMES)
    return tuple(Symbol(code, _label(line), _colours(line), _shape(line)) for code, line in lines.items())


@cache
def critical() -> tuple[Symbol, ...]:
    """To whom a deposit is critical, as tiles say it; the last, `none`, to nobody."""
    lines = table_by(FOLDER / "critical.csv", "code", *_LABELS, *THEMES)
    return tuple(Symbol(code, _label(line), _colours(line)) for code, line in lines.items())


@cache
def density_ramp() -> tuple[str, ...]:
    """Colours from few to many, each darker than the one before."""
    return tuple(line["colour"] for line in table_by(FOLDER / "density.csv", "code", "colour").values())


@cache
def raster_ramp() -> tuple[str, ...]:
    """Colours of values from low to high, each lighter than the one before."""
    return tuple(line["colour"] for line in table_by(FOLDER / "raster.csv", "code", "colour").values())


@cache
def ground(theme: Theme) -> Mapping[str, str]:
    """The colours beneath and around the deposits, by their names."""
    lines = table_by(FOLDER / "ground.csv", "code", *THEMES)
    return MappingProxyType({code: line[theme] for code, line in lines.items()})


@cache
def shapes() -> Mapping[str, Line]:
    """The shapes by name; their parts are read by `app.styles.shapes`."""
    return MappingProxyType(table_by(FOLDER / "shape.csv", "code", "parts"))


def _label(line: Line) -> Words:
    return Words(line["label_en"], line["label_es"])


def _colours(line: Line) -> Mapping[Theme, str]:
    return MappingProxyType({theme: line[theme] for theme in THEMES})


def _shape(line: Line) -> str:
    return line.known("shape", shapes(), "shape.csv")
