"""What OGC API Features, parts 1 and 2, ask of a service: their abstract tests, put to the running one.

OGC 17-069r4 and 18-058r1, annex A; each test names those it puts. Where the OGC's executable suite is stricter than the
text, so are we: certificates are given by the suite.
"""

import re
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from pyproj import CRS, Transformer
from shapely.geometry import box, shape

pytestmark = pytest.mark.conformance

GEOJSON = "application/geo+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
BY_REFERENCE = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"
# Around Greenwich, on the equator, across the 180th meridian, and at the poles: as the executable suite asks.
BOXES = ["-1.5,50,1.5,53", "-80,-5,-70,5", "177,65,-177,70", "-180,85,180,90", "-180,-90,180,-85"]


@pytest.fixture(scope="session")
def items(api, collections, linked):
    """Asks a collection for features, as GeoJSON."""

    def ask(collection, **asked):
        address = linked(collection, "items", GEOJSON)[0]["href"]
        return api.get(address, params=asked or None, headers={"Accept": GEOJSON})

    return ask


@pytest.fixture(scope="session")
def parameter(definition):
    """A parameter of `/collections/{id}/items` as the API's definition has it."""

    def find(collection, name):
        paths = definition["paths"]
        path = next(
            path
            for path in paths
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), f"/collections/{collection['id']}/items")
        )
        declared = [*paths[path].get("parameters", ()), *paths[path]["get"].get("parameters", ())]
        (found,) = (one for one in declared if one["name"] == name and one["in"] == "query")
        assert not found.get("required", False)
        assert found.get("style", "form") == "form"
        assert found["explode"] is False
        return found["schema"]

    return find


def _media_types(declared, geojson=False):
    """The media types that the service must offer a document in, by the classes it says it is of."""
    offered = {GEOJSON if geojson else "application/json"} if CORE + "geojson" in declared else set()
    return offered | ({"text/html"} if CORE + "html" in declared else set())


def _is_linked_to_itself(document, media_types, linked):
    assert len(linked(document, "self")) == 1
    assert all(one.get("rel") and one.get("type") for one in document["links"])
    told = {one["type"].split(";")[0] for one in linked(document, "self") + linked(document, "alternate")}
    assert media_types <= told
    for one in document["links"]:
        assert urlsplit(one["href"]).scheme in ("http", "https"), (
            f"{one['href']}: clients cannot use a relative address"
        )


# --- part 1, core: what the API is ----------------------------------------------------------------


def test_the_landing_page_leads_to_definition_conformance_and_data(landing, linked):
    """/conf/core/root-op, /conf/core/root-success."""
    assert linked(landing, "service-desc", "application/vnd.oai.openapi+json;version=3.0")
    assert linked(landing, "conformance", "application/json")
    assert linked(landing, "data", "application/json")
    assert all("?" not in one["href"] for one in linked(landing, "data", "application/json"))


def test_every_link_of_the_landing_page_can_be_followed(api, landing):
    for link in landing["links"]:
        if "{" not in link["href"]:
            answer = api.get(link["href"], headers={"Accept": link["type"]})
            assert answer.status_code == 200, link["href"]
            assert answer.headers["content-type"].split(";")[0] == link["type"].split(";")[0], link["href"]


def test_the_definition_is_where_the_landing_page_says(api, landing, linked, definition):
    """/conf/core/api-definition-op, /conf/core/api-definition-success."""
    assert definition["openapi"].startswith("3.0.")
    for path in ("/conformance", "/collections"):
        assert path in definition["paths"]
    for described in linked(landing, "service-doc"):
        assert api.get(described["href"], headers={"Accept": described["type"]}).status_code == 200


def test_the_classes_are_declared(declared):
    """/conf/core/conformance-op, /conf/core/conformance-success."""
    assert {CORE + name for name in ("core", "geojson", "oas30")} <= declared


def test_http_1_1_is_followed(api):
    """/conf/core/http: an address that is not there, a method that is not meant."""
    assert api.get("/collections/nothing-of-this-name").status_code == 404
    assert api.get("/collections/deposits/items/nothing-of-this-name").status_code == 404
    assert api.post("/collections/deposits/items", json={}).status_code == 405


# --- part 1, core: collections --------------------------------------------------------------------


def test_the_collections_say_what_they_are(get, linked, declared):
    """/conf/core/fc-md-op, fc-md-success, fc-md-links."""
    told = get("/collections")
    _is_linked_to_itself(told, _media_types(declared), linked)
    assert told["collections"]


