"""What deposits can be asked for by: their id and properties, without those that a whole source or release shares."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from app.domain.predicate import Value
from app.domain.properties import Kind, Property, properties
from app.errors import BadValue
from app.words import Words, meant, nearest, quoted

_ID = Property(
    name="id",
    kind=Kind.TEXT,
    vocabulary=None,
    title=Words("Id", "Id"),
    about=Words("The source and its key, such as mrds-10013821.", "La fuente y su clave, como mrds-10013821."),
)
# These are the same in all rows of a source, or of the release.
_NOT_ASKED_FOR = ("licence", "citation", "release")

# PostgreSQL's integer.
INTEGERS = range(-(2**31), 2**31)


@cache
def queryables() -> Mapping[str, Property]:
    """All of them by their name, the id first."""
    asked = {name: one for name, one in properties().items() if name not in _NOT_ASKED_FOR}
    return MappingProxyType({_ID.name: _ID, **asked})


def queryable(name: str) -> Property:
    """The queryable property of that name; raises `BadValue` with the nearest name."""
    if name in queryables():
        return queryables()[name]
    near = nearest(name, (*queryables(), "geometry"))
    said, hint = quoted(name), meant(near and repr(near), ".")
    raise BadValue(
        Words(
            f"{said} is no property that can be asked for{hint.en} They are at /collections/deposits/queryables",
            f"{said} no es una propiedad consultable{hint.es} Están en /collections/deposits/queryables",
        )
    )


def value_of(name: str, text: str) -> Value:
    """The value that a parameter named as a property gives in its text; raises `BadValue`."""
    kind = queryable(name).kind
    if kind.is_text:
        return clean(name, text)
    try:
        return _READERS[kind](text)
    except ValueError:
        said = _RIGHT[kind]
        raise BadValue(
            Words(f"{name}={quoted(text)}: it is {said.en}", f"{name}={quoted(text)}: es {said.es}")
        ) from None


def clean(name: str, text: str) -> str:
    """The text, if a database can hold it; raises `BadValue` for the character NUL and for half characters."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadValue(
            Words(
                f"{name}={quoted(text)}: a text has neither the character U+0000 nor half of a surrogate pair",
                f"{name}={quoted(text)}: un texto no lleva el carácter U+0000 ni medio par sustituto",
            )
        )
    return text


def _integer(text: str) -> int:
    digits = text.removeprefix("-")
    # int() also reads 1_000, +5 and the digits of other scripts.
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 10 and int(text) in INTEGERS):
        raise ValueError
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not text.isascii() or "_" in text or not math.isfinite(number):
        raise ValueError
    return number


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError
    return text.lower() == "true"


def _date(text: str) -> date:
    if text[4:5] != "-" or text[7:8] != "-":
        raise ValueError
    return date.fromisoformat(text)


_READERS: Mapping[Kind, Callable[[str], Value]] = {
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
}
_RIGHT = {
    Kind.INTEGER: Words(
        f"a whole number from {INTEGERS[0]} to {INTEGERS[-1]}", f"un número entero de {INTEGERS[0]} a {INTEGERS[-1]}"
    ),
    Kind.NUMBER: Words("a number", "un número"),
    Kind.BOOLEAN: Words("true or false", "true (verdadero) o false (falso)"),
    Kind.DATE: Words("a day, such as 2026-08-01", "un día, como 2026-08-01"),
}
