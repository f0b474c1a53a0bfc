"""A filter as one tree of frozen values: what simple parameters and CQL2 both become, and what SQL is written from.

Truth is three-valued, as in SQL: a comparison with a value that is not stated is unknown.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal as OneOf

from app.domain.bbox import Bbox
from app.domain.crs import Crs

Value = str | int | float | bool | date


@dataclass(frozen=True, slots=True)
class Stated:
    """What a deposit states under the name of a queryable property; codes in a row as one text."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that the filter gives."""

    value: Value


@dataclass(frozen=True, slots=True)
class Caseless:
    """A text without its case: the lower case of its upper case, by Unicode."""

    text: "Scalar"


@dataclass(frozen=True, slots=True)
class Unaccented:
    """A text without its combining marks, by Unicode's canonical decomposition."""

    text: "Scalar"


Operator = OneOf["+", "-", "*", "/", "div", "%", "^"]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers reckoned in double precision; what is divided by zero is unknown.

    `div` drops the fraction of a quotient, `%` is what it leaves over, with the sign of the left.
    """

    operator: Operator
    left: "Scalar"
    right: "Scalar"


Scalar = Stated | Literal | Caseless | Unaccented | Arithmetic


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false for every deposit."""

    value: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """Two values of one kind, compared; texts by their code points."""

    operator: OneOf["=", "<>", "<", "<=", ">", ">="]
    left: Scalar
    right: Scalar


@dataclass(frozen=True, slots=True)
class Between:
    """A value from `low` to `high`, both of them included."""

    value: Scalar
    low: Scalar
    high: Scalar


@dataclass(frozen=True, slots=True)
class Among:
    """A value that is one of the items."""

    value: Scalar
    items: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """A text that fits a pattern: % is any text, _ any character, and \\ takes their meaning from them and from itself.

    The pattern is a literal, or one without case or accents.
    """

    value: Scalar
    pattern: Scalar


@dataclass(frozen=True, slots=True)
class Unstated:
    """A value that is not stated."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class InBox:
    """A deposit in the box or on its edge, in the box's own system."""

    box: Bbox


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry as well-known binary, easting or longitude first, in its system; edges are straight in it."""

    wkb: bytes
    crs: Crs


@dataclass(frozen=True, slots=True)
class Related:
    """A deposit whose point stands in that relation to the shape, in the plane of the shape's system."""

    relation: OneOf["intersects", "equals", "touches", "within", "contains", "crosses", "overlaps"]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes that the filter gives, as a set."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sets:
    """Two sets of codes, compared; a property of codes is a set here, empty where nothing is stated."""

    relation: OneOf["equals", "contains", "contained by", "overlaps"]
    left: Stated | Codes
    right: Stated | Codes


@dataclass(frozen=True, slots=True)
class All:
    """Where all of these hold."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Where any of these holds."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Where this is false; unknown stays unknown."""

    part: "Predicate"


Predicate = Truth | Compared | Between | Among | Like | Unstated | InBox | Related | Sets | All | AnyOf | Not
