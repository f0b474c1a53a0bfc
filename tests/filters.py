"""Random predicates, and how CQL2 writes a predicate as text and as JSON."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import shapely
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon, mapping

from app.domain.bbox import Bbox
from app.domain.crs import SYSTEMS, Crs
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
from app.domain.properties import Kind
from app.domain.queryables import queryables

TEXTS = sorted(name for name, one in queryables().items() if one.kind.is_text)
NUMBERS = ["discovered_year", "first_production_year", "last_production_year", "position_accuracy_m", "source_row"]
CODES = sorted(name for name, one in queryables().items() if one.kind is Kind.CODES)

_WORDS = ("Morenci Mine", "MX", "US", "producer", "gold", "silver,gold", "mrds", "mrds-8", "San José", "", "Ñ", "1995")
_ODD = ("100%", "a_b", "\\", "O'Brien", '"', "ß", "İ", "Σας", "ñ", "é", "🪨", "; --", "%(x)s", ":x", "\n", " TRUE")
texts = st.one_of(
    st.sampled_from(_WORDS + _ODD),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
)
patterns = st.lists(
    st.one_of(
        st.sampled_from(["%", "_", "\\%", "\\_", "\\\\", "a", "e", "M", "Á", "mine", "-", ",", " "]), st.just("%")
    ),
    min_size=1,
    max_size=5,
).map("".join)
_fractions = st.integers(-(10**9), 10**9).map(lambda n: n / 1000).filter(lambda n: not n.is_integer())
numbers = st.one_of(st.integers(1850, 2030), st.integers(-(2**31), 2**31 - 1), _fractions, st.sampled_from([0, 1, -1]))
days = st.one_of(st.just(date.today()), st.dates(date(1900, 1, 1), date(2100, 1, 1)))  # noqa: DTZ011

_text_leaves = st.one_of(st.builds(Stated, st.sampled_from(TEXTS)), st.builds(Literal, texts))


def _folded(text: Scalar) -> st.SearchStrategy[Scalar]:
    foldings = (lambda t: t, Caseless, Unaccented, lambda t: Caseless(Unaccented(t)), lambda t: Unaccented(Caseless(t)))
    return st.sampled_from(foldings).map(lambda fold: fold(text))


text_values = _text_leaves.flatmap(_folded)
_number_leaves = st.one_of(st.builds(Stated, st.sampled_from(NUMBERS)), st.builds(Literal, numbers))
_reckoned = st.recursive(
    st.one_of(
        st.builds(Stated, st.sampled_from(NUMBERS)),
        st.builds(Literal, st.one_of(st.integers(-5000, 5000), _fractions.filter(lambda n: abs(n) > 1e-3))),
    ),
    lambda inner: st.one_of(
        st.builds(Arithmetic, st.sampled_from(["+", "-", "*", "/", "div", "%"]), inner, inner),
        st.builds(Arithmetic, st.just("^"), inner, st.integers(-2, 2).map(Literal)),
    ),
    max_leaves=3,
).filter(lambda value: "left=Literal(value=-1)" not in repr(value))
number_values = st.one_of(_number_leaves, _number_leaves, _reckoned)
day_values = st.one_of(st.just(Stated("retrieved")), st.builds(Literal, days))
truth_values = st.one_of(st.just(Stated("synthetic")), st.builds(Literal, st.booleans()))

_ORDERED = (text_values, number_values, day_values)
_OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


def _of_values() -> st.SearchStrategy[Predicate]:
    compared = [st.builds(Compared, _OPERATORS, values, values) for values in _ORDERED]
    truths = st.builds(Compared, st.sampled_from(["=", "<>"]), truth_values, truth_values)
    between = [st.builds(Between, values, values, values) for values in _ORDERED]
    among = [st.builds(Among, values, st.lists(values, min_size=1, max_size=4).map(tuple)) for values in _ORDERED]
    literals = [
        st.builds(Among, values, st.lists(st.builds(Literal, given), min_size=1, max_size=4).map(tuple))
        for values, given in ((text_values, texts), (number_values, numbers), (day_values, days))
    ]
    like = st.builds(Like, text_values, patterns.map(Literal).flatmap(_folded))
    unstated = st.builds(Unstated, st.one_of(text_values, number_values, day_values, truth_values))
    return st.one_of(*compared, truths, *between, *among, *literals, like, unstated, st.builds(Truth, st.booleans()))


_codes = st.lists(
    st.sampled_from(["gold", "silver", "copper", "lead", "US", "MX", "us-critical-2025", "x"]), max_size=3, unique=True
).map(lambda codes: Codes(tuple(sorted(codes))))


def _sets() -> st.SearchStrategy[Predicate]:
    relations = st.sampled_from(["equals", "contains", "contained by", "overlaps"])
    stated = st.builds(Stated, st.sampled_from(CODES))
    given = _codes.filter(lambda codes: codes.codes)
    return st.one_of(
        st.builds(Sets, relations, stated, given),
        st.builds(Sets, relations, given, stated),
        st.builds(Sets, relations, stated, stated),
    )


def positions(crs: Crs) -> st.SearchStrategy[tuple[float, float]]:
    """Positions that are likely to have deposits between them."""
    if crs.geographic:
        whole = st.tuples(st.integers(-125, -85), st.integers(15, 50))
        near = st.sampled_from([(-110.0, 30.0), (180.0, 52.1), (-180.0, 52.2), (10.0, 90.0), (0.0, 0.0)])
        return st.one_of(whole, near).map(lambda place: (float(place[0]), float(place[1])))
    step, (west, east), (south, north) = (
        (200_000, (-14_000_000, -9_000_000), (2_000_000, 6_500_000))
        if crs.srid == 3857
        else (100_000, (-2_500_000, 4_000_000), (-1_000_000, 5_000_000))
    )
    return st.tuples(
        st.integers(west // step, east // step).map(lambda n: float(n * step)),
        st.integers(south // step, north // step).map(lambda n: float(n * step)),
    )


def geometries(crs: Crs) -> st.SearchStrategy[Any]:
    """Sound geometries of every type."""
    places = positions(crs)
    some = st.lists(places, min_size=2, max_size=4, unique=True)
    polygon = st.lists(places, min_size=3, max_size=5, unique=True).map(Polygon)
    one = st.one_of(
        st.builds(Point, places),
        st.builds(MultiPoint, some),
        st.builds(LineString, some),
        polygon,
        polygon,
        polygon.map(lambda shape: MultiPolygon([shape])),
    )
    return one.filter(lambda shape: shape.is_valid)


def boxes(crs: Crs) -> st.SearchStrategy[Bbox]:
    def box(places: tuple[tuple[float, float], tuple[float, float]]) -> Bbox:
        (west, south), (east, north) = places
        if west > east and not crs.geographic:
            west, east = east, west
        return Bbox(west, min(south, north), east, max(south, north), crs)

    return st.tuples(positions(crs), positions(crs)).map(box)


def _placed(crs: Crs) -> st.SearchStrategy[Predicate]:
    relations = st.sampled_from(["intersects", "equals", "touches", "within", "contains", "crosses", "overlaps"])
    shapes = geometries(crs).map(lambda shape: Shape(shapely.to_wkb(shape), crs))
    return st.one_of(boxes(crs).map(InBox), st.builds(Related, relations, shapes))


@cache
def predicates(crs: Crs) -> st.SearchStrategy[Predicate]:
    """Predicates of every kind, whose geometries are of that system, in the form in which CQL2 is read."""
    leaves = st.one_of(_of_values(), _of_values(), _sets(), _placed(crs))
    return st.recursive(
        leaves, lambda inner: st.one_of(st.builds(Not, inner), _joined(All, inner), _joined(AnyOf, inner)), max_leaves=5
    )


@st.composite
def asked(draw: st.DrawFn, systems: tuple[Crs, ...] = tuple(SYSTEMS.values())) -> tuple[Crs, Predicate]:
    """A system, and a predicate whose geometries are of it."""
    crs = systems[draw(st.integers(0, len(systems) - 1))]
    return crs, draw(predicates(crs))


def _joined(kind: Any, inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    def joined(parts: list[Any]) -> Any:
        return kind(tuple(each for part in parts for each in (part.parts if isinstance(part, kind) else [part])))

    return st.lists(inner, min_size=2, max_size=3).map(joined)


def as_text(node: Predicate | Scalar | Codes) -> str:  # noqa: C901
    """A predicate or value as CQL2 text."""
    match node:
        case Stated(name):
            return f'"{name}"' if len(name) % 2 else name
        case Literal(value):
            return _literal_text(value)
        case Codes(codes):
            return f"({','.join(map(_quoted, codes))})"
        case Caseless(text):
            return f"CASEI({as_text(text)})"
        case Unaccented(text):
            return f"ACCENTI({as_text(text)})"
        case Arithmetic(operator, left, right):
            return f"({as_text(left)}) {operator} ({as_text(right)})"
        case Truth(value):
            return "TRUE" if value else "false"
        case Compared(operator, left, right):
            return f"({as_text(left)}) {operator} {as_text(right)}"
        case Between(value, low, high):
            return f"({as_text(value)}) BETWEEN ({as_text(low)}) AND ({as_text(high)})"
        case Among(value, items):
            return f"({as_text(value)}) in ({', '.join(map(as_text, items))})"
        case Like(value, pattern):
            return f"{as_text(value)} LIKE {as_text(pattern)}"
        case Unstated(value):
            return f"({as_text(value)}) IS NULL"
        case Sets(relation, left, right):
            return f"{_SETS[relation]}({as_text(left)}, {as_text(right)})"
        case InBox(box):
            return f"S_INTERSECTS(geometry, BBOX({','.join(map(_decimal, _axes(box)))}))"
        case Related(relation, shape):
            return f"s_{relation}(geometry,{_wkt(shape)})"
        case Not(part):
            return f"NOT ({as_text(part)})"
        case All(parts):
            return " AND ".join(f"({as_text(part)})" for part in parts)
        case AnyOf(parts):
            return " or ".join(f"({as_text(part)})" for part in parts)
    raise TypeError(node)


def as_json(node: Predicate | Scalar | Codes) -> Any:  # noqa: C901
    """A predicate or value as the JSON of CQL2."""
    match node:
        case Stated(name):
            return {"property": name}
        case Literal(date() as value):
            return {"date": value.isoformat()}
        case Literal(value) | Truth(value):
            return value
        case Codes(codes):
            return list(codes)
        case Caseless(text):
            return _op("casei", text)
        case Unaccented(text):
            return _op("accenti", text)
        case Arithmetic(operator, left, right) | Compared(operator, left, right):
            return _op(operator, left, right)
        case Between(value, low, high):
            return _op("between", value, low, high)
        case Among(value, items):
            return {"op": "in", "args": [as_json(value), list(map(as_json, items))]}
        case Like(value, pattern):
            return _op("like", value, pattern)
        case Unstated(value):
            return _op("isNull", value)
        case Sets(relation, left, right):
            return _op(_SETS[relation], left, right)
        case InBox(box):
            return {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": _axes(box)}]}
        case Related(relation, shape):
            return {"op": f"s_{relation}", "args": [{"property": "geometry"}, _geojson(shape)]}
        case Not(part):
            return _op("not", part)
        case All(parts):
            return _op("and", *parts)
        case AnyOf(parts):
            return _op("or", *parts)
    raise TypeError(node)


_SETS = {
    "equals": "a_equals",
    "contains": "a_contains",
    "contained by": "a_containedBy",
    "overlaps": "a_overlaps",
}


def _op(operator: str, *args: Any) -> dict[str, Any]:
    return {"op": operator, "args": list(map(as_json, args))}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal_text(value: Any) -> str:
    match value:
        case bool():
            return str(value).upper()
        case str():
            return _quoted(value)
        case date():
            return f"DATE('{value}')"
    return _decimal(value)


def _decimal(number: float) -> str:
    return format(Decimal(repr(number)), "f")


def _axes(box: Bbox) -> list[float]:
    if box.crs.northing_first:
        return [box.south, box.west, box.north, box.east]
    return [box.west, box.south, box.east, box.north]


def _swapped(shape: Shape) -> Any:
    geometry = shapely.from_wkb(shape.wkb)
    return shapely.transform(geometry, lambda xy: xy[:, ::-1]) if shape.crs.northing_first else geometry


def _wkt(shape: Shape) -> str:
    return shapely.to_wkt(_swapped(shape), rounding_precision=-1)


def _geojson(shape: Shape) -> Any:
    def plain(node: Any) -> Any:
        return [plain(part) for part in node] if isinstance(node, list | tuple) else node

    said = mapping(_swapped(shape))
    return {"type": said["type"], "coordinates": plain(said["coordinates"])}
