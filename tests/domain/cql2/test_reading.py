"""What CQL2 means here, and what is said of that which is none."""

from datetime import date

import pytest

from app.domain.bbox import Bbox
from app.domain.cql2 import CONFORMANCE, parse
from app.domain.crs import CRS84, crs_of
from app.domain.predicate import All, Among, AnyOf, Codes, Compared, InBox, Literal, Not, Sets, Stated, Truth
from app.errors import BadValue

WGS84 = crs_of("filter-crs", "EPSG:4326")
CONIC = crs_of("filter-crs", "EPSG:6372")
GOLD = Compared("=", Stated("name"), Literal("gold"))
MX = Compared("=", Stated("country"), Literal("MX"))
NEW = Compared(">", Stated("discovered_year"), Literal(1900))
SYNTHETIC = Compared("=", Stated("synthetic"), Literal(value=True))
LATER = Compared(">", Stated("retrieved"), Literal(date(2026, 8, 2)))


def read(text: str):
    return parse(text, "cql2-text", CRS84)


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("name='gold'", GOLD),
        ("\"name\"='gold'", GOLD),
        (" ( ( name ) = ( 'gold' ) ) ", GOLD),
        ("name = 'it''s'", Compared("=", Stated("name"), Literal("it's"))),
        ("name != 'gold'", Compared("<>", Stated("name"), Literal("gold"))),
        ("id = 'mrds-1'", Compared("=", Stated("id"), Literal("mrds-1"))),
        ("name='gold' AND country='MX' OR discovered_year > 1900", AnyOf((All((GOLD, MX)), NEW))),
        ("discovered_year>1900 or name='gold' and country='MX'", AnyOf((NEW, All((GOLD, MX))))),
        ("name='gold' AND (country='MX' OR discovered_year > 1900)", All((GOLD, AnyOf((MX, NEW))))),
        ("NOT name='gold' AND country='MX'", All((Not(GOLD), MX))),
        ("not(name='gold' and country='MX')", Not(All((GOLD, MX)))),
        ("synthetic AND NOT synthetic", All((SYNTHETIC, Not(SYNTHETIC)))),
        ("country NOT IN ('MX')", Not(Among(Stated("country"), (Literal("MX"),)))),
        ("discovered_year = 1900.0", Compared("=", Stated("discovered_year"), Literal(1900))),
        ("discovered_year = -(5)", Compared("=", Stated("discovered_year"), Literal(-5))),
        ("retrieved > TIMESTAMP('2026-08-01T23:00:00-06:00')", LATER),
        ("retrieved > DATE('2026-08-02')", LATER),
        ("T_AFTER(retrieved, INTERVAL('..','2026-08-02'))", LATER),
        ("T_BEFORE(DATE('2026-08-02'), retrieved)", Compared("<", Literal(date(2026, 8, 2)), Stated("retrieved"))),
        ("T_AFTER(retrieved, INTERVAL('2026-08-02', '..'))", Truth(value=False)),
        ("A_CONTAINS(commodities, ('gold'))", Sets("contains", Stated("commodities"), Codes(("gold",)))),
        ("A_CONTAINS(commodities, 'gold')", Sets("contains", Stated("commodities"), Codes(("gold",)))),
        ("A_OVERLAPS(('b','a','b'), commodities)", Sets("overlaps", Codes(("a", "b")), Stated("commodities"))),
        ("geometry IS NOT NULL", Not(Truth(value=False))),
        ("S_INTERSECTS(geometry, BBOX(177,2,-177,4))", InBox(Bbox(177, 2, -177, 4))),
        ("S_INTERSECTS(BBOX(1,2,-9,3,4,9), geom)", InBox(Bbox(1, 2, 3, 4))),
        ('s_disjoint("geometry", bbox(1,2,3,4))', Not(InBox(Bbox(1, 2, 3, 4)))),
    ],
)
def test_what_is_said_is_meant(text: str, predicate) -> None:
    assert read(text) == predicate


def test_what_qgis_sends() -> None:
    text = (
        '(((("country" = \'MX\') AND ("discovered_year" > 1900)) AND (CASEI("name") LIKE CASEI(\'%mina%\')))'
        " AND (\"retrieved\" >= TIMESTAMP('2026-08-01T00:00:00.000Z')))"
    )
    joined = read(text)
    assert isinstance(joined, All)
    assert joined.parts[:2] == (MX, NEW)
    assert len(joined.parts) == 4


def test_a_filter_of_as_many_brackets_as_qgis_puts_around_fifty_conditions() -> None:
    text = "(" * 50 + "name='gold'" + " AND name='gold')" * 50
    assert read(text) == All((GOLD,) * 51)


