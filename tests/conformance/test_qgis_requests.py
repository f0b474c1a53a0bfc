"""What QGIS of 3.32 and later asks, put word for word: Debian's own is older and sends no filters.

Its provider writes every comparison in brackets, quotes only names that hold more than letters and digits, and sends a
filter only to a service that declares four classes.
"""

import re
from urllib.parse import quote

import pytest
from pyproj import CRS, Transformer

pytestmark = pytest.mark.conformance

ITEMS = "/collections/deposits/items"
GEOJSON = "application/geo+json"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"
FEATURES = "http://www.opengis.net/spec/ogcapi-features-"
SCHEMA = "http://www.opengis.net/def/rel/ogc/1.0/schema"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


@pytest.fixture(scope="session")
def everything(api):
    """Every deposit by its id, from the extract."""
    return {one["id"]: one for one in api.get("/exports/deposits.geojson").json()["features"]}


@pytest.fixture(scope="session")
def deposits(collections):
    (one,) = (one for one in collections if one["id"] == "deposits")
    return one


@pytest.fixture(scope="session")
def queryables(api, deposits, linked):
    """The queryables' JSON schema, asked for as QGIS does: by an address that it builds itself."""
    assert linked(deposits, QUERYABLES, "application/schema+json")
    answer = api.get("/collections/deposits/queryables", headers={"Accept": "application/schema+json"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == "application/schema+json"
    return answer.json()


@pytest.fixture(scope="session")
def geometry(queryables):
    """The queryable that QGIS takes for the geometry: it refers to the schema of a geometry, or says its format."""
    (name,) = (
        name
        for name, one in queryables["properties"].items()
        if one.get("$ref", "").startswith("https://geojson.org/schema/") or one.get("format", "").startswith("geometry")
    )
    assert "type" not in queryables["properties"][name]
    return name


@pytest.fixture(scope="session")
def found(api):
    """The ids that a query of QGIS's finds, over as many pages as there are."""

    def ask(query):
        ids, address = [], f"{ITEMS}?limit=1000&{query}"
        while address:
            answer = api.get(address, headers={"Accept": f"{GEOJSON}, application/json"})
            assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[:500]}"
            page = answer.json()
            ids += [feature["id"] for feature in page["features"]]
            address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        return sorted(ids)

    return ask


def _filter(text):
    """QGIS leaves brackets, commas and apostrophes as they are."""
    written = quote(text, safe="(),'")
    return f"filter={written}&filter-lang=cql2-text"


# --- what QGIS looks for before it sends a filter -------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        CQL2 + "cql2-text",
        CQL2 + "basic-cql2",
        FEATURES + "3/1.0/conf/filter",
        FEATURES + "3/1.0/conf/features-filter",
        # LIKE, BETWEEN and IN; ILIKE; a box or a point, by the name since 3.44 and by the one before.
        CQL2 + "advanced-comparison-operators",
        CQL2 + "case-insensitive-comparison",
        CQL2 + "basic-spatial-functions",
        # The fields' types and titles, by the name that QGIS knows and by the one of the published standard.
        FEATURES + "5/1.0/conf/schemas",
        "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/schemas",
    ],
)
def test_the_classes_that_qgis_looks_for_are_declared(declared, name):
    assert name in declared


def test_the_page_that_qgis_asks_for_is_a_large_one(definition):
    """QGIS takes the greatest and the usual number from here, else it asks for 100 at a time."""
    limit = definition["components"]["parameters"]["limit"]["schema"]
    assert 1000 <= limit["default"] <= limit["maximum"]
    assert limit["maximum"] >= 10_000


def test_every_property_has_a_type_that_qgis_reads(api, deposits, linked, everything):
    (described,) = linked(deposits, SCHEMA, "application/schema+json")
    answer = api.get(described["href"], headers={"Accept": "application/schema+json"})
    assert answer.headers["content-type"].split(";")[0] == "application/schema+json"
    properties = answer.json()["properties"]
    roles = {one["x-ogc-role"]: name for name, one in properties.items() if "x-ogc-role" in one}
    shown = set(properties) - {roles["id"], roles["primary-geometry"]}
    assert shown == set(next(iter(everything.values()))["properties"])
    place = properties[roles["primary-geometry"]]
    assert place["format"] == "geometry-point"
    assert "type" not in place
    python = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    for name in shown:
        kind = properties[name]["type"]
        assert kind in python, f"{name}: QGIS reads a type of one word, not {kind!r}"
        assert properties[name]["title"]
        for feature in everything.values():
            value = feature["properties"][name]
            assert value is None or isinstance(value, python[kind]), f"{feature['id']}: {name}={value!r} is no {kind}"
    assert properties["retrieved"].get("format") == "date"
    order = [properties[name]["x-ogc-propertySeq"] for name in next(iter(everything.values()))["properties"]]
    assert order == sorted(order)


