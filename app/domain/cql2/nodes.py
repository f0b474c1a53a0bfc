"""The nodes of CQL2's JSON."""

from typing import Any

from app.domain.cql2.faults import bad
from app.words import quoted


def operation(node: Any) -> tuple[str, list[Any]] | None:
    """The operator in lower case and its arguments, where the node is an operation."""
    if not isinstance(node, dict) or node.keys() != {"op", "args"}:
        return None
    operator, given = node["op"], node["args"]
    return (operator.lower(), given) if isinstance(operator, str) and isinstance(given, list) else None


def arguments(operator: str, given: list[Any], number: int) -> list[Any]:
    """The arguments, which must be so many; raises `BadValue`."""
    if len(given) != number:
        raise bad(
            f"{quoted(operator)} takes {number} arguments, not {len(given)}",
            f"{quoted(operator)} lleva {number} argumentos, no {len(given)}",
        )
    return given


def property_of(node: Any) -> str | None:
    """The name of the property that the node is."""
    if isinstance(node, dict) and node.keys() == {"property"} and isinstance(node["property"], str):
        return node["property"]
    return None


def is_geometry(node: Any) -> bool:
    return property_of(node) in ("geometry", "geom")


def shown(node: Any) -> str:
    """A node as it is said back in a sentence."""
    if isinstance(node, dict):
        found = operation(node)
        name = property_of(node) or (found and found[0]) or next(iter(node), "{}")
        return quoted(str(name))
    if node is None or isinstance(node, bool):
        return str(node).upper().replace("NONE", "NULL")
    if isinstance(node, float):
        return f"{node:.15g}"
    return quoted(node) if isinstance(node, str) else quoted(str(node)).strip("'")
