"""CQL2 as JSON: read strictly, so that nothing is taken for what it is not."""

import json
import re
from typing import Any

from app.domain.cql2.faults import bad
from app.domain.cql2.limits import BRACKETS, check_length, too_much

_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
# A condition is an object in an array, so each level of them has two brackets; a geometry adds some more.
_DEPTH = 2 * BRACKETS


def tree(said: str) -> Any:
    """The JSON of a filter; raises `BadValue` for what is none, or is too long or too deep."""
    check_length(said)
    _check_brackets(said)
    try:
        return json.loads(said, parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise bad(
            'this is not the JSON of a CQL2 filter; one is {"op": "=", "args": [{"property": "country"}, "MX"]}',
            'esto no es el JSON de un filtro CQL2; uno es {"op": "=", "args": [{"property": "country"}, "MX"]}',
        ) from None


def _check_brackets(said: str) -> None:
    depth = 0
    for mark in _MARK.finditer(said):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
        if depth > _DEPTH:
            raise too_much("has brackets in brackets", "tiene corchetes dentro de corchetes", _DEPTH)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError
    return members