def test_queryables_have_types_and_are_all_properties(queryables, everything):
    assert queryables["type"] == "object"
    assert queryables["$schema"].startswith("https://json-schema.org/draft/")
    assert queryables["$id"].startswith("http")
    properties = set(next(iter(everything.values()))["properties"])
    assert {"name", "country", "status", "source", "discovered_year", "retrieved", "synthetic"} <= set(
        queryables["properties"]
    )
    for name, one in queryables["properties"].items():
        if name in properties:
            assert one["type"] in ("string", "integer", "number", "boolean")


# --- filters, as its expression compiler writes them ----------------------------------------------

FILTERS = [
    ("(country = 'MX')", lambda p: p["country"] == "MX"),
    ("(country <> 'MX')", lambda p: p["country"] not in (None, "MX")),
    ("(name LIKE 'O''Brien \"100%\" <b>{}%ñ 矿 🪨')", lambda p: _like(p["name"], "O'Brien .* ñ 矿 🪨")),
    ("((country = 'MX') AND (source = 'sgm'))", lambda p: (p["country"], p["source"]) == ("MX", "sgm")),
    ("((country = 'US') OR (source = 'sgm'))", lambda p: p["country"] == "US" or p["source"] == "sgm"),
    (
        "((source = 'mrds') AND ((country = 'MX') OR (country = 'US')))",
        lambda p: p["source"] == "mrds" and p["country"] in ("MX", "US"),
    ),
    # A subset and an expression of the request, each in brackets of its own.
    ("((source <> 'x')) AND ((country = 'MX'))", lambda p: p["country"] == "MX"),
    ("(NOT ((country = 'MX')))", lambda p: p["country"] not in (None, "MX")),
    ("(country IS NULL)", lambda p: p["country"] is None),
    ('("discovered_year" IS NOT NULL)', lambda p: p["discovered_year"] is not None),
    ('("discovered_year" >= 1900)', lambda p: (p["discovered_year"] or 0) >= 1900),
    ('("discovered_year" < 1900)', lambda p: (p["discovered_year"] or 9999) < 1900),
    ('("position_accuracy_m" <= 100)', lambda p: _number(p) <= 100),
    ('("position_accuracy_m" > 100.5)', lambda p: _number(p, 0) > 100.5),
    ('("discovered_year" > ( - (1)))', lambda p: p["discovered_year"] is not None),
    ('"discovered_year" BETWEEN 1850 AND 1910', lambda p: 1850 <= (p["discovered_year"] or 0) <= 1910),
    ('"discovered_year" NOT BETWEEN 1850 AND 1910', lambda p: not 1850 <= (p["discovered_year"] or 1850) <= 1910),
    ("country IN ('MX','CA')", lambda p: p["country"] in ("MX", "CA")),
    ("country NOT IN ('MX','CA')", lambda p: p["country"] not in (None, "MX", "CA")),
    ("(country IN ('MX') AND source IN ('sgm'))", lambda p: (p["country"], p["source"]) == ("MX", "sgm")),
    ("(name LIKE 'San%')", lambda p: _like(p["name"], "San.*")),
    ("(name NOT LIKE 'San%')", lambda p: p["name"] is not None and not _like(p["name"], "San.*")),
    ("(name LIKE '%_a')", lambda p: _like(p["name"], ".*.a")),
    ("(CASEI(name) LIKE CASEI('%MINE%'))", lambda p: _like(p["name"], ".*mine.*", re.IGNORECASE)),
    (
        "(CASEI(name) NOT LIKE CASEI('%mine%'))",
        lambda p: p["name"] is not None and not _like(p["name"], ".*mine.*", re.IGNORECASE),
    ),
    ("(synthetic = TRUE)", lambda p: p["synthetic"]),
    ("(synthetic = FALSE)", lambda p: not p["synthetic"]),
    ("(retrieved >= DATE('2000-01-01'))", lambda p: p["retrieved"] >= "2000-01-01"),
    ("(retrieved < DATE('2000-01-01'))", lambda p: p["retrieved"] < "2000-01-01"),
    ("(retrieved >= TIMESTAMP('2000-01-01T00:00:00.000Z'))", lambda p: p["retrieved"] >= "2000-01-01"),
]