def test_each_collection_leads_to_its_items_and_lies_where_it_says(collections, linked, declared):
    """/conf/core/fc-md-items, fc-md-items-links, fc-md-extent, crs84."""
    assert collections
    for one in collections:
        assert "." not in one["id"], "QGIS takes a dot for a file's extension"
        assert {link["type"] for link in linked(one, "items")} >= _media_types(declared, geojson=True)
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert -180 <= west <= 180
        assert -180 <= east <= 180
        assert -90 <= south <= north <= 90
        assert one.get("crs", [CRS84])[0] == CRS84


def test_a_collection_says_the_same_alone_as_among_all(get, collections, linked, declared):
    """/conf/core/sfc-md-op, sfc-md-success."""
    for one in collections:
        alone = get(f"/collections/{one['id']}")
        for name in ("id", "title", "description", "extent", "crs", "storageCrs", "itemType"):
            assert alone.get(name) == one.get(name), name
        _is_linked_to_itself(alone, _media_types(declared), linked)
        (own,) = linked(alone, "items", GEOJSON)
        assert own["href"] in {link["href"] for link in linked(one, "items", GEOJSON)}


# --- part 1, core: features -----------------------------------------------------------------------


def _is_a_page(answer, linked, declared):
    """/conf/core/fc-response, fc-links, fc-timeStamp, fc-numberReturned."""
    assert answer.status_code == 200, f"{answer.url}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"].split(";")[0] == GEOJSON
    page = answer.json()
    assert page["type"] == "FeatureCollection"
    assert page["numberReturned"] == len(page["features"])
    _is_linked_to_itself(page, _media_types(declared, geojson=True), linked)
    assert datetime.fromisoformat(page["timeStamp"]).tzinfo is not None
    for feature in page["features"]:
        assert feature["type"] == "Feature"
        assert feature["id"]
    return page


def test_features_are_a_page_of_geojson(items, collections, linked, declared):
    """/conf/core/fc-op, fc-response; /conf/geojson/definition, content."""
    for one in collections:
        page = _is_a_page(items(one), linked, declared)
        assert page["features"]
        for feature in page["features"]:
            if feature["geometry"] is not None:
                west, south, east, north = shape(feature["geometry"]).bounds
                assert -180 <= west <= east <= 180
                assert -90 <= south <= north <= 90


def test_as_many_match_as_all_pages_have(api, items, collections, parameter, linked):
    """/conf/core/fc-numberMatched: each page's `limit` replaced by the API's greatest, as the executable suite does."""
    for one in collections:
        greatest = parameter(one, "limit")["maximum"]
        assert greatest >= 1000, "QGIS asks for no more than the API's greatest at once"
        page = items(one, limit=3).json()
        assert isinstance(page["numberMatched"], int)
        seen = [feature["id"] for feature in page["features"]]
        while onward := linked(page, "next", GEOJSON):
            page = api.get(_with_limit(onward[0]["href"], greatest), headers={"Accept": GEOJSON}).json()
            seen += [feature["id"] for feature in page["features"]]
            assert len(seen) <= page["numberMatched"]
        assert len(seen) == len(set(seen)) == page["numberMatched"]


def _with_limit(address, limit):
    """The executable suite splits a query at & and at =, so neither may stand in a value."""
    url = urlsplit(address)
    pairs = [part.split("=") for part in url.query.split("&")]
    assert all(len(pair) == 2 for pair in pairs), f"{address}: a value holds an equals sign"
    given = dict(pairs) | {"limit": str(limit)}
    return url._replace(query="&".join(f"{name}={value}" for name, value in given.items())).geturl()


def test_limit_is_declared_and_kept(items, collections, parameter, linked, declared):
    """/conf/core/fc-limit-definition, fc-limit-response."""
    for one in collections:
        schema = parameter(one, "limit")
        assert schema["type"] == "integer"
        assert schema["minimum"] == 1
        assert schema["minimum"] <= schema["default"] <= schema["maximum"]
        for limit in (1, 3, schema["maximum"]):
            page = _is_a_page(items(one, limit=limit), linked, declared)
            assert len(page["features"]) == min(limit, page["numberMatched"])
        for limit in ("0", "-1", "many", "1.5", ""):
            assert items(one, limit=limit).status_code == 400, limit
        # More than the greatest is answered with at most the greatest, or refused.
        more = items(one, limit=schema["maximum"] + 1)
        assert more.status_code == 400 or len(more.json()["features"]) <= schema["maximum"]


