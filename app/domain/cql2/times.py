"""The temporal functions of CQL2, said as comparisons of days: a deposit has a day, an instant is taken as its day."""

from collections.abc import Callable
from math import inf
from operator import eq, ge, gt, le, lt
from typing import Any

from app.domain.cql2.faults import bad
from app.domain.cql2.nodes import arguments, shown
from app.domain.cql2.scalars import Sort, day, scalar
from app.domain.predicate import All, Compared, Not, Predicate, Scalar, Truth

# How the start and end of the first stand to those of the second (Allen's relations; OGC 21-065r2, 7.9).
_RELATIONS: dict[str, tuple[str, ...]] = {
    "t_after": ("s>e",),
    "t_before": ("e<s",),
    "t_contains": ("s<s", "e>e"),
    "t_during": ("s>s", "e<e"),
    "t_equals": ("s=s", "e=e"),
    "t_finishedby": ("s<s", "e=e"),
    "t_finishes": ("s>s", "e=e"),
    "t_intersects": ("s<=e", "e>=s"),
    "t_meets": ("e=s",),
    "t_metby": ("s=e",),
    "t_overlappedby": ("s>s", "s<e", "e>e"),
    "t_overlaps": ("s<s", "e>s", "e<e"),
    "t_startedby": ("s=s", "e>e"),
    "t_starts": ("s=s", "e<e"),
}
_HOLDS: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}
FUNCTIONS = frozenset({*_RELATIONS, "t_disjoint"})

# A day, or an end that is open.
_End = Scalar | float


def related(function: str, given: list[Any]) -> Predicate:
    """A temporal function of two instants or intervals; raises `BadValue`."""
    first, second = map(_ends, arguments(function, given, 2))
    if function == "t_disjoint":
        return Not(related("t_intersects", given))
    relations = _RELATIONS[function]
    parts = [_compared(first[r[0] == "e"], r[1:-1], second[r[-1] == "e"]) for r in relations]
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _ends(node: Any) -> tuple[_End, _End]:
    if not isinstance(node, dict) or node.keys() != {"interval"}:
        instant = _day(node)
        return instant, instant
    ends = node["interval"]
    if not isinstance(ends, list) or len(ends) != 2:
        raise bad("an INTERVAL has a start and an end", "un INTERVAL tiene inicio y fin")
    return _end(ends[0], -inf), _end(ends[1], inf)


def _end(node: Any, opened: float) -> _End:
    if node == "..":
        return opened
    return day(node) if isinstance(node, str) else _day(node)


def _day(node: Any) -> Scalar:
    value, sort = scalar(node)
    if sort is not Sort.DAY:
        raise bad(
            f"{shown(node)} is no time; retrieved is one, DATE('2026-08-01'), or INTERVAL('2026-08-01','..')",
            f"{shown(node)} no es un tiempo; lo es retrieved, DATE('2026-08-01') o INTERVAL('2026-08-01','..')",
        )
    return value


def _compared(left: _End, operator: Any, right: _End) -> Predicate:
    if not isinstance(left, float) and not isinstance(right, float):
        return Compared(operator, left, right)
    # Any day lies between the open ends.
    one, other = (end if isinstance(end, float) else 0.0 for end in (left, right))
    return Truth(_HOLDS[operator](one, other))
