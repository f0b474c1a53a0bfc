"""A filter as SQL conditions: the only place where a filter becomes SQL, so no two answers disagree.

Values are bound, so that questions of one form are one statement, whatever values they ask with.
"""

from collections.abc import Callable, Mapping
from functools import singledispatch
from operator import eq, ge, gt, le, lt, ne
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, any_, false, literal, not_, or_, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from app.db.tables import deposit
from app.domain.predicate import (
    All,
    Among,
    AnyOf,
    Between,
    Codes,
    Compared,
    InBox,
    Like,
    Not,
    Predicate,
    Related,
    Sets,
    Stated,
    Truth,
    Unstated,
)
from app.queries import columns, places
from app.queries.filter import DepositFilter
from app.queries.values import array, value


def where(wanted: DepositFilter, release: int) -> ColumnElement[bool]:
    """The deposits of one release that the filter wants."""
    visible = deposit.c.release_level <= wanted.release_level
    return and_(deposit.c.release == release, visible, condition(wanted.asked()))


_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
)


@singledispatch
def condition(asked: Predicate) -> ColumnElement[bool]:
    """A predicate as SQL, with the same three truths."""
    raise TypeError(asked)


@condition.register
def _truth(asked: Truth) -> ColumnElement[bool]:
    return true() if asked.value else false()


@condition.register
def _compared(asked: Compared) -> ColumnElement[bool]:
    compared: ColumnElement[bool] = _COMPARED[asked.operator](value(asked.left), value(asked.right))
    return compared


@condition.register
def _between(asked: Between) -> ColumnElement[bool]:
    said = value(asked.value)
    # Not BETWEEN: SQLAlchemy writes its COLLATE without the brackets that it needs there.
    return and_(said >= value(asked.low), said <= value(asked.high))


@condition.register
def _among(asked: Among) -> ColumnElement[bool]:
    return value(asked.value) == any_(array(asked.items))


@condition.register
def _like(asked: Like) -> ColumnElement[bool]:
    # PostgreSQL's LIKE has just these meanings of %, _ and \.
    return value(asked.value).like(value(asked.pattern))


@condition.register
def _unstated(asked: Unstated) -> ColumnElement[bool]:
    return value(asked.value).is_(None)


@condition.register
def _in_box(asked: InBox) -> ColumnElement[bool]:
    return places.in_box(asked.box)


@condition.register
def _related(asked: Related) -> ColumnElement[bool]:
    return places.related(asked)


@condition.register
def _sets(asked: Sets) -> ColumnElement[bool]:
    left, right = _codes(asked.left), _codes(asked.right)
    holds: ColumnElement[bool]
    match asked.relation:
        case "overlaps":
            holds = left.overlap(right)
        case "contains":
            holds = left.contains(right)
        case "contained by":
            holds = left.contained_by(right)
        case "equals":
            holds = and_(left.contains(right), left.contained_by(right))
    return holds


def _codes(asked: Stated | Codes) -> Any:
    return columns.codes(asked.name) if isinstance(asked, Stated) else literal(list(asked.codes), ARRAY(Text))


@condition.register
def _all(asked: All) -> ColumnElement[bool]:
    return and_(true(), *map(condition, asked.parts))


@condition.register
def _any_of(asked: AnyOf) -> ColumnElement[bool]:
    return or_(false(), *map(condition, asked.parts))


@condition.register
def _not(asked: Not) -> ColumnElement[bool]:
    return not_(condition(asked.part))
