"""The controlled vocabularies: codes with a label in each language, read from `terms/*.csv`."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from app.domain.table import Line, table_by
from app.errors import BadValue, NotThere
from app.words import Lang, Words, meant, nearest

TERMS = Path(__file__).parent / "terms"

TITLES: Mapping[str, Words] = MappingProxyType(
    {
        "commodity": Words("Commodities", "Sustancias"),
        "status": Words("Status", "Estado de actividad"),
        "feature_kind": Words("Kinds of feature", "Clases de objeto"),
        "occurrence_type": Words("Mineral occurrence types", "Tipos de ocurrencia mineral"),
        "mine_status": Words("Mine status", "Estado de la mina"),
        "operation_type": Words("Types of operation", "Tipos de operación"),
        "deposit_type": Words("Deposit types", "Tipos de yacimiento"),
        "deposit_form": Words("Forms of deposit", "Formas del yacimiento"),
        "size": Words("Sizes", "Tamaños"),
        "country": Words("Countries", "Países"),
        "state": Words("States", "Estados"),
    }
)


@dataclass(frozen=True, slots=True)
class Term:
    """A code, what it is called, and the CSV's further columns (URIs, group, symbols, note)."""

    code: str
    label: Words
    more: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of one vocabulary by their code, in the order of its CSV."""

    name: str
    title: Words
    terms: Mapping[str, Term]

    def codes(self, text: str) -> tuple[str, ...]:
        """The codes of a comma-separated parameter, sorted, each once; raises `BadValue` for an unknown one."""
        asked = {part.strip() for part in text.split(",")}
        for code in sorted(asked - self.terms.keys()):
            raise unknown_code(self.name, code, self._nearest(code), f"/vocabularies/{self.name}")
        return tuple(sorted(asked))

    def _nearest(self, text: str) -> str | None:
        wanted = fold(text)
        for term in self.terms.values():
            symbols = (term.more.get("symbols") or "").split("|")
            if wanted in map(fold, filter(None, (term.code, term.label.en, term.label.es, *symbols))):
                return term.code
        return nearest(wanted, self.terms)


def unknown_code(name: str, code: str, nearest: str | None, where: str) -> BadValue:
    """The error for a code that is not among those known, with the nearest one when there is one."""
    hint = meant(nearest and repr(nearest), ".")
    return BadValue(
        Words(
            f"{name}={code!r} is not a code we know{hint.en} The codes are at {where}",
            f"{name}={code!r} no es un código conocido{hint.es} Los códigos están en {where}",
        )
    )


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of that name; raises `NotThere` for one we do not have."""
    if name not in TITLES:
        known = ", ".join(TITLES)
        raise NotThere(
            Words(
                f"there is no vocabulary {name!r}; there are: {known}",
                f"no existe el vocabulario {name!r}; hay: {known}",
            )
        )
    lines = table_by(TERMS / f"{name}.csv", "code", "label_en", "label_es")
    for line in lines.values():
        _check_above(line, lines)
    return Vocabulary(name, TITLES[name], MappingProxyType({code: _term(line) for code, line in lines.items()}))


def _term(line: Line) -> Term:
    more = {name: value or None for name, value in line.cells.items() if name not in ("code", "label_en", "label_es")}
    for column in ("label_en", "label_es"):
        if not line[column]:
            raise line.fault(
                f"{line['code']} has no {column}; each term should have a name in both languages",
                f"{line['code']} no tiene {column}; cada término debe tener nombre en los dos idiomas",
            )
    return Term(line["code"], Words(line["label_en"], line["label_es"]), MappingProxyType(more))


def _check_above(line: Line, lines: Mapping[str, Line]) -> None:
    """Where terms have parents, the way up from one must end at a root."""
    passed, at = set[str](), line
    while at.cells.get("parent"):
        passed.add(at["code"])
        at = lines[at.known("parent", lines, at.path.name)]
        if at["code"] in passed:
            raise line.fault(
                f"the parents of {line['code']} lead back to {at['code']}; they should end at a term without a parent",
                f"los superiores de {line['code']} vuelven a {at['code']}; deben acabar en un término sin superior",
            )


def fold(text: str) -> str:
    """Text for comparing: no case, no accents, single spaces. SGM drops accents, MRDS has none at all."""
    # Accents first: taking them off makes capitals of some letters, such as the mathematical ones.
    plain = text if text.isascii() else _without_accents(text)
    return " ".join(plain.casefold().split())


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def label(term: Term, lang: Lang) -> str:
    return term.label.speak(lang)
