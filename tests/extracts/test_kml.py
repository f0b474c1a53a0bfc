"""KML: placemarks with typed data, as GDAL and as a reader of XML have them."""

import json
from xml.etree import ElementTree

import geopandas
import pytest
import shapely

from app.domain.properties import Kind, properties

KML = {"": "http://www.opengis.net/kml/2.2"}
TYPES = {Kind.INTEGER: "int", Kind.NUMBER: "double", Kind.BOOLEAN: "bool"}


def _document(path):
    root = ElementTree.parse(path).getroot()  # noqa: S314 our own
    assert root.tag == "{http://www.opengis.net/kml/2.2}kml"
    return root.find("Document", KML)


def _read(kind, text):
    match kind:
        case Kind.INTEGER:
            return int(text)
        case Kind.NUMBER:
            return float(text)
        case Kind.BOOLEAN:
            return {"1": True, "0": False}[text]
    return text


def _placemarks(path):
    """The features of a document; what it does not say is null."""
    return {mark.get("id"): _feature(mark) for mark in _document(path).iterfind("Folder/Placemark", KML)}


def _feature(mark):
    said = {one.get("name"): one.text or "" for one in mark.iterfind("ExtendedData/SchemaData/SimpleData", KML)}
    name = mark.find("name", KML)
    if name is not None:
        said["name"] = name.text or ""
    point = mark.find("Point/coordinates", KML)
    return {
        "coordinates": None if point is None else [float(part) for part in point.text.split(",")],
        "properties": {key: _read(properties()[key].kind, text) for key, text in said.items()},
    }


def _expected(features):
    return {
        feature["id"]: {
            "coordinates": feature["geometry"]["coordinates"] if feature["geometry"] else None,
            "properties": {name: said for name, said in feature["properties"].items() if said is not None},
        }
        for feature in features
    }


def test_every_deposit_is_as_the_api_has_it(extract):
    path, features = extract("kml")
    assert len(features) > 100
    assert _placemarks(path) == _expected(features)


def test_values_that_are_hard_to_keep_are_kept(hard):
    path, features = hard("kml")
    assert _placemarks(path) == _expected(features)


def test_gdal_reads_every_row_and_column(extract, read):
    path, features = extract("kml")
    found = read(path)
    assert set(found) == {feature["id"] for feature in features}
    for feature in features:
        row = found[feature["id"]]
        # GDAL's name for KML's own name; it has no place for an empty text.
        row["name"] = row.pop("Name")
        said = {name: row[name] for name in properties()}
        assert said == {
            name: value or (None if value == "" else value) for name, value in feature["properties"].items()
        }
        assert shapely.from_wkb(row["wkb_geometry"]).coords[0][:2] == tuple(feature["geometry"]["coordinates"])


def test_geopandas_reads_it_in_wgs_84(extract):
    path, features = extract("kml")
    frame = geopandas.read_file(path)
    assert len(frame) == len(features)
    assert frame.crs.equals("EPSG:4326")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_columns_have_types_and_titles(extract, lang):
    path, _ = extract("kml", lang=lang)
    fields = _document(path).findall("Schema/SimpleField", KML)
    assert [(one.get("name"), one.get("type"), one.findtext("displayName", None, KML)) for one in fields] == [
        (one.name, TYPES.get(one.kind, "string"), one.title.speak(lang))
        for one in properties().values()
        if one.name != "name"
    ]


def test_the_document_says_where_it_comes_from(extract):
    path, features = extract("kml", country="MX", lang="es")
    document = _document(path)
    assert document.findtext("name", None, KML) == "Vetalode: yacimientos minerales"
    assert f"{len(features)} yacimientos.\nFiltro: country=MX." in document.findtext("description", None, KML)
    provenance = json.loads(document.findtext("ExtendedData/Data[@name='provenance']/value", None, KML))
    assert (provenance["filter"], provenance["numberMatched"]) == ({"country": "MX"}, len(features))
    assert all(one["licence"] and one["citation"] for one in provenance["sources"])


def test_characters_that_xml_has_not_are_shown_as_such(write_all):
    path, _ = write_all("kml", [{"name": "bell\x07 \x00 \x1f \ufffe \uffff tab\t line\n return\r end"}])
    ((_, mark),) = _placemarks(path).items()
    assert mark["properties"]["name"] == "bell\ufffd \ufffd \ufffd \ufffd \ufffd tab\t line\n return\r end"


@pytest.mark.parametrize("names", ["name", "status,retrieved"])
def test_the_columns_that_are_asked_for(extract, names):
    path, features = extract("kml", properties=names)
    assert _placemarks(path) == _expected(features)


def test_no_deposits_make_a_document_without_placemarks(extract):
    path, features = extract("kml", bbox="0,-60,1,-59")
    assert features == []
    assert _placemarks(path) == {}


def test_without_positions_placemarks_have_none(extract):
    path, features = extract("kml", skipGeometry="true", properties="name")
    assert _placemarks(path) == _expected(features)
    assert {mark["coordinates"] for mark in _placemarks(path).values()} == {None}
