"""Filters in OGC CQL2, as text or as JSON, read into the predicates of `app.domain.predicate`."""

from typing import Literal, get_args

from app.domain.cql2 import notation, text
from app.domain.cql2.conditions import condition
from app.domain.cql2.limits import check_depth
from app.domain.crs import Crs
from app.domain.predicate import Predicate
from app.domain.queryables import clean

Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_CLASSES = (
    "cql2-text",
    "cql2-json",
    "basic-cql2",
    "advanced-comparison-operators",
    "case-insensitive-comparison",
    "accent-insensitive-comparison",
    "basic-spatial-functions",
    "basic-spatial-functions-plus",
    "spatial-functions",
    "temporal-functions",
    "array-functions",
    "property-property",
    "arithmetic",
)
# The conformance classes of CQL2 that are kept.
CONFORMANCE = tuple(f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" for name in _CLASSES)


def parse(said: str, language: Language, crs: Crs) -> Predicate:
    """The filter as a predicate; raises `BadValue`. Geometries in it are of that system, in the order of its axes."""
    said = clean("filter", said)
    tree = text.tree(said) if language == "cql2-text" else notation.tree(said)
    predicate = condition(tree, crs)
    check_depth(predicate)
    return predicate
