"""No filter ends the process or takes it for long; the parser itself does both on some of these.

Each is read in a process of its own, so that a death or an endless run is a failure and not the end of the tests.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.cql2 import LANGUAGES, Language, parse
from app.domain.crs import CRS84
from app.errors import BadValue

# Many times what is read in the longest of them.
_PATIENCE_S = 60
_SIZES = (8, 30, 99, 300, 1400, 5000, 16_000)

_READ = """
import json, sys
from app.domain.cql2 import parse
from app.domain.crs import CRS84
from app.errors import BadValue
for language, filter in json.load(sys.stdin):
    try:
        parse(filter, language, CRS84)
    except BadValue:
        pass
print("alive")
"""

TEXTS: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "(" * n + "name='a'" + ")" * n,
    "brackets around what is wrong": lambda n: "(" * n + "a b" + ")" * n,
    "brackets that stay open": lambda n: "(" * n,
    "brackets that were not opened": lambda n: "name='a'" + ")" * n,
    "brackets as QGIS sets them": lambda n: "(" * n + "name='a'" + " AND name='b')" * n,
    "AND and OR in turn": lambda n: "(" * 2 * n + "name='a'" + " AND name='b') OR name='c')" * n,
    "NOT": lambda n: "NOT " * n + "name='a'",
    "NOT with brackets": lambda n: "NOT(" * n + "name='a'" + ")" * n,
    "NOT around what is wrong": lambda n: "NOT (" * n + "a b" + ")" * n,
    "AND": lambda n: " AND ".join(["name='a'"] * n),
    "OR": lambda n: " OR ".join(["name='a' AND id='b'"] * n),
    "AND AND": lambda n: "name='a' " + "AND " * n,
    "comparisons of comparisons": lambda n: "name" + "='a'" * n,
    "minus": lambda n: "discovered_year=" + "-" * n + "1",
    "minus with spaces": lambda n: "discovered_year=" + "- " * n + "source_row",
    "minus with brackets": lambda n: "discovered_year=" + "-(" * n + "1" + ")" * n,
    "minus around what is wrong": lambda n: "-(" * n + "a b" + ")" * n + "=1",
    "plus": lambda n: "discovered_year=1" + "+1" * n,
    "times minus": lambda n: "discovered_year=source_row" + "*-source_row" * n,
    "powers": lambda n: "discovered_year=1" + "^1" * n,
    "functions": lambda n: "f(" * n + "name" + ")" * n + "='a'",
    "functions around what is wrong": lambda n: "f((" * n + "a b" + "))" * n + "=1",
    "CASEI": lambda n: "CASEI(" * n + "name" + ")" * n + "='a'",
    "CASEI and ACCENTI": lambda n: "CASEI(ACCENTI(" * n + "name" + "))" * n + "='a'",
    "IN in IN": lambda n: "name IN (" * n + "a b" + ")" * n,
    "a long list": lambda n: "discovered_year IN (" + ",".join(["-1"] * n) + ")",
    "a long list without case": lambda n: "CASEI(name) IN (" + ",".join(["CASEI('a')"] * n) + ")",
    "a long list of codes": lambda n: "A_OVERLAPS(commodities,(" + ",".join(["'a'"] * n) + "))",
    "lists in lists": lambda n: "name IN " + "(" * n + "'a','b'" + ",'c')" * n,
    "lists in lists around what is wrong": lambda n: "f(" + "(" * n + "1 2" + ",3)" * n + ")",
    "BETWEEN": lambda n: "name BETWEEN " * n + "1 AND 2",
    "BETWEEN and": lambda n: "discovered_year BETWEEN 1 AND 2 AND " * n + "name='a'",
    "a ring": lambda n: "S_INTERSECTS(geometry,POLYGON((" + ",".join(["-0.5 -0.5"] * n) + ")))",
    "a ring that crosses itself": lambda n: (
        "S_INTERSECTS(geometry,POLYGON((0 0," + ",".join(f"{i % 180} {i * 37 % 90}" for i in range(n)) + ",0 0)))"
    ),
    "many points": lambda n: "S_TOUCHES(geometry,MULTIPOINT(" + ",".join(f"{i % 90} {i % 80}" for i in range(n)) + "))",
    "many geometries": lambda n: "S_INTERSECTS(geometry,GEOMETRYCOLLECTION(" + ",".join(["POINT(-0.1 0)"] * n) + "))",
    "collections in collections": lambda n: (
        "S_INTERSECTS(geometry," + "GEOMETRYCOLLECTION(" * n + "POINT(0 0)" + ")" * n + ")"
    ),
    "brackets of a geometry": lambda n: "S_INTERSECTS(geometry,MULTIPOLYGON" + "(" * n + "0 0" + ")" * n + ")",
    "a long pattern": lambda n: "name LIKE '" + "%a" * n + "'",
    "a long text": lambda n: "name='" + "''" * n + "'",
    "single quotes": lambda n: "'" * n,
    "double quotes": lambda n: '"' * n,
    "digits": lambda n: "discovered_year=" + "1" * n,
    "spaces": lambda n: "name" + " " * n + "='a'",
    "commas": lambda n: "," * n,
    "colons": lambda n: ":" * n,
    "words": lambda n: "a " * n,
    "intervals": lambda n: "T_DURING(retrieved," + "INTERVAL(" * n + "'..','..'" + ")" * n + ")",
}
JSONS: dict[str, Callable[[int], str]] = {
    "NOT": lambda n: '{"op":"not","args":[' * n + "true" + "]}" * n,
    "brackets": lambda n: "[" * n + "]" * n,
    "brackets that stay open": lambda n: "[" * n,
    "objects": lambda n: '{"a":' * n + "1" + "}" * n,
    "AND": lambda n: '{"op":"and","args":[' + ",".join(["true"] * n) + "]}",
    "digits": lambda n: '{"op":"=","args":[{"property":"discovered_year"},' + "1" * n + "]}",
    "backslashes": lambda n: '"' + "\\" * n,
    "quotes": lambda n: '"' * n,
    "brackets in a text": lambda n: '{"op":"=","args":[{"property":"name"},"' + "[" * n + '"]}',
}


def _outlives(filters: list[tuple[str, str]]) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", _READ], input=json.dumps(filters), capture_output=True, text=True, timeout=_PATIENCE_S
    )
    return done.stdout == "alive\n"


@pytest.mark.parametrize("name", TEXTS)
def test_the_reader_outlives_a_text(name: str) -> None:
    assert _outlives([("cql2-text", TEXTS[name](size)) for size in _SIZES])


@pytest.mark.parametrize("name", JSONS)
def test_the_reader_outlives_a_json(name: str) -> None:
    assert _outlives([("cql2-json", JSONS[name](size)) for size in _SIZES])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name='" + "a" * 50_000 + "'", "has 50007 characters; 50000 at the most"),
        (TEXTS["brackets"](101), "has brackets in brackets; 100 at the most"),
        (TEXTS["NOT"](1500), "has words and operators; 1500 at the most"),
        (TEXTS["NOT"](60), "is nested more deeply; 50 at the most"),
        (TEXTS["functions"](9), "has functions or lists in each other; 8 at the most"),
        (TEXTS["CASEI and ACCENTI"](3), "has CASEI and ACCENTI in each other; 4 at the most"),
        (TEXTS["a long list"](1001), "has a list of 1001 values; 1000 at the most"),
        (TEXTS["a long list of codes"](1001), "has a list of 1001 values; 1000 at the most"),
        (
            "S_INTERSECTS(geometry,MULTIPOINT(" + "1 1," * 5000 + "0 0))",
            "has a geometry of 5001 vertices; 5000 at the most",
        ),
    ],
)
def test_beyond_a_limit_it_is_said_what_it_is(text: str, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        parse(text, "cql2-text", CRS84)


@pytest.mark.parametrize("text", [TEXTS["brackets"](100), TEXTS["a long list"](1000), TEXTS["many points"](4000)])
def test_up_to_a_limit_it_is_read(text: str) -> None:
    assert parse(text, "cql2-text", CRS84)


_PARTS = (
    *(
        "name",
        "discovered_year",
        "retrieved",
        "geometry",
        "commodities",
        "'a'",
        "'",
        '"',
        "1",
        "1e9",
        "-",
        "+",
        "*",
        "^",
    ),
    *("*", "^", "(", ")", ",", "=", "<", ">", "AND", "OR", "NOT", "LIKE", "IN", "BETWEEN", "IS NULL", "TRUE", "CASEI("),
    *("DATE(", "POINT(", "BBOX(", "S_INTERSECTS(", "A_OVERLAPS(", "T_AFTER(", "INTERVAL("),
    *("%", "\\", ";", "--", "::", "ñ", "\t", "."),
)
_wild = st.one_of(st.text(), st.lists(st.sampled_from(_PARTS), max_size=30).map(" ".join))


@given(_wild, st.sampled_from(LANGUAGES))
@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
def test_no_text_raises_anything_but_bad_value(text: str, language: Language) -> None:
    with suppress(BadValue):
        parse(text, language, CRS84)