def _number(properties, missing=float("inf")):
    value = properties["position_accuracy_m"]
    return missing if value is None else value


def _like(name, pattern, flags=0):
    return name is not None and re.fullmatch(pattern, name, flags | re.DOTALL) is not None


@pytest.mark.parametrize(("text", "meant"), FILTERS, ids=[text for text, _ in FILTERS])
def test_a_filter_finds_what_it_says(found, everything, text, meant):
    expected = sorted(deposit_id for deposit_id, one in everything.items() if meant(one["properties"]))
    assert found(_filter(text)) == expected


def test_the_filters_tell_deposits_apart(everything):
    """Else a service that ignored them would pass."""
    for text, meant in FILTERS:
        if "retrieved" not in text:  # all of them were on one day
            found = sum(bool(meant(one["properties"])) for one in everything.values())
            assert 0 < found < len(everything), text


def test_a_box_and_a_point_find_what_lies_there(found, everything, geometry):
    box = found(_filter(f"S_INTERSECTS({geometry},BBOX(-112,28,-105,33))"))
    meant = sorted(i for i, one in everything.items() if _within(one, -112, 28, -105, 33))
    assert box == meant
    assert meant
    x, y = everything["mrds-8"]["geometry"]["coordinates"]
    at = sorted(i for i, one in everything.items() if one["geometry"]["coordinates"] == [x, y])
    assert found(_filter(f"S_INTERSECTS({geometry},POINT({x:g} {y:g}))")) == at


def _within(one, west, south, east, north):
    x, y = one["geometry"]["coordinates"]
    return west <= x <= east and south <= y <= north


def test_a_filter_s_places_are_in_the_system_that_it_names(found, deposits, everything, geometry):
    meant = sorted(i for i, one in everything.items() if _within(one, -112, 28, -105, 33))
    for uri in deposits["crs"]:
        system = CRS.from_authority(*(("OGC", "CRS84") if uri.endswith("CRS84") else ("EPSG", uri.rpartition("/")[2])))
        if not (system.is_geographic or system == CRS.from_epsg(3857)):
            continue  # a box of degrees is no box there
        to_system = Transformer.from_crs("OGC:CRS84", system)
        corners = [*to_system.transform(-112, 28), *to_system.transform(-105, 33)]
        text = f"S_INTERSECTS({geometry},BBOX({','.join(map(str, corners))}))"
        assert found(f"{_filter(text)}&filter-crs={uri}") == meant, uri


def test_a_filter_a_box_and_a_time_hold_together(found, everything):
    meant = sorted(
        i for i, one in everything.items() if one["properties"]["country"] == "MX" and _within(one, -112, 28, -105, 33)
    )
    assert meant
    around = "bbox=-112,28,-105,33&datetime=2000-01-01%2F9999-12-31T00:00:00Z"
    in_mexico = _filter("(country = 'MX')")
    assert found(f"{around}&{in_mexico}") == meant


@pytest.mark.parametrize(
    "text",
    [
        "(colour = 'red')",
        "country = 'MX",
        "(country = 'MX'",
        "pg_sleep(5) = 1",
        "country = 'MX'; DROP TABLE deposit",
        "",
        "(" * 3000 + "country = 'MX'" + ")" * 3000,
        "NOT " * 3000 + "country = 'MX'",
        "(country < 5)",
        "S_INTERSECTS(name,BBOX(1,2,3,4))",
        "(country = 'M\x00X')",
    ],
    ids=lambda text: text[:24],
)
def test_a_filter_that_means_nothing_is_refused_in_words(api, text):
    answer = api.get(f"{ITEMS}?{_filter(text)}")
    assert answer.status_code in (400, 414)
    if answer.status_code == 400:
        assert answer.json()["detail"]


def test_a_language_that_is_not_spoken_is_refused(api):
    assert api.get(f"{ITEMS}?filter=x&filter-lang=cql-text").status_code == 400