@pytest.mark.parametrize(
    ("crs", "text", "box"),
    [
        (WGS84, "BBOX(2,1,4,3)", Bbox(1, 2, 3, 4, WGS84)),
        (CONIC, "BBOX(700000,2400000,800000,2500000)", Bbox(2400000, 700000, 2500000, 800000, CONIC)),
    ],
)
def test_axes_are_in_the_order_of_their_authority(crs, text: str, box: Bbox) -> None:
    assert parse(f"S_INTERSECTS(geometry, {text})", "cql2-text", crs) == InBox(box)
    swapped = parse("S_INTERSECTS(geometry, POINT(30 -110))", "cql2-text", WGS84)
    assert swapped.shape.wkb == read("S_INTERSECTS(geometry, POINT(-110 30))").shape.wkb


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name", "'name' is no condition; there are AND, OR"),
        ("'x'", "'x' is no condition"),
        ("5", "5 is no condition"),
        ("name = 5", "'name' is compared with a text, such as 'San%', not with 5"),
        ("5 = name", "'name' is compared with a text"),
        ("discovered_year = '1900'", "'discovered_year' is compared with a number, such as 1900, not with '1900'"),
        ("discovered_year = TRUE", "with a number, such as 1900, not with TRUE"),
        ("retrieved = '2026-08-01'", r"with a day, such as DATE\('2026-08-01'\), not with '2026-08-01'"),
        ("synthetic = 'true'", "with TRUE or FALSE, not with 'true'"),
        ("synthetic > FALSE", "TRUE and FALSE are compared by = and <>"),
        ("synthetic BETWEEN FALSE AND TRUE", "TRUE and FALSE are compared by = and <>"),
        ("discovered_year IN (1900, 'x')", "not with 'x'"),
        ("name BETWEEN 'a' AND 5", "not with 5"),
        ("name = NULL", "found by IS NULL"),
        ("comodities = 'gold'", "did you mean 'commodities'"),
        ("licence = 'x'", "'licence' is no property that can be asked for"),
        ("geometry = 'x'", "the geometry is asked for by functions"),
        ("discovered_year < 2147483648", "2147483648 is out of range; whole numbers go from -2147483648"),
        ("discovered_year = 1e999", "a number is too large"),
        ("retrieved > DATE('2026-02-30')", "'2026-02-30' is no day such as"),
        ("retrieved > TIMESTAMP('yesterday')", "'yesterday' is no day such as"),
        ("T_AFTER(retrieved, '2026-08-01')", "'2026-08-01' is no time; retrieved is one"),
        ("T_AFTER(name, DATE('2026-08-01'))", "'name' is no time"),
        ("name LIKE name", "after LIKE comes a text"),
        ("discovered_year LIKE '19%'", "'discovered_year' is no text"),
        (r"name LIKE 'a\'", r"\\ stands before %, _ or \\ alone"),
        (r"name LIKE 'a\b'", r"\\ stands before %, _ or \\ alone"),
        ("CASEI(discovered_year) = 'x'", "'discovered_year' is no text"),
        ("name + 1 = 2", "only numbers are reckoned with, not 'name'"),
        ("discovered_year ^ 0.5 = 2", "the exponent after \\^ is a whole number from -8 to 8, not 0.5"),
        ("discovered_year ^ source_row = 2", "the exponent after"),
        ("discovered_year * 1e16 = 2", "a number to reckon with lies between"),
        ("discovered_year" + " + 1" * 9 + " = 2", "reckons in so many steps; 8 at the most"),
        ("A_OVERLAPS(name, ('a'))", "'name' is no property of several codes"),
        ("A_OVERLAPS(commodities, (1, 2))", "a list of codes is such as"),
        ("A_OVERLAPS(('a'), ('b'))", "compares a property such as commodities"),
        ("S_INTERSECTS(geometry, geometry)", "compares the property geometry with a geometry"),
        ("S_INTERSECTS(name, POINT(1 2))", "compares the property geometry with a geometry"),
        ("S_INTERSECTS(POINT(1 2), POINT(1 2))", "compares the property geometry with a geometry"),
        ("S_INTERSECTS(geometry, 'POINT(1 2)')", "'POINT\\(1 2\\)' is no geometry"),
        ("S_INTERSECTS(geometry, POINT(30 -110))", r"\(30 -110\) is no position in WGS 84"),
        ("S_INTERSECTS(geometry, BBOX(0,-91,1,1))", "BBOX: latitudes lie between"),
        ("S_INTERSECTS(geometry, BBOX(0,1))", "BBOX: it is four numbers: west,south,east,north"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1)))", "a geometry is not sound"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1,0 1)))", "a geometry is not sound"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "a geometry is not sound"),
        ("S_INTERSECTS(geometry, LINESTRING(0 0))", "a geometry is not sound"),
        ("S_WITHIN(geometry, BBOX(0,0,0,0))", "a geometry is not sound"),
        ("S_WITHIN(geometry, GEOMETRYCOLLECTION(POINT(1 2)))", "S_INTERSECTS and S_DISJOINT alone"),
        ("S_DWITHIN(geometry, POINT(1 2), 5, meters)", "'s_dwithin' is no condition"),
        ("(name = 'a') = (name = 'b')", "'=' gives no value here"),
        ("name = 'a' AND", "is not CQL2; a filter is such as"),
        ("(name = 'a'", "a bracket is not closed"),
        ("name = 'a')", "a bracket is closed that was not opened"),
        ("name = 'a", "is not closed; one within a text is doubled"),
        ('"name = 1', "is not closed; one within a text is doubled"),
        ("", "is not CQL2"),
        ("name = 'a\0'", "U\\+0000"),
        ("name = '\udc80'", "U\\+0000"),
    ],
)
def test_what_is_not_understood_says_what_would_be_right(text: str, why: str) -> None:
    with pytest.raises(BadValue, match=why) as fault:
        read(text)
    assert fault.value.words.es != fault.value.words.en
    assert "\0" not in fault.value.words.es


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name = 'a'",
        "{}",
        "[]",
        "null",
        "5",
        '"name"',
        '{"op": "="}',
        '{"op": "=", "args": []}',
        '{"op": "=", "args": [{"property": "name"}]}',
        '{"op": "=", "args": [{"property": "name"}, null]}',
        '{"op": "=", "args": [{"property": ["name"]}, "a"]}',
        '{"op": "=", "args": [{"property": "name", "x": 1}, "a"]}',
        '{"op": "=", "args": [{"property": "name"}, {"a": 1}]}',
        '{"op": "=", "args": [{"property": "name"}, ["a"]]}',
        '{"op": "=", "args": [{"property": "name"}, "a"], "x": 1}',
        '{"op": "=", "op": "<>", "args": [{"property": "name"}, "a"]}',
        '{"op": ["="], "args": [{"property": "name"}, "a"]}',
        '{"op": "=", "args": {"property": "name"}}',
        '{"op": "=", "args": [{"property": "name"}, "\\u0000"]}',
        '{"op": "=", "args": [{"property": "name"}, "\\ud800"]}',
        '{"op": "=", "args": [{"property": "discovered_year"}, NaN]}',
        '{"op": "=", "args": [{"property": "discovered_year"}, -Infinity]}',
        '{"op": "=", "args": [{"property": "discovered_year"}, 1e999]}',
        '{"op": "=", "args": [{"property": "discovered_year"}, 1' + "0" * 400 + "]}",
        '{"op": "=", "args": [{"property": "discovered_year"}, 1' + "0" * 5000 + "]}",
        '{"op": "and", "args": []}',
        '{"op": "and", "args": [true]}',
        '{"op": "not", "args": [true, true]}',
        '{"op": "in", "args": [{"property": "name"}, []]}',
        '{"op": "in", "args": [{"property": "name"}, "a"]}',
        '{"op": "isNull", "args": [{"op": "=", "args": [1, 1]}]}',
        '{"op": "like", "args": [{"property": "name"}, {"property": "name"}]}',
        '{"op": "t_after", "args": [{"property": "retrieved"}, {"interval": ["2026-08-01"]}]}',
        '{"op": "t_after", "args": [{"property": "retrieved"}, {"interval": [null, ".."]}]}',
        '{"op": "t_after", "args": [{"property": "retrieved"}, {"date": 5}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [true, 0, 1, 1]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": "0,0,1,1"}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [1e999, 0]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [[0, 0]]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": []}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Polygon", "coordinates": [0, 0]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": ["Point"], "coordinates": [0, 0]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Circle", "coordinates": [0, 0]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "GeometryCollection", "geometries": 3}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "GeometryCollection", "geometries": []}]}',
        '{"op": "a_overlaps", "args": [{"property": "commodities"}, [["gold"]]]}',
    ],
)
def test_json_that_is_no_filter(text: str) -> None:
    with pytest.raises(BadValue) as fault:
        parse(text, "cql2-json", CRS84)
    assert len(fault.value.words.en) < 600


def test_every_class_is_named_by_its_address() -> None:
    assert len(set(CONFORMANCE)) == len(CONFORMANCE)
    assert all(name.startswith("http://www.opengis.net/spec/cql2/1.0/conf/") for name in CONFORMANCE)
