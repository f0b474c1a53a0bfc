"""The values of CQL2, from its JSON, each with what it is: values of different kinds are not compared."""

import math
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, get_args

from app.domain.cql2.faults import bad
from app.domain.cql2.limits import CALCULATIONS, FOLDS, too_much
from app.domain.cql2.nodes import arguments, is_geometry, operation, property_of, shown
from app.domain.interval import day_of
from app.domain.predicate import Arithmetic, Caseless, Literal, Operator, Scalar, Stated, Unaccented
from app.domain.properties import Kind
from app.domain.queryables import INTEGERS, clean, queryable
from app.words import Words, quoted


class Sort(Enum):
    """What a value is, and how one is written."""

    TEXT = Words("a text, such as 'San%'", "un texto, como 'San%'")
    NUMBER = Words("a number, such as 1900", "un número, como 1900")
    TRUTH = Words("TRUE or FALSE", "TRUE (verdadero) o FALSE (falso)")
    DAY = Words("a day, such as DATE('2026-08-01')", "un día, como DATE('2026-08-01')")


_SORTS = {Kind.INTEGER: Sort.NUMBER, Kind.NUMBER: Sort.NUMBER, Kind.BOOLEAN: Sort.TRUTH, Kind.DATE: Sort.DAY}
_FOLDS = {"casei": Caseless, "accenti": Unaccented}
_OPERATORS: Mapping[str, Operator] = MappingProxyType({one: one for one in get_args(Operator)})

# What is reckoned with; by CALCULATIONS steps no result of these leaves double precision.
_SMALLEST, _LARGEST = 1e-15, 1e15


def scalar(node: Any) -> tuple[Scalar, Sort]:
    """A property, a literal, or what is made of them; raises `BadValue`."""
    if (name := property_of(node)) is not None:
        return _stated(node, name)
    if found := operation(node):
        return _made(*found)
    return _literal(node)


def comparable(nodes: list[Any]) -> tuple[list[Scalar], Sort]:
    """Values that are compared with each other, so all of one sort; raises `BadValue`."""
    read = [scalar(node) for node in nodes]
    subject = next((at for at, node in enumerate(nodes) if property_of(node)), 0)
    sort = read[subject][1]
    for node, (_, other) in zip(nodes, read, strict=True):
        if other is not sort:
            of, by = shown(nodes[subject]), shown(node)
            raise bad(
                f"{of} is compared with {sort.value.en}, not with {by}",
                f"{of} se compara con {sort.value.es}, no con {by}",
            )
    values = [value for value, _ in read]
    if any(isinstance(value, Stated) and queryable(value.name).kind is Kind.INTEGER for value in values):
        _check_integers(values)
    return values, sort


def texts(nodes: list[Any]) -> list[Scalar]:
    """Values that must be texts; raises `BadValue`."""
    read = [scalar(node) for node in nodes]
    for node, (_, sort) in zip(nodes, read, strict=True):
        if sort is not Sort.TEXT:
            raise bad(f"{shown(node)} is no text", f"{shown(node)} no es un texto")
    return [value for value, _ in read]


def _stated(node: Any, name: str) -> tuple[Scalar, Sort]:
    if is_geometry(node):
        raise bad(
            "the geometry is asked for by functions such as S_INTERSECTS(geometry, BBOX(-115,28,-105,33))",
            "la geometría se consulta con funciones como S_INTERSECTS(geometry, BBOX(-115,28,-105,33))",
        )
    return Stated(name), _SORTS.get(queryable(name).kind, Sort.TEXT)


def _made(operator: str, given: list[Any]) -> tuple[Scalar, Sort]:
    if operator in _FOLDS:
        return _folded(operator, given), Sort.TEXT
    if operator in _OPERATORS:
        return _reckoned(_OPERATORS[operator], given), Sort.NUMBER
    raise bad(
        f"{quoted(operator)} gives no value here; CASEI, ACCENTI and + - * / % DIV ^ do",
        f"{quoted(operator)} no da aquí un valor; lo dan CASEI, ACCENTI y + - * / % DIV ^",
    )


def _folded(operator: str, given: list[Any]) -> Scalar:
    (text,) = texts(arguments(operator, given, 1))
    fold = _FOLDS[operator]
    if isinstance(text, fold):
        return text
    made = fold(text)
    if _folds(made) > FOLDS:
        raise too_much("has CASEI and ACCENTI in each other", "tiene CASEI y ACCENTI uno en otro", FOLDS)
    return made


