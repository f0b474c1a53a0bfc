"""List, count, tile and extract are asked the same question and find the same deposits as plain Python does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mvt import counted, features

_longitude = st.one_of(st.sampled_from([-180, 180, -110, -90, 0]), st.floats(-180, 180).map(lambda x: round(x, 3)))
_latitude = st.one_of(st.sampled_from([-90, 90, 0, 30]), st.floats(-90, 90).map(lambda y: round(y, 3)))
_boxes = st.tuples(_longitude, _longitude, st.tuples(_latitude, _latitude).map(sorted)).map(
    lambda box: (box[0], box[2][0], box[1], box[2][1])
)


def _some(*codes):
    return st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True)


_parts = {
    "bbox": _boxes,
    "commodity": _some("gold", "silver", "copper", "lead", "iron", "salt"),
    "country": _some("US", "MX", "CA"),
    "source": _some("mrds", "sgm"),
    "status": _some("producer", "past-producer", "prospect", "occurrence"),
    "state": _some("US-AZ", "US-NV", "MX-SON", "MX-CHH"),
    "list": _some("us-critical-2025", "us-critical-2022", "mx-strategic-law", "mx-scarce-2026"),
    "critical": st.sampled_from([["both"], ["either"]]),
}
# More than three at once find hardly anything.
_questions = st.lists(st.sampled_from(sorted(_parts)), max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: _parts[name] for name in names})
)


@pytest.fixture(scope="session")
def everything(edge_client):
    return edge_client.get("/exports/deposits.geojson").json()["features"]


@given(_questions)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_every_answer_to_a_question_is_the_same_set_of_deposits(edge_client, everything, walk, question):
    asked = {name: ",".join(map(str, values)) for name, values in question.items()}
    expected = [feature["id"] for feature in everything if _wants(question, feature)]
    pages = list(walk(edge_client, **asked, limit=60))
    extract = edge_client.get("/exports/deposits.geojson", params=asked).json()
    assert [feature["id"] for page in pages for feature in page["features"]] == expected
    assert [feature["id"] for feature in extract["features"]] == expected
    assert {page["numberMatched"] for page in pages} == {extract["numberMatched"]} == {len(expected)}
    for zoom in (0, 1, 2):
        tiles = [_tile(edge_client, asked, zoom, x, y) for x in range(1 << zoom) for y in range(1 << zoom)]
        assert sum(map(counted, tiles)) == len(expected)
        alone = {feature["properties"].get("id") for tile in tiles for feature in features(tile)}
        assert alone - {None} <= set(expected)


def _tile(client, asked, z, x, y):
    return client.get(f"/tiles/deposits/{z}/{x}/{y}.mvt", params=asked).content


def _wants(question, feature):
    said = feature["properties"]
    return (
        _is_in(question.get("bbox"), *feature["geometry"]["coordinates"])
        and all(said[name] in question.get(name, [said[name]]) for name in ("country", "state", "source", "status"))
        and ("commodity" not in question or set(question["commodity"]) & _codes(said["commodities"]))
        and ("list" not in question or set(question["list"]) & _codes(said["critical_lists"]))
        and ("critical" not in question or _is_critical(*question["critical"], _codes(said["critical_to"])))
    )


def _is_critical(to, countries):
    return {"US", "MX"} <= countries if to == "both" else bool({"US", "MX"} & countries)


def _codes(text):
    return set((text or "").split(",")) - {""}


def _is_in(bbox, longitude, latitude):
    if bbox is None:
        return True
    west, south, east, north = bbox
    between = west <= longitude <= east if west <= east else longitude >= west or longitude <= east
    return between and south <= latitude <= north
