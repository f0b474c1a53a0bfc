"""GeoPackage: what it says of itself beside its rows."""

import json
import sqlite3
from contextlib import closing
from xml.etree import ElementTree

import pyogrio
import pytest

from app.domain.properties import Kind, properties
from app.domain.vocabulary import vocabulary
from app.styles.looks import look


@pytest.fixture
def asked():
    def answers(path, statement, *values):
        with closing(sqlite3.connect(path)) as opened:
            return opened.execute(statement, values).fetchall()

    return answers


def test_the_layer_says_what_it_is(extract):
    path, features = extract("gpkg", country="MX", lang="es")
    about = pyogrio.read_info(path, layer="deposits")
    xs, ys = zip(*(feature["geometry"]["coordinates"] for feature in features), strict=True)
    assert about["total_bounds"] == (min(xs), min(ys), max(xs), max(ys))
    assert about["features"] == len(features)
    assert about["layer_metadata"]["IDENTIFIER"] == "Vetalode: yacimientos minerales"
    assert f"{len(features)} yacimientos.\nFiltro: country=MX." in about["layer_metadata"]["DESCRIPTION"]


def test_where_it_comes_from_stands_in_its_table_of_metadata(extract, asked):
    path, features = extract("gpkg", country="MX")
    ((scope, kind, said),) = asked(
        path,
        "SELECT md_scope, mime_type, metadata FROM gpkg_metadata JOIN gpkg_metadata_reference ON md_file_id = id"
        " WHERE reference_scope = 'table' AND table_name = 'deposits'",
    )
    assert (scope, kind) == ("dataset", "application/json")
    provenance = json.loads(said)
    assert (provenance["filter"], provenance["numberMatched"]) == ({"country": "MX"}, len(features))
    assert all(one["licence"] and one["citation"] for one in provenance["sources"])


@pytest.mark.parametrize("lang", ["en", "es"])
def test_columns_have_titles_and_codes_their_meaning(extract, asked, lang):
    path, _ = extract("gpkg", lang=lang)
    columns = {
        name: (title, about, codes)
        for name, title, about, codes in asked(
            path, "SELECT column_name, title, description, constraint_name FROM gpkg_data_columns"
        )
    }
    assert columns == {
        one.name: (one.title.speak(lang), one.about.speak(lang), one.vocabulary if one.kind is Kind.CODE else None)
        for one in properties().values()
    }
    codes = asked(path, "SELECT constraint_name, constraint_type, value, description FROM gpkg_data_column_constraints")
    coded = {one.vocabulary for one in properties().values() if one.kind is Kind.CODE and one.vocabulary}
    assert set(codes) == {
        (name, "enum", term.code, term.label.speak(lang)) for name in coded for term in vocabulary(name).terms.values()
    }


def test_the_index_finds_what_lies_in_a_box(extract, asked):
    path, features = extract("gpkg")
    found = asked(
        path,
        "SELECT deposits.id FROM rtree_deposits_geom AS place JOIN deposits ON fid = place.id"
        " WHERE minx >= -112 AND maxx <= -105 AND miny >= 28 AND maxy <= 33",
    )
    places = {feature["id"]: feature["geometry"]["coordinates"] for feature in features}
    assert {key for (key,) in found} == {key for key, (x, y) in places.items() if -112 <= x <= -105 and 28 <= y <= 33}
    assert found


@pytest.mark.parametrize("lang", ["en", "es"])
def test_its_look_is_that_of_its_statuses(extract, asked, lang):
    path, _ = extract("gpkg", lang=lang)
    ((layer, column, qml),) = asked(
        path, "SELECT f_table_name, f_geometry_column, styleQML FROM layer_styles WHERE useAsDefault"
    )
    assert (layer, column) == ("deposits", "geom")
    rules = ElementTree.fromstring(qml).findall(".//rule")  # noqa: S314 our own
    kinds = look("status").colours.kinds
    assert [rule.get("label") for rule in rules] == [kind.label.speak(lang) for kind in kinds]


def test_without_the_statuses_it_has_no_look(extract, asked):
    path, _ = extract("gpkg", properties="name")
    assert asked(path, "SELECT name FROM sqlite_master WHERE name = 'layer_styles'") == []
