"""CQL2 as text: brought into the form that CQL2 has as JSON by the `cql2` parser, bracket by bracket.

The parser tries a bracket that it cannot read in two ways, and again each bracket within it: thirty take minutes, and
some thousand end the process. So each bracket that only groups is read on its own, and its place is kept by a name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cql2

from app.domain.cql2.faults import bad
from app.domain.cql2.limits import BRACKETS, WORDS, check_length, too_much
from app.errors import BadValue
from app.words import quoted

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[\w.:]+|\s+|.""", re.DOTALL)
# A bracket after one of these groups; after any other word it holds what the word is about.
_GROUPING = frozenset({"AND", "OR", "NOT", "BETWEEN", "LIKE", "DIV"})
_SHAPES = frozenset(
    {"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"}
)
_DIMENSIONS = frozenset({"Z", "M", "ZM"})
# Functions in functions, or lists in lists.
_KEPT = 8
# The filter itself has no NUL.
_PLACE = "\0"


@dataclass(slots=True)
class _Bracket:
    """A bracket that is open, whether it only groups or is a geometry's, and how many in each other are kept in it."""

    groups: bool = True
    shape: bool = False
    kept: int = 0
    said: list[str] = field(default_factory=list)


def tree(said: str) -> Any:
    """The filter as its JSON would have it; raises `BadValue` for what is no CQL2, too long or too deep."""
    check_length(said)
    pieces: list[Any] = []
    opened = [_Bracket()]
    words = 0
    for part, before in _tokens(said):
        if part == "(":
            opened.append(_opened(opened, *before))
        elif part == ")":
            _close(opened, pieces)
        else:
            opened[-1].groups &= part != ","
            opened[-1].said.append(part)
            words += not opened[-1].shape and _is_word(part)
        if words > WORDS:
            raise too_much("has words and operators", "tiene palabras y operadores", WORDS)
    if len(opened) > 1:
        raise bad("a bracket is not closed", "un paréntesis no está cerrado")
    return _read("".join(opened[0].said), pieces)


def _tokens(said: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each token with the last two before it in capitals, spaces left out."""
    before = "", ""
    for match in _TOKEN.finditer(said):
        token = match[0]
        if token in ("'", '"'):
            rest = quoted(said[match.start() :])
            raise bad(
                f"the quotation mark before {rest} is not closed; one within a text is doubled",
                f"la comilla antes de {rest} no está cerrada; una dentro de un texto se duplica",
            )
        yield token, before
        if not token.isspace():
            before = before[1], token.upper()


def _is_word(token: str) -> bool:
    return not token.isspace() and token[0] not in "'\"," and not token[0].isdecimal()


def _opened(opened: list[_Bracket], earlier: str, word: str) -> _Bracket:
    if len(opened) > BRACKETS:
        raise too_much("has brackets in brackets", "tiene paréntesis dentro de paréntesis", BRACKETS)
    named = word != "" and (word[0].isalnum() or word[0] in '_"') and word not in _GROUPING
    shape = opened[-1].shape or word in _SHAPES or (word in _DIMENSIONS and earlier in _SHAPES)
    return _Bracket(groups=not (named or shape), shape=shape)


def _close(opened: list[_Bracket], pieces: list[Any]) -> None:
    if len(opened) == 1:
        raise bad("a bracket is closed that was not opened", "se cierra un paréntesis que no se abrió")
    closed, around = opened.pop(), opened[-1]
    said = "".join(closed.said)
    if closed.groups:
        pieces.append(_read(said, pieces))
        around.said.append(f'"{_PLACE}{len(pieces) - 1}"')
        return
    around.kept = max(around.kept, closed.kept + 1)
    around.said.append(f"({said})")
    if around.kept > _KEPT:
        raise too_much("has functions or lists in each other", "tiene funciones o listas una en otra", _KEPT)


def _read(said: str, pieces: list[Any]) -> Any:
    try:
        read = cql2.parse_text(said).to_json()
    except Exception as fault:
        # The parser raises its own kinds and bare ones alike, in words of its grammar.
        raise _not_read(said) from fault
    return _filled(read, pieces, 0)


def _filled(node: Any, pieces: list[Any], depth: int) -> Any:
    """The tree with each piece in its place."""
    if depth > 2 * BRACKETS:
        raise too_much("has operators one after the other", "tiene operadores uno tras otro", BRACKETS)
    if isinstance(node, list):
        return [_filled(part, pieces, depth + 1) for part in node]
    if not isinstance(node, dict):
        return node
    name = node.get("property")
    if isinstance(name, str) and name.startswith(_PLACE):
        return pieces[int(name[1:])]
    return {member: _filled(part, pieces, depth + 1) for member, part in node.items()}


def _not_read(said: str) -> BadValue:
    shown = quoted(re.sub(f'"{_PLACE}[0-9]+"', "(…)", said).strip())
    return bad(
        f"{shown} is not CQL2; a filter is such as name LIKE 'San%' AND discovered_year > 1900",
        f"{shown} no es CQL2; un filtro es como name LIKE 'San%' AND discovered_year > 1900",
    )
