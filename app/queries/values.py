"""The values of a predicate as SQL expressions."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache, singledispatch
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, cast, func, literal, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import Boolean, Date, Float, Integer, Numeric, Text, TypeEngine

from app.domain.predicate import Arithmetic, Caseless, Literal, Scalar, Stated, Unaccented, Value
from app.queries import columns

_TYPES: dict[type[Value], TypeEngine[Any]] = {
    str: Text(),
    int: Integer(),
    float: Float(53),
    bool: Boolean(),
    date: Date(),
}


@singledispatch
def value(asked: Scalar) -> ColumnElement[Any]:
    """A value as SQL; texts sort by their code points."""
    raise TypeError(asked)


@value.register
def _(asked: Stated) -> ColumnElement[Any]:
    said = columns.column(asked.name)
    return said.collate("C") if isinstance(said.type, Text) and said.type.collation != "C" else said


@value.register
def _(asked: Literal) -> ColumnElement[Any]:
    return literal(asked.value, _TYPES[type(asked.value)])


@value.register
def _(asked: Caseless) -> ColumnElement[Any]:
    return caseless(value(asked.text))


@value.register
def _(asked: Unaccented) -> ColumnElement[Any]:
    return unaccented(value(asked.text))


@value.register
def _(asked: Arithmetic) -> ColumnElement[Any]:
    left, right = (cast(value(side), Float(53)) for side in (asked.left, asked.right))
    match asked.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / func.nullif(right, 0)
        case "div":
            return func.trunc(left / func.nullif(right, 0))
        case "%":
            return cast(func.mod(cast(left, Numeric), func.nullif(cast(right, Numeric), 0)), Float(53))
        case "^":
            return _power(left, asked.right)


def _power(base: ColumnElement[Any], exponent: Scalar) -> ColumnElement[Any]:
    if not isinstance(exponent, Literal) or not isinstance(exponent.value, int):
        raise TypeError(exponent)
    power = func.power(base, literal(abs(exponent.value), Float(53)))
    return power if exponent.value >= 0 else 1 / func.nullif(power, 0, type_=Float(53))


def array(items: Sequence[Scalar]) -> ColumnElement[Any]:
    """Items of one kind as an array; literals are bound as one value."""
    literals = [item.value for item in items if isinstance(item, Literal)]
    if len(literals) < len(items):
        return postgresql.array(list(map(value, items)))
    if float in map(type, literals):
        literals = [float(number) for number in literals if isinstance(number, int | float)]
    return literal(literals, postgresql.ARRAY(_TYPES[type(literals[0])]))


def caseless(text: ColumnElement[str]) -> ColumnElement[str]:
    """Lower case of upper case, as ICU has them without a language; the database's own locale may know ASCII alone."""
    lower = func.lower(func.upper(text.collate("und-x-icu")))
    # Σ at the end of a word is ς in lower case.
    return func.replace(lower, "ς", "σ").collate("C")


def unaccented(text: ColumnElement[str]) -> ColumnElement[str]:
    """Without combining marks. Canonical decomposition makes no new %, _ or \\, so that a pattern stays as it is."""
    return func.regexp_replace(func.normalize(text, literal_column("NFD")), _marks(), "", "g").collate("C")


@cache
def _marks() -> str:
    """A regular expression for any combining mark; PostgreSQL's have no class for them."""
    marks = [code for code in range(0x300, 0x110000) if unicodedata.combining(chr(code))]
    runs = (list(run) for _, run in groupby(enumerate(marks), lambda pair: pair[1] - pair[0]))
    return "[" + "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in runs) + "]"
