"""FlatGeobuf: its index, its header, and what it cannot hold."""

import json

import pyogrio
import pytest

from app.errors import BadValue
from app.extracts import writing
from tests.extracts import told


def test_the_header_says_number_place_and_origin(extract):
    path, features = extract("fgb", country="MX", lang="es")
    about = pyogrio.read_info(path)
    places = [feature["geometry"]["coordinates"] for feature in features]
    xs, ys = zip(*places, strict=True)
    assert (about["features"], about["layer_name"], about["geometry_type"]) == (len(features), "deposits", "Point")
    assert about["total_bounds"] == (min(xs), min(ys), max(xs), max(ys))
    said = about["layer_metadata"]
    assert said["TITLE"] == "Vetalode: yacimientos minerales"
    assert f"{len(features)} yacimientos.\nFiltro: country=MX." in said["DESCRIPTION"]
    provenance = json.loads(said["provenance"])
    assert (provenance["filter"], provenance["numberMatched"]) == ({"country": "MX"}, len(features))
    assert all(one["licence"] and one["citation"] for one in provenance["sources"])


def test_a_box_is_found_by_the_index(extract, read):
    path, features = extract("fgb")
    assert pyogrio.read_info(path)["capabilities"]["fast_spatial_filter"]
    west, south, east, north = box = (-112, 28, -105, 33)
    inside = {
        feature["id"]: told.row(feature, "wkb_geometry")["wkb_geometry"]
        for feature in features
        if west <= feature["geometry"]["coordinates"][0] <= east
        and south <= feature["geometry"]["coordinates"][1] <= north
    }
    assert 0 < len(inside) < len(features)
    assert {key: row["wkb_geometry"] for key, row in read(path, bbox=box).items()} == inside


def test_deposits_without_a_position_in_the_system_are_counted_and_refused(order_of, rows_of, features_of, tmp_path):
    asked = {"crs": "http://www.opengis.net/def/crs/EPSG/0/32613"}
    missing = sum(feature["geometry"] is None for feature in features_of(asked))
    order = order_of("fgb", asked, 0)
    path = tmp_path / order.name
    with pytest.raises(BadValue, match=rf"^{missing} of these deposits have no position in WGS 84 / UTM 13N"):
        writing.write(order, rows_of(order), path)
    assert missing > 1
    assert not path.exists()


def test_no_positions_are_refused(order_of, rows_of, tmp_path):
    order = order_of("fgb", {"skipGeometry": "true"}, 0)
    with pytest.raises(BadValue, match="skipGeometry"):
        writing.write(order, rows_of(order), tmp_path / order.name)
