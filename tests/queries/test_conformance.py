"""Each conformance class of CQL2 that is declared, shown by questions after its abstract tests (OGC 21-065r2, annex A).

Each question selects what plain Python selects, which is some deposits and not all.
"""

import json

import pytest

from app.domain.cql2 import CONFORMANCE, parse
from app.domain.crs import CRS84, crs_of
from app.queries.filter import DepositFilter

_AROUND = "POLYGON((-112 28,-105 28,-105 34,-112 34,-112 28))"
_TRIANGLE = "POLYGON((-112 28,-100 28,-105 40,-112 28))"

TEXTS = {
    "cql2-text": [
        "\"country\"='MX'",
        "NOT (country = 'MX' OR \"synthetic\") AND source = 'mrds'",
        "country = 'MX' AND discovered_year < 1900 OR country = 'US' AND discovered_year >= 1900",
    ],
    "basic-cql2": [
        *(f"name {sign} 'Morenci Mine'" for sign in ("=", "<>", "<", "<=", ">", ">=")),
        *(f"discovered_year {sign} 1877" for sign in ("=", "<>", "<", "<=", ">", ">=")),
        *(f"position_accuracy_m {sign} 100.5" for sign in ("<", "<=", ">", ">=")),
        "synthetic = TRUE",
        "synthetic = FALSE",
        "synthetic",
        "NOT synthetic",
        "state IS NULL",
        "state IS NOT NULL",
        "country = 'MX' AND state IS NOT NULL AND TRUE",
        "country = 'MX' OR FALSE",
        "NOT (NOT (country = 'MX')) AND NOT FALSE",
        "retrieved >= DATE('1900-01-01') AND source = 'sgm'",
        "retrieved >= TIMESTAMP('1900-01-01T00:00:00Z') AND source = 'sgm'",
    ],
    "advanced-comparison-operators": [
        "name LIKE 'M%'",
        "name NOT LIKE 'M%'",
        "name LIKE '_a%'",
        "name LIKE '%100\\%%'",
        "discovered_year BETWEEN 1850 AND 1900",
        "discovered_year NOT BETWEEN 1850 AND 1900",
        "position_accuracy_m BETWEEN 0.5 AND 100",
        "country IN ('MX','CA')",
        "country NOT IN ('MX')",
        "discovered_year IN (1877, 1878.5, 1959)",
        "\"commodities\" LIKE '%gold%'",
    ],
    "case-insensitive-comparison": [
        "CASEI(name) = CASEI('MORENCI mine')",
        "CASEI(name) LIKE CASEI('M%')",
        "CASEI(country) IN (CASEI('mx'), casei('cA'))",
        "CASEI(name) LIKE casei('%Ñ%')",
    ],
    "accent-insensitive-comparison": [
        "ACCENTI(name) LIKE ACCENTI('%Míné%')",
        "ACCENTI(name) LIKE ACCENTI('%n %')",
        "ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('%MÍN%'))",
        "CASEI(ACCENTI(name)) IN (CASEI(ACCENTI('Mórenci Miñe')))",
    ],
    "basic-spatial-functions": [
        "S_INTERSECTS(geometry, BBOX(-115,28,-105,33))",
        "S_INTERSECTS(geometry, BBOX(179,50,-179,53))",
        "S_INTERSECTS(geometry, POINT(-110 30))",
        "NOT S_INTERSECTS(geometry, BBOX(-115,28,-105,33))",
    ],
    "basic-spatial-functions-plus": [
        "S_INTERSECTS(geometry, MULTIPOINT((-110 30),(-101 20.5)))",
        "S_INTERSECTS(geometry, LINESTRING(-111 30,-109 30))",
        "S_INTERSECTS(geometry, MULTILINESTRING((-111 30,-109 30),(-102 20.5,-100 20.5)))",
        f"S_INTERSECTS(geometry, {_AROUND})",
        "S_INTERSECTS(geometry, MULTIPOLYGON(((-112 28,-105 28,-105 34,-112 28)),((0 0,2 0,2 2,0 2,0 0))))",
        "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(-110 30),LINESTRING(-102 20.5,-100 20.5)))",
        "S_INTERSECTS(geometry, POINT Z(-110 30 5))",
    ],
    "spatial-functions": [
        f"S_WITHIN(geometry, {_AROUND})",
        f"S_CONTAINS({_AROUND}, geometry)",
        f"S_DISJOINT(geometry, {_TRIANGLE})",
        "S_EQUALS(geometry, POINT(-110 30))",
        "S_TOUCHES(geometry, POLYGON((-110 30,-109 30,-109 31,-110 31,-110 30)))",
        "S_TOUCHES(LINESTRING(-110 30,-109 30), geometry)",
        "S_CONTAINS(geometry, POINT(-110 30))",
        f"NOT S_CROSSES(geometry, {_AROUND}) AND S_WITHIN(geometry, BBOX(-112,28,-105,34))",
        f"NOT S_OVERLAPS(geometry, {_AROUND}) AND S_WITHIN(geometry, BBOX(179,50,-179,53))",
    ],
    "temporal-functions": [
        *(f"{name}(retrieved, DATE('2000-01-01')) AND source = 'sgm'" for name in ("T_AFTER", "T_DISJOINT")),
        "T_BEFORE(retrieved, TIMESTAMP('2999-01-01T00:00:00Z')) AND source = 'sgm'",
        "T_DURING(retrieved, INTERVAL('2000-01-01','..')) AND source = 'sgm'",
        "T_INTERSECTS(retrieved, INTERVAL('2000-01-01T00:00:00Z','2999-01-01T00:00:00Z')) AND source = 'sgm'",
        "T_EQUALS(retrieved, retrieved) AND source = 'sgm'",
        "T_CONTAINS(INTERVAL('2000-01-01','2999-01-01'), retrieved) AND source = 'sgm'",
        "T_STARTS(INTERVAL(retrieved,'2999-01-01'), INTERVAL(retrieved,'..')) AND source = 'sgm'",
        "T_STARTEDBY(INTERVAL(retrieved,'..'), INTERVAL(retrieved,'2999-01-01')) AND source = 'sgm'",
        "T_FINISHES(INTERVAL(retrieved,'2999-01-01'), INTERVAL('2000-01-01','2999-01-01')) AND source = 'sgm'",
        "T_FINISHEDBY(INTERVAL('2000-01-01','2999-01-01'), INTERVAL(retrieved,'2999-01-01')) AND source = 'sgm'",
        "T_MEETS(INTERVAL('2000-01-01',retrieved), INTERVAL(retrieved,'2999-01-01')) AND source = 'sgm'",
        "T_METBY(INTERVAL(retrieved,'2999-01-01'), INTERVAL('2000-01-01',retrieved)) AND source = 'sgm'",
        "T_OVERLAPS(INTERVAL('2000-01-01','2998-01-01'), INTERVAL(retrieved,'2999-01-01')) AND source = 'sgm'",
        "T_OVERLAPPEDBY(INTERVAL(retrieved,'2999-01-01'), INTERVAL('2000-01-01','2998-01-01')) AND source = 'sgm'",
    ],
    "array-functions": [
        "A_OVERLAPS(commodities, ('gold','silver'))",
        "A_CONTAINS(commodities, ('gold','silver'))",
        "A_CONTAINEDBY(commodities, ('gold','silver','copper'))",
        "A_EQUALS(commodities, ('silver','gold'))",
        "A_EQUALS(commodities, critical_commodities)",
    ],
    "property-property": [
        "name = source_name",
        "discovered_year < first_production_year",
        "discovered_year BETWEEN 1900 AND first_production_year",
        "discovered_year IN (first_production_year - 4, last_production_year)",
        "'US' = country",
        "1 = 1 AND country = 'MX'",
    ],
    "arithmetic": [
        "discovered_year = 1869 + 2^3",
        "discovered_year > 1880 - 20 / 10",
        "discovered_year > 1880 - 21 DIV 10",
        "discovered_year <= 1880 - 5 % 2",
        "discovered_year >= 1800 + 8 * 11",
        "discovered_year - 1800 < first_production_year - 1790",
        "-discovered_year < -1890",
        "(discovered_year - 1800) * 2 > 100 * (3 - 2)",
        "1 / (discovered_year - 1878) < 1",
    ],
}
JSONS = [
    {"op": "=", "args": [{"property": "country"}, "MX"]},
    {
        "op": "and",
        "args": [
            {"op": "not", "args": [{"op": "isNull", "args": [{"property": "discovered_year"}]}]},
            {"op": "between", "args": [{"property": "discovered_year"}, 1800, 1900.5]},
            {
                "op": "in",
                "args": [{"op": "casei", "args": [{"property": "country"}]}, ["us", "mx"]],
            },
        ],
    },
    {"op": "a_containedBy", "args": [{"property": "commodities"}, ["gold", "silver", "copper"]]},
    {"op": "s_within", "args": [{"property": "geometry"}, {"bbox": [-115, 28, -105, 33]}]},
    {
        "op": "s_intersects",
        "args": [
            {"property": "geometry"},
            {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [-110, 30]}]},
        ],
    },
    {
        "op": "or",
        "args": [
            {"op": "like", "args": [{"property": "name"}, "M%"]},
            {"op": "t_before", "args": [{"property": "retrieved"}, {"interval": ["..", "1999-01-01"]}]},
            {"op": ">", "args": [{"op": "div", "args": [{"property": "discovered_year"}, 100]}, 18]},
        ],
    },
]
_QUESTIONS = [
    *(("cql2-text", text) for texts in TEXTS.values() for text in texts),
    *(("cql2-json", json.dumps(node)) for node in JSONS),
]


@pytest.mark.parametrize(("language", "text"), _QUESTIONS)
def test_a_question_selects_what_it_says(found, expected, everything, language, text):
    predicate = parse(text, language, CRS84)
    selected = found(DepositFilter(predicate=predicate))
    assert selected == expected(predicate)
    assert 0 < len(selected) < len(everything)


def test_each_class_that_is_declared_is_shown():
    assert {name.rpartition("/")[2] for name in CONFORMANCE} == {*TEXTS, "cql2-json"}


def test_the_same_place_in_several_systems(found):
    for address, text in (
        ("OGC:CRS84", "S_WITHIN(geometry, POLYGON((-110.1 29.9,-109.9 29.9,-109.9 30.1,-110.1 30.1,-110.1 29.9)))"),
        ("EPSG:4326", "S_WITHIN(geometry, POLYGON((29.9 -110.1,29.9 -109.9,30.1 -109.9,30.1 -110.1,29.9 -110.1)))"),
        ("EPSG:32612", "S_INTERSECTS(geometry, BBOX(590000,3310000,600000,3325000))"),
    ):
        predicate = parse(text, "cql2-text", crs_of("filter-crs", address))
        assert found(DepositFilter(predicate=predicate)) == ["mrds-8", "mrds-9"]
