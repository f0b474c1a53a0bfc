"""Values of deposits as a page says them: titles for codes, numbers in groups, ours beside the source's words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.critical import critical_lists
from app.domain.properties import Kind, properties
from app.domain.vocabulary import vocabulary
from app.queries.catalogue import SourceCard
from app.words import Lang, Words

NULL = "—"
MAIN = ("name", "commodities", "status", "country", "state", "source")

# Parameters of several values.
LISTED = ("commodity", "country", "source", "state", "status", "list")

# Where a deposit comes from, in the order of a page.
ORIGIN = (
    "source",
    "source_id",
    "layer",
    "source_url",
    "licence",
    "citation",
    "retrieved",
    "source_file",
    "source_row",
    "source_crs",
    "transform",
    "position_accuracy_m",
    "position_rule",
    "position_check",
    "synthetic",
    "release",
)
# What terms have besides their labels, in the order of a page.
TERM_COLUMNS = {
    "symbols": Words("Symbols", "Símbolos"),
    "group": Words("Group", "Grupo"),
    "notation": Words("CGI number", "Número de CGI"),
    "level": Words("Level", "Nivel"),
    "parent": Words("Within", "Dentro de"),
    "country": Words("Country", "País"),
    "of": Words("Part of", "Parte de"),
    "uri": Words("Concept", "Concepto"),
    "mine_status_uri": Words("Mine status, concept", "Estado de la mina, concepto"),
    "shape_uri": Words("Shape, concept", "Cuerpo, concepto"),
}
_LEVELS = {
    "environment": Words("environment", "ambiente"),
    "group": Words("group of types", "grupo de tipos"),
    "type": Words("type", "tipo"),
}
STANDINGS = {
    "law": Words("law", "ley"),
    "official": Words("official", "oficial"),
    "presented": Words("presented, not decreed", "presentada, no decretada"),
}
_TRUTH = {True: Words("yes", "sí"), False: Words("no", "no")}


def grouped(number: int) -> str:
    """A count, its thousands apart as the United States and Mexico both write them."""
    return f"{number:,}"


def megabytes(size: int) -> str:
    """A file's size, never said to be nothing."""
    return f"{max(size / 1e6, 0.1):,.1f} MB"


def is_web_address(value: Any) -> bool:
    """A record may hold any text, and javascript: is text too."""
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def title(name: str, lang: Lang) -> str:
    known = properties().get(name)
    return known.title.speak(lang) if known else name


def value(name: str, given: Any, cards: Mapping[str, SourceCard], lang: Lang) -> str:
    """A value of the property of that name in the reader's language."""
    if given is None or given == "":
        return NULL
    if isinstance(given, bool):
        return _TRUTH[given].speak(lang)
    known = properties().get(name)
    if known is None or known.kind not in (Kind.CODE, Kind.CODES):
        return str(given)
    codes = str(given).split(",") if known.kind is Kind.CODES else [str(given)]
    # Titles of lists have commas of their own.
    apart = "; " if name == "critical_lists" else ", "
    return apart.join(_label(name, known.vocabulary, code, cards, lang) for code in codes)


def _label(name: str, vocabulary_name: str | None, code: str, cards: Mapping[str, SourceCard], lang: Lang) -> str:
    if name == "source":
        return cards[code].agency if code in cards else code
    if name == "critical_lists":
        lists = critical_lists()
        return lists[code].label.speak(lang) if code in lists else code
    return term(vocabulary_name, code, lang) if vocabulary_name else code


def term(vocabulary_name: str, code: str, lang: Lang) -> str:
    """What a code is called; a code that the vocabulary no longer has is its own name."""
    terms = vocabulary(vocabulary_name).terms
    return terms[code].label.speak(lang) if code in terms else code


def term_columns(terms: Sequence[Mapping[str, str | None]]) -> list[str]:
    """Those of `TERM_COLUMNS` that say something of any of the terms."""
    return [name for name in TERM_COLUMNS if any(one.get(name) for one in terms)]


def term_value(vocabulary_name: str, column: str, given: str | None, lang: Lang) -> str:
    """What a term's further column says, in the reader's language."""
    if not given:
        return NULL
    if column == "level":
        return _LEVELS[given].speak(lang)
    if column in ("country", "of"):
        return term("country", given, lang)
    return term(vocabulary_name, given, lang) if column == "parent" else given.replace("|", ", ")


def columns(features: list[dict[str, Any]], asked: Mapping[str, str]) -> list[str]:
    """The properties that a table of features shows: those asked for, else the main ones."""
    there = list(features[0]["properties"]) if features else []
    return there if "properties" in asked else [name for name in MAIN if name in there]


def beside(given: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str | None]]:
    """Rows of a comparison: what to call it, our property, and the source's; None where there is no such property."""
    for name in given:
        if name in ORIGIN:
            continue
        ours = name.removeprefix("source_")
        if name == ours:
            theirs = f"source_{name}"
            yield name, name, theirs if theirs in given else None
        elif ours not in given:
            yield name, None, name