def test_a_box_is_declared_and_only_what_meets_it_is_found(items, collections, parameter, linked, declared):
    """/conf/core/fc-bbox-definition, fc-bbox-response."""
    for one in collections:
        schema = parameter(one, "bbox")
        assert schema["type"] == "array"
        assert schema["items"]["type"] == "number"
        sizes = schema.get("oneOf", [schema])
        assert {size["minItems"] for size in sizes} | {size["maxItems"] for size in sizes} == {4, 6}
        extent = ",".join(map(str, one["extent"]["spatial"]["bbox"][0]))
        whole = _is_a_page(items(one), linked, declared)["numberMatched"]
        assert _is_a_page(items(one, bbox=extent, limit=1000), linked, declared)["numberMatched"] == whole
        for asked in BOXES:
            page = _is_a_page(items(one, bbox=asked, limit=1000), linked, declared)
            for feature in page["features"]:
                assert feature["geometry"] is None or _meets(shape(feature["geometry"]), asked), feature["id"]


def _meets(geometry, asked):
    west, south, east, north = map(float, asked.split(","))
    parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return any(geometry.intersects(box(w, south, e, north)) for w, e in parts)


def test_a_box_with_heights_is_a_box(items, collections):
    """/conf/core/fc-bbox-definition: six numbers, the third and the sixth of them heights."""
    for one in collections:
        flat, high = items(one, bbox="-115,28,-105,33").json(), items(one, bbox="-115,28,0,-105,33,9000").json()
        assert [feature["id"] for feature in high["features"]] == [feature["id"] for feature in flat["features"]]


@pytest.mark.parametrize(
    "asked",
    ["1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,3,4,5,6,7", "0,10,1,5", "0,0,0,91", "", "nan,0,1,1", "inf,0,1,1"],
)
def test_what_is_no_box_is_refused(items, collections, asked):
    """/conf/core/query-param-invalid."""
    for one in collections:
        assert items(one, bbox=asked).status_code == 400


TIMES = [
    "2018-02-12T23:20:50Z",
    "2018-02-12T23:20:50.25-06:00",
    "2018-02-12",
    "2018-02-12T00:00:00Z/2018-03-18T12:31:12Z",
    "2018-02-12/2018-03-18",
    "2018-02-12T00:00:00Z/..",
    "../2018-03-18T12:31:12Z",
    "2018-02-12T00:00:00Z/",
    "/2018-03-18T12:31:12Z",
    # Durations are of the standard's first version, and the executable suite asks for one still.
    "2018-02-12/P2D",
    # QGIS says an open end so, and mixes days with times.
    "0000-01-01T00:00:00Z/2018-02-12T00:00:00Z",
    "2018-02-12T00:00:00Z/9999-12-31T00:00:00Z",
    "2018-02-12/9999-12-31T00:00:00Z",
    "0000-01-01T00:00:00Z/2018-02-12",
]


@pytest.mark.parametrize("asked", TIMES)
def test_a_time_can_be_asked_for(items, collections, parameter, linked, declared, asked):
    """/conf/core/fc-time-definition, fc-time-response."""
    for one in collections:
        assert parameter(one, "datetime")["type"] == "string"
        _is_a_page(items(one, datetime=asked), linked, declared)


@pytest.mark.parametrize(
    "asked",
    [
        "yesterday",
        "2018-13-01",
        "2018-02-30",
        "2018-02-12T25:00:00Z",
        "2019-01-01/2018-01-01",
        "a/b",
        "1/2/3",
        "",
    ],
)
def test_what_is_no_time_is_refused(items, collections, asked):
    """/conf/core/query-param-invalid."""
    for one in collections:
        assert items(one, datetime=asked).status_code == 400


def test_a_parameter_that_does_not_exist_is_refused(items, collections):
    """/conf/core/query-param-unknown."""
    for one in collections:
        assert items(one, unknownQueryParameter="1").status_code == 400


def test_a_feature_can_be_fetched_alone(api, items, collections, linked, declared):
    """/conf/core/f-op, f-success, f-links."""
    for one in collections:
        (listed,) = items(one, limit=1).json()["features"]
        address = f"{linked(one, 'items', GEOJSON)[0]['href'].partition('?')[0]}/{listed['id']}"
        answer = api.get(address, headers={"Accept": GEOJSON})
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == GEOJSON
        alone = answer.json()
        for name in ("type", "id", "geometry", "properties"):
            assert alone[name] == listed[name]
        _is_linked_to_itself(alone, _media_types(declared, geojson=True), linked)
        (collection,) = linked(alone, "collection", "application/json")
        assert api.get(collection["href"]).json()["id"] == one["id"]


