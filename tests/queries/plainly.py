"""A predicate judged in plain Python, with the three truths of SQL: True, False, and None where it is not known."""

import operator
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from functools import reduce
from typing import Any

import shapely

from app.domain.bbox import Bbox
from app.domain.crs import Crs
from app.domain.predicate import (
    All,
    Among,
    AnyOf,
    Arithmetic,
    Between,
    Caseless,
    Codes,
    Compared,
    InBox,
    Like,
    Literal,
    Not,
    Predicate,
    Related,
    Scalar,
    Sets,
    Shape,
    Stated,
    Truth,
    Unaccented,
    Unstated,
)

Known = bool | None

_OPERATORS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EXACT = Context(prec=400)


@dataclass(frozen=True)
class Deposit:
    """What is said of a deposit, and where it lies in each system that reaches it."""

    said: Mapping[str, Any]
    places: Mapping[Crs, tuple[float, float]]


def deposits(features: Iterable[Mapping[str, Any]], placed: Mapping[Crs, Mapping[str, Any]]) -> list[Deposit]:
    """Deposits as their features say them."""
    return [
        Deposit(
            said={
                **feature["properties"],
                "id": feature["id"],
                "retrieved": date.fromisoformat(feature["properties"]["retrieved"]),
            },
            places={crs: places[feature["id"]] for crs, places in placed.items() if feature["id"] in places},
        )
        for feature in features
    ]


def holds(predicate: Predicate, of: Deposit) -> Known:  # noqa: C901
    """Whether it is true of the deposit."""
    match predicate:
        case Truth(value):
            return value
        case Compared(sign, left, right):
            return _compared(sign, value_of(left, of), value_of(right, of))
        case Between(value, low, high):
            said = value_of(value, of)
            return _and([_compared(">=", said, value_of(low, of)), _compared("<=", said, value_of(high, of))])
        case Among(value, items):
            said = value_of(value, of)
            return _or([_compared("=", said, value_of(item, of)) for item in items])
        case Like(value, pattern):
            return _like(value_of(value, of), value_of(pattern, of))
        case Unstated(value):
            return value_of(value, of) is None
        case InBox(box):
            return box.crs in of.places and in_box(box, *of.places[box.crs])
        case Related(relation, shape):
            return _related(relation, shape, of)
        case Sets(relation, left, right):
            return _sets(relation, _codes(left, of), _codes(right, of))
        case All(parts):
            return _and([holds(part, of) for part in parts])
        case AnyOf(parts):
            return _or([holds(part, of) for part in parts])
        case Not(part):
            known = holds(part, of)
            return None if known is None else not known
    raise TypeError(predicate)


def in_box(box: Bbox, x: float, y: float) -> bool:
    """Whether a place of the box's system lies in it or on its edge."""
    across = box.west <= x <= box.east if box.west <= box.east else x >= box.west or x <= box.east
    return across and box.south <= y <= box.north


def value_of(scalar: Scalar, of: Deposit) -> Any:
    """The value for the deposit; None where nothing is stated."""
    match scalar:
        case Stated(name):
            return of.said[name]
        case Literal(value):
            return value
        case Caseless(text):
            said = value_of(text, of)
            return None if said is None else said.upper().lower().replace("ς", "σ")
        case Unaccented(text):
            said = value_of(text, of)
            return None if said is None else _unaccented(said)
        case Arithmetic(sign, left, right):
            return _reckoned(sign, value_of(left, of), value_of(right, of))
    raise TypeError(scalar)


def _compared(sign: str, left: Any, right: Any) -> Known:
    return None if left is None or right is None else bool(_OPERATORS[sign](left, right))


def _and(known: list[Known]) -> Known:
    return False if False in known else None if None in known else True


def _or(known: list[Known]) -> Known:
    return True if True in known else None if None in known else False


def _like(said: str | None, pattern: str | None) -> Known:
    if said is None or pattern is None:
        return None
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    meant = ({"%": ".*", "_": "."}.get(part) or re.escape(part[-1]) for part in parts)
    return re.fullmatch("".join(meant), said, re.DOTALL) is not None


def _unaccented(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _reckoned(sign: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (sign in ("/", "div", "%") and right == 0):
        return None
    left, right = float(left), float(right)
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "div":
            return float(int(left / right))
        case "%":
            # As PostgreSQL, which knows remainders of decimals alone, of fifteen digits.
            one, other = (Decimal(f"{side:.15g}") for side in (left, right))
            return float(_EXACT.remainder(one, other))
        case "^":
            power = reduce(operator.mul, [left] * abs(int(right)), 1.0)
            return power if right >= 0 else None if power == 0 else 1 / power
    raise TypeError(sign)


def _codes(asked: Stated | Codes, of: Deposit) -> set[str]:
    said = asked.codes if isinstance(asked, Codes) else (of.said[asked.name] or "").split(",")
    return set(said) - {""}


def _sets(relation: str, left: set[str], right: set[str]) -> bool:
    return {
        "equals": left == right,
        "contains": left >= right,
        "contained by": left <= right,
        "overlaps": bool(left & right),
    }[relation]


def _related(relation: str, shape: Shape, of: Deposit) -> bool:
    if shape.crs not in of.places:
        return False
    point = shapely.Point(of.places[shape.crs])
    return bool(getattr(shapely, relation)(point, shapely.from_wkb(shape.wkb)))
