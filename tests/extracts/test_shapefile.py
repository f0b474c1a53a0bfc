"""Shapefile: what is in the zip, what the format cannot hold, and that this is said."""

import csv
import io
import json
from zipfile import ZipFile

import geopandas
import pyogrio
import pytest

from app.domain.properties import Kind, properties
from app.errors import BadValue
from app.extracts import shapefile, writing
from app.extracts.shapefile import short_names
from tests.extracts import told

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
LONGEST = 254
TYPES = {Kind.INTEGER: "OFTInteger", Kind.NUMBER: "OFTReal", Kind.BOOLEAN: "OFTInteger", Kind.DATE: "OFTDate"}


def _inside(path):
    """The members by their suffixes; fields.csv and provenance.json by their names."""
    with ZipFile(path) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def _fields(path):
    return list(csv.DictReader(io.StringIO(_inside(path)["fields.csv"].decode(), newline="")))


def _kept(said):
    """A value as a field of DBF holds it."""
    if not isinstance(said, str):
        return said
    return said.encode()[:LONGEST].decode(errors="ignore").strip(" ") or None


def _expected(features):
    short = short_names()
    return {
        feature["id"]: {short.get(name, name): _kept(said) for name, said in told.row(feature, "wkb_geometry").items()}
        for feature in features
    }


@pytest.fixture
def rows(read):
    return lambda path: read(f"/vsizip/{path}")


@pytest.mark.parametrize("asked", [{}, {"crs": f"{EPSG}6372"}, {"crs": f"{EPSG}32613"}])
def test_every_row_is_as_the_api_has_it_but_for_empty_texts_and_long_ones(extract, rows, asked):
    path, features = extract("shp.zip", **asked)
    assert len(features) > 100
    assert rows(path) == _expected(features)


def test_of_values_that_are_hard_to_keep_ends_and_empty_texts_are_lost(hard, rows):
    path, features = hard("shp.zip")
    assert rows(path) == _expected(features)


def test_what_is_cut_is_counted(hard):
    path, features = hard("shp.zip")
    fields = {row["name"]: row for row in _fields(path)}
    for name in ("name", "other_names"):
        texts = [feature["properties"][name] or "" for feature in features]
        long = [text for text in texts if len(text.encode()) > LONGEST]
        assert fields[name]["cut"] == str(len(long))
        assert len(long) == 2
        assert fields[name]["note_en"].endswith("Texts end after 254 bytes; 2 are cut there.")
        assert fields[name]["note_es"].endswith("Los textos terminan a los 254 bytes; 2 están cortados ahí.")
    assert fields["licence"]["cut"] == "0"
    assert fields["licence"]["note_en"] == "No value and an empty text are one; blanks at the ends of a text are lost."
    assert fields["source_row"]["note_en"] == ""


def test_the_table_of_names_says_each_column(extract):
    path, _ = extract("shp.zip")
    fields = _fields(path)
    about = pyogrio.read_info(f"/vsizip/{path}")
    assert [row["field"] for row in fields] == about["fields"].tolist()
    assert [row["name"] for row in fields] == ["id", *properties()]
    for row in fields[1:]:
        of = properties()[row["name"]]
        assert (row["type"], row["title_en"], row["title_es"]) == (of.kind, of.title.en, of.title.es)


def test_columns_have_their_types(extract):
    path, _ = extract("shp.zip")
    about = pyogrio.read_info(f"/vsizip/{path}")
    types = ["OFTString", *(TYPES.get(one.kind, "OFTString") for one in properties().values())]
    assert about["ogr_types"] == types
    assert [kind for kind in about["ogr_subtypes"] if kind != "OFSTNone"] == ["OFSTBoolean"]


def test_short_names_are_ten_bytes_and_each_for_one_column():
    short = short_names()
    assert set(short) <= set(properties())
    names = [short.get(name, name) for name in ("id", *properties())]
    assert all(len(name.encode()) <= 10 for name in names)
    assert len({name.lower() for name in names}) == len(names)


def test_the_zip_has_its_members_at_its_top(extract, sample_release, published):
    release, _ = published
    path, features = extract("shp.zip", country="MX")
    members = _inside(path)
    name = f"vetalode-deposits-{release.name}"
    parts = {f"{name}.{suffix}" for suffix in ("shp", "shx", "dbf", "prj", "cpg")}
    assert set(members) == {*parts, "fields.csv", "provenance.json"}
    assert members[f"{name}.cpg"] == b"UTF-8"
    assert members[f"{name}.prj"].startswith(b'GEOGCS["GCS_WGS_1984"')
    provenance = json.loads(members["provenance.json"])
    assert (provenance["filter"], provenance["numberMatched"]) == ({"country": "MX"}, len(features))


@pytest.mark.parametrize("srid", [6372, 32613])
def test_geopandas_reads_it_as_it_is_with_its_system(extract, srid):
    path, features = extract("shp.zip", crs=f"{EPSG}{srid}", bbox="-117,14,-86,33")
    frame = geopandas.read_file(path)
    assert frame.crs.to_epsg() == srid
    places = {feature["id"]: feature["geometry"]["coordinates"] for feature in features}
    assert {key: [at.x, at.y] for key, at in zip(frame["id"], frame.geometry, strict=True)} == places


def test_the_columns_that_are_asked_for(extract, rows):
    path, features = extract("shp.zip", properties="retrieved,position_accuracy_m")
    assert rows(path) == _expected(features)
    assert [row["field"] for row in _fields(path)] == ["id", "pos_acc_m", "retrieved"]


def test_no_deposits_make_a_file_with_no_rows(extract, rows):
    path, features = extract("shp.zip", bbox="0,-60,1,-59")
    assert features == []
    assert rows(path) == {}
    assert {row["cut"] for row in _fields(path)} == {"0"}


def test_without_positions_it_is_a_table(extract, rows):
    path, features = extract("shp.zip", skipGeometry="true", properties="name")
    assert {name.rpartition(".")[2] for name in _inside(path)} == {"dbf", "cpg", "csv", "json"}
    assert rows(path) == {one["id"]: {"id": one["id"], "name": _kept(one["properties"]["name"])} for one in features}


def test_more_than_readers_can_count_is_refused(order_of, rows_of, tmp_path, monkeypatch):
    monkeypatch.setattr(shapefile, "_LARGEST", 10_000)
    order = order_of("shp.zip", {}, 0)
    with pytest.raises(BadValue, match=r"^a shapefile holds at most 2 GB"):
        writing.write(order, rows_of(order), tmp_path / order.name)
    assert list(tmp_path.iterdir()) == []