def test_the_next_link_keeps_what_was_asked(items, collections, linked):
    """/conf/core/fc-links: the next page is of the same question."""
    asked = {"bbox": "-120,20,-100,40", "limit": "2"}
    for one in collections:
        page = items(one, **asked).json()
        (onward,) = linked(page, "next", GEOJSON)
        said = dict(parse_qsl(urlsplit(onward["href"]).query))
        assert {name: said.get(name) for name in asked} == asked


# --- part 2: coordinate reference systems ---------------------------------------------------------


def test_the_reference_systems_are_listed(get, collections, declared):
    """/conf/crs/crs-uri, fc-md-crs-list, fc-md-storageCrs."""
    assert BY_REFERENCE in declared
    shared = get("/collections").get("crs", [])
    for one in collections:
        listed = [*one["crs"], *(shared if "#/crs" in one["crs"] else [])]
        assert listed[0] == CRS84
        assert one["storageCrs"] in listed
        for uri in listed:
            assert re.fullmatch(
                r"http://www\.opengis\.net/def/crs/(OGC/1\.3/CRS84|OGC/0/CRS84h|EPSG/[^/]+/\d+)|#/crs", uri
            )


def _known(uri):
    return CRS.from_authority(*(("OGC", "CRS84") if uri == CRS84 else ("EPSG", uri.rpartition("/")[2])))


def test_features_come_in_each_system_listed_and_say_so(items, collections):
    """/conf/crs/crs-parameter, crs-parameter-default, crs-parameter-transform, geojson, ogc-crs-header."""
    for one in collections:
        plain = items(one, limit=1000)
        assert plain.headers["content-crs"] == f"<{CRS84}>"
        for uri in one["crs"]:
            answer = items(one, limit=1000, crs=uri)
            assert answer.status_code == 200, uri
            assert answer.headers["content-crs"] == f"<{uri}>"
            # Coordinates are in the order of the system's own axes.
            to_system = Transformer.from_crs(_known(CRS84), _known(uri))
            tolerance = 1e-6 if _known(uri).is_geographic else 0.5
            for given, placed in zip(plain.json()["features"], answer.json()["features"], strict=True):
                place = given["geometry"]["coordinates"]
                if _lies_where_used(place, _known(uri)):
                    meant = pytest.approx(to_system.transform(*place), abs=tolerance)
                    assert placed["geometry"]["coordinates"] == meant, (uri, given["id"])


def _lies_where_used(place, system):
    """Outside its area of use a system may have no coordinates for a place, as Web Mercator has none for a pole."""
    used = system.area_of_use
    return used.west <= place[0] <= used.east and used.south <= place[1] <= used.north


def test_a_feature_alone_comes_in_each_system_listed(api, items, collections, linked):
    """/conf/crs/crs-parameter on `/items/{featureId}`."""
    for one in collections:
        deposit_id = items(one, limit=1).json()["features"][0]["id"]
        address = f"{linked(one, 'items', GEOJSON)[0]['href'].partition('?')[0]}/{deposit_id}"
        for uri in one["crs"]:
            answer = api.get(address, params={"crs": uri}, headers={"Accept": GEOJSON})
            assert (answer.status_code, answer.headers.get("content-crs")) == (200, f"<{uri}>")
        assert api.get(address, params={"crs": f"{CRS84}x"}, headers={"Accept": GEOJSON}).status_code == 400


def test_a_box_in_another_system_finds_the_same(items, collections):
    """/conf/crs/bbox-crs-parameter, bbox-crs-parameter-default, with the box in the order of the system's axes."""
    around = (-115.0, 28.0, -105.0, 33.0)
    for one in collections:
        meant = [f["id"] for f in items(one, bbox=",".join(map(str, around)), limit=1000).json()["features"]]
        assert meant
        for uri in one["crs"]:
            system = _known(uri)
            if not (system.is_geographic or system == CRS.from_epsg(3857)):
                continue  # a box of degrees is no box there
            to_system = Transformer.from_crs(_known(CRS84), system)
            corners = [*to_system.transform(*around[:2]), *to_system.transform(*around[2:])]
            found = items(one, limit=1000, **{"bbox": ",".join(map(str, corners)), "bbox-crs": uri})
            assert [f["id"] for f in found.json()["features"]] == meant, uri


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
@pytest.mark.parametrize("uri", ["http://www.opengis.net/def/crs/OGC/1.3/CRS84x", "EPSG:99999", "x", ""])
def test_a_system_that_is_not_listed_is_refused(items, collections, name, uri):
    """/conf/crs/crs-parameter-invalid, bbox-crs-parameter-invalid."""
    for one in collections:
        assert items(one, **{"bbox": "-115,28,-105,33", name: uri}).status_code == 400
