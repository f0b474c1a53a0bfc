"""The conditions of CQL2, from its JSON; what is not known here is refused."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from typing import Literal as OneOf

from app.domain.cql2 import shapes, times
from app.domain.cql2.faults import bad
from app.domain.cql2.limits import ITEMS, too_much
from app.domain.cql2.nodes import arguments, is_geometry, operation, property_of, shown
from app.domain.cql2.scalars import Sort, comparable, scalar, texts
from app.domain.crs import Crs
from app.domain.predicate import (
    All,
    Among,
    AnyOf,
    Between,
    Caseless,
    Codes,
    Compared,
    Like,
    Literal,
    Not,
    Predicate,
    Scalar,
    Sets,
    Stated,
    Truth,
    Unaccented,
    Unstated,
)
from app.domain.properties import Kind
from app.domain.queryables import clean, queryable
from app.errors import BadValue
from app.words import quoted

_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_SETS: Mapping[str, OneOf["equals", "contains", "contained by", "overlaps"]] = MappingProxyType(
    {"a_equals": "equals", "a_contains": "contains", "a_containedby": "contained by", "a_overlaps": "overlaps"}
)
_PATTERN = re.compile(r"(?:[^\\]|\\[%_\\])*", re.DOTALL)


def condition(node: Any, crs: Crs) -> Predicate:
    """A node that is true or false of a deposit; raises `BadValue`. Geometries in it are of that system."""
    if isinstance(node, bool):
        return Truth(node)
    if property_of(node) is not None:
        return _stated(node)
    found = operation(node)
    if found is None:
        raise _no_condition(shown(node))
    operator, given = found
    if operator in ("and", "or"):
        return _joined(operator, given, crs)
    if operator == "not":
        (part,) = arguments("NOT", given, 1)
        return Not(condition(part, crs))
    if operator in shapes.FUNCTIONS:
        return shapes.related(operator, given, crs)
    return _of_values(operator, given)


def _of_values(operator: str, given: list[Any]) -> Predicate:
    if operator in _COMPARISONS:
        return _compared(operator, given)
    if operator in times.FUNCTIONS:
        return times.related(operator, given)
    if operator in _SETS:
        return _sets(operator, given)
    if operator in _OTHERS:
        return _OTHERS[operator](given)
    raise _no_condition(quoted(operator))


def _stated(node: Any) -> Predicate:
    """A property that stands alone, which is one of yes and no."""
    value, sort = scalar(node)
    if sort is not Sort.TRUTH:
        raise _no_condition(shown(node))
    return Compared("=", value, Literal(value=True))


def _joined(operator: str, given: list[Any], crs: Crs) -> Predicate:
    """AND or OR; one within another of its kind is of it."""
    kind: type[All] | type[AnyOf] = All if operator == "and" else AnyOf
    parts: list[Predicate] = []
    for node in given:
        part = condition(node, crs)
        parts.extend(part.parts if isinstance(part, kind) else (part,))
    if len(given) < 2:
        raise bad(f"{operator.upper()} joins two conditions or more", f"{operator.upper()} une dos condiciones o más")
    return kind(tuple(parts))


def _compared(operator: Any, given: list[Any]) -> Predicate:
    (left, right), sort = comparable(arguments(operator, given, 2))
    if sort is Sort.TRUTH and operator not in ("=", "<>"):
        raise bad("TRUE and FALSE are compared by = and <>", "TRUE y FALSE se comparan con = y <>")
    return Compared(operator, left, right)


def _between(given: list[Any]) -> Predicate:
    (value, low, high), sort = comparable(arguments("BETWEEN", given, 3))
    if sort is Sort.TRUTH:
        raise bad("TRUE and FALSE are compared by = and <>", "TRUE y FALSE se comparan con = y <>")
    return Between(value, low, high)


def _among(given: list[Any]) -> Predicate:
    node, items = arguments("IN", given, 2)
    if not isinstance(items, list) or not items:
        raise bad("after IN comes a list, such as IN ('US','MX')", "tras IN va una lista, como IN ('US','MX')")
    if len(items) > ITEMS:
        raise too_much(f"has a list of {len(items)} values", f"tiene una lista de {len(items)} valores", ITEMS)
    (value, *read), _ = comparable([node, *items])
    return Among(value, tuple(read))


def _like(given: list[Any]) -> Predicate:
    value, pattern = texts(arguments("LIKE", given, 2))
    said = _said(pattern)
    if said is None:
        raise bad("after LIKE comes a text, such as LIKE 'San%'", "tras LIKE va un texto, como LIKE 'San%'")
    if not _PATTERN.fullmatch(said):
        raise bad(
            r"in a pattern of LIKE, \ stands before %, _ or \ alone, to take their meaning from them",
            r"en un patrón de LIKE, \ solo va antes de %, _ o \, para quitarles su significado",
        )
    return Like(value, pattern)


def _said(pattern: Scalar) -> str | None:
    while isinstance(pattern, Caseless | Unaccented):
        pattern = pattern.text
    return pattern.value if isinstance(pattern, Literal) and isinstance(pattern.value, str) else None


def _unstated(given: list[Any]) -> Predicate:
    (node,) = arguments("IS NULL", given, 1)
    return Truth(value=False) if is_geometry(node) else Unstated(scalar(node)[0])


_OTHERS: Mapping[str, Callable[[list[Any]], Predicate]] = MappingProxyType(
    {"between": _between, "in": _among, "like": _like, "isnull": _unstated}
)


def _sets(operator: str, given: list[Any]) -> Predicate:
    left, right = map(_set, arguments(operator, given, 2))
    if isinstance(left, Codes) and isinstance(right, Codes):
        raise bad(
            f"{quoted(operator)} compares a property such as commodities",
            f"{quoted(operator)} compara una propiedad como commodities",
        )
    return Sets(_SETS[operator], left, right)


def _set(node: Any) -> Stated | Codes:
    name = property_of(node)
    if name is not None:
        if queryable(name).kind is not Kind.CODES:
            raise bad(
                f"{quoted(name)} is no property of several codes, as commodities is",
                f"{quoted(name)} no es una propiedad de varios códigos, como commodities",
            )
        return Stated(name)
    codes = node if isinstance(node, list) else [node]
    if len(codes) > ITEMS:
        raise too_much(f"has a list of {len(codes)} values", f"tiene una lista de {len(codes)} valores", ITEMS)
    if not all(isinstance(code, str) for code in codes):
        raise bad("a list of codes is such as ('gold','silver')", "una lista de códigos es como ('gold','silver')")
    return Codes(tuple(sorted({clean("filter", code) for code in codes})))


def _no_condition(what: str) -> BadValue:
    return bad(
        f"{what} is no condition; there are AND, OR, NOT, = <> < <= > >=, LIKE, BETWEEN, IN, IS NULL, "
        f"and the functions {_FUNCTIONS}",
        f"{what} no es una condición; hay AND, OR, NOT, = <> < <= > >=, LIKE, BETWEEN, IN, IS NULL, "
        f"y las funciones {_FUNCTIONS}",
    )


_FUNCTIONS = ", ".join(name.upper() for name in sorted({*shapes.FUNCTIONS, *times.FUNCTIONS, *_SETS}))