def _folds(text: Scalar) -> int:
    return 1 + _folds(text.text) if isinstance(text, Caseless | Unaccented) else 0


def _reckoned(operator: Operator, given: list[Any]) -> Scalar:
    nodes = arguments(operator, given, 2)
    left, right = (_number(node) for node in nodes)
    number = _given(right)
    # The parser has -(5) and -x as products.
    if operator == "*" and left == Literal(-1) and number is not None:
        return _literal(-number)[0]
    if operator == "^" and number not in range(-CALCULATIONS, CALCULATIONS + 1):
        raise bad(
            f"the exponent after ^ is a whole number from {-CALCULATIONS} to {CALCULATIONS}, not {shown(nodes[1])}",
            f"el exponente tras ^ es un entero de {-CALCULATIONS} a {CALCULATIONS}, no {shown(nodes[1])}",
        )
    made = Arithmetic(operator, left, right)
    if _steps(made) > CALCULATIONS:
        raise too_much("reckons in so many steps", "calcula en tantos pasos", CALCULATIONS)
    return made


def _number(node: Any) -> Scalar:
    value, sort = scalar(node)
    if sort is not Sort.NUMBER:
        raise bad(
            f"only numbers are reckoned with, not {shown(node)}", f"solo se calcula con números, no con {shown(node)}"
        )
    number = _given(value)
    if number and not _SMALLEST <= abs(number) <= _LARGEST:
        raise bad(
            f"a number to reckon with lies between {_SMALLEST} and {_LARGEST}, not {shown(node)}",
            f"un número para calcular está entre {_SMALLEST} y {_LARGEST}, no {shown(node)}",
        )
    return value


def _given(value: Scalar) -> float | None:
    """The number that a literal is."""
    return value.value if isinstance(value, Literal) and isinstance(value.value, int | float) else None


def _steps(value: Scalar) -> int:
    if not isinstance(value, Arithmetic):
        return 0
    power = _given(value.right) if value.operator == "^" else None
    own = max(1, abs(int(power or 0)))
    return own + _steps(value.left) + _steps(value.right)


def _literal(node: Any) -> tuple[Scalar, Sort]:
    if isinstance(node, bool):
        return Literal(node), Sort.TRUTH
    if isinstance(node, int | float):
        return Literal(_finite(node)), Sort.NUMBER
    if isinstance(node, str):
        return Literal(clean("filter", node)), Sort.TEXT
    if isinstance(node, dict) and len(node) == 1 and node.keys() <= {"date", "timestamp"}:
        return day(*node.values()), Sort.DAY
    if node is None:
        raise bad(
            "nothing is compared with NULL; what is not stated is found by IS NULL",
            "nada se compara con NULL; lo que no se indica se halla con IS NULL",
        )
    raise bad(
        f"{shown(node)} cannot stand here, where a text, a number, TRUE, FALSE, a day or a property can",
        f"{shown(node)} no cabe aquí; caben un texto, un número, TRUE, FALSE, un día o una propiedad",
    )


def day(text: Any) -> Literal:
    """The day that a text gives, or the day of UTC of its instant; raises `BadValue`."""
    try:
        return Literal(day_of(text if isinstance(text, str) else ""))
    except ValueError:
        raise bad(
            f"{shown(text)} is no day such as 2026-08-01, and no instant such as 2026-08-01T12:00:00Z",
            f"{shown(text)} no es un día como 2026-08-01, ni un instante como 2026-08-01T12:00:00Z",
        ) from None


def _finite(number: float) -> float:
    """A whole number where it is one that PostgreSQL can hold, else one of double precision."""
    try:
        wide = float(number)
    except OverflowError:
        wide = math.inf
    if not math.isfinite(wide):
        raise bad("a number is too large", "un número es demasiado grande")
    return int(wide) if wide.is_integer() and INTEGERS[0] <= wide <= INTEGERS[-1] else wide


def _check_integers(values: list[Scalar]) -> None:
    for value in values:
        number = _given(value)
        if number is not None and not INTEGERS[0] <= number <= INTEGERS[-1]:
            raise bad(
                f"{shown(number)} is out of range; whole numbers go from {INTEGERS[0]} to {INTEGERS[-1]}",
                f"{shown(number)} está fuera de rango; los enteros van de {INTEGERS[0]} a {INTEGERS[-1]}",
            )
