"""How large a filter may be. The parser ends the process, or takes for ever, where a filter is nested too deeply."""

from dataclasses import fields, is_dataclass
from typing import Any

from app.domain.cql2.faults import bad
from app.errors import BadValue

LENGTH = 50_000
BRACKETS = 100
WORDS = 1500
ITEMS = 1000
VERTICES = 5000
CALCULATIONS = 8
FOLDS = 4
# Of predicates in predicates, where AND in AND and OR in OR are one.
LEVELS = 50


def check_length(said: str) -> None:
    """Raises `BadValue` for a filter that is too long."""
    if len(said) > LENGTH:
        raise too_much(f"has {len(said)} characters", f"tiene {len(said)} caracteres", LENGTH)


def check_depth(predicate: Any) -> None:
    """Raises `BadValue` for conditions that are nested too deeply for SQL to be written from them."""
    level, depth = [predicate], 0
    while level:
        if depth > LEVELS:
            raise too_much("is nested more deeply", "está más anidado", LEVELS)
        level = [part for node in level for part in _parts(node)]
        depth += 1


def _parts(node: Any) -> list[Any]:
    if isinstance(node, tuple):
        return [part for part in node if is_dataclass(part)]
    values = [getattr(node, field.name) for field in fields(node)] if is_dataclass(node) else []
    return [part for value in values for part in (_parts(value) if isinstance(value, tuple) else [value])]


def too_much(en: str, es: str, most: int) -> BadValue:
    """The fault of a filter that goes beyond one of the limits."""
    return bad(f"it {en}; {most} at the most", f"{es}; {most} como máximo")
