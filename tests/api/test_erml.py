"""EarthResourceML-Lite as served: the deposits of the list, row by row, as GDAL and portals read them."""

import json
import re
import time
from collections.abc import Mapping
from xml.etree import ElementTree as ET

import geopandas
import httpx2
import pyogrio
import pytest

from app.domain.vocabulary import vocabulary
from app.extracts.erml.gml import ERL_NS, GML_NS, WFS_NS
from app.extracts.erml.views import Kind, View, fields
from tests.extracts.erml.conftest import CGI, NIL

ITEMS = "/collections/deposits/items"
QUESTIONS = (
    {},
    {"country": "MX"},
    {"commodity": "gold,silver", "lang": "es"},
    {"bbox": "-115,28,-105,33", "filter": "status = 'producer' OR status IS NULL"},
    {"feature_kind": "plant"},
    {"bbox": "100,60,101,61"},
)
RANKS = {
    "primary": {"en": "primary commodity", "es": "sustancia primaria"},
    "secondary": {"en": "secondary commodity", "es": "sustancia secundaria"},
    "tertiary": {"en": "tertiary commodity", "es": "sustancia terciaria"},
}
URI = re.compile(r"https?://[^\s<>\"]+")


def _file(view, ending, collection="deposits"):
    return f"/exports/{collection}.{view}.{ending}"


@pytest.fixture(scope="module", params=QUESTIONS, ids=str)
def asked(request):
    return request.param


def _listed(client, asked, collection="deposits"):
    return client.get(f"/collections/{collection}/items", params={"limit": 10_000, **asked}).json()["features"]


def _gml(client, view, asked, collection="deposits"):
    answer = client.get(_file(view, "gml", collection), params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/gml+xml; version=3.2")
    root = ET.fromstring(answer.content)  # noqa: S314 our own answer
    rows = [_row(element) for (element,) in root.findall(f"{{{WFS_NS}}}member")]
    assert root.get("numberMatched") == root.get("numberReturned") == str(len(rows))
    return rows


def _row(element):
    """A row as a mapping: its elements' texts, and its position as longitude and latitude."""
    said = {child.tag.removeprefix(f"{{{ERL_NS}}}"): child.text for child in element}
    latitude, longitude = map(float, element.findtext(f".//{{{GML_NS}}}pos").split())
    return said | {"shape": (longitude, latitude)}


def _geojson(client, view, asked, collection="deposits"):
    answer = client.get(_file(view, "geojson", collection), params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/geo+json")
    said = answer.json()
    assert said["numberMatched"] == said["numberReturned"] == len(said["features"])
    return said["features"]


def _expected(view, features):
    """The deposits of the list by their view, as the documentation says: each with the commodity of its row."""
    for one in features:
        said = one["properties"]
        if said["feature_kind"] in ("plant", "waste"):
            continue
        if view is View.COMMODITY_RESOURCE:
            yield from ((one, code) for code in (said["commodities"] or "").split(",") if code)
        elif view is View.MINERAL_OCCURRENCE or said["mine_status"] or said["status"] == "mine-status-unknown":
            yield one, None


@pytest.mark.parametrize("view", View)
def test_a_view_says_of_each_deposit_what_the_list_says(edge_client, view, asked):
    lang = asked.get("lang", "en")
    rows = _gml(edge_client, view, asked)
    expected = list(_expected(view, _listed(edge_client, asked)))
    assert len(rows) == len(expected)
    for row, (one, code) in zip(rows, expected, strict=True):
        said, address = one["properties"], f"http://testserver{ITEMS}/{one['id']}"
        assert row["identifier"] == address + (f"#{code}" if code else "")
        assert row["specification_uri"] == address
        assert row["shape"] == tuple(one["geometry"]["coordinates"])
        assert row["positionalAccuracy"].startswith(f"{said['position_accuracy_m']} ")
        assert said["citation"] in row["source"]
        assert said["licence"] in row["source"]
        _check(view, row, said, code, lang)


def _label(name, code, lang):
    return vocabulary(name).terms[code].label.speak(lang) if code else None


def _check(view, row, said, code, lang):
    unknown = {"en": "unknown", "es": "se desconoce"}[lang]
    codes = (said["commodities"] or "").split(",") if said["commodities"] else []
    commodities = ", ".join(_label("commodity", one, lang) for one in codes)
    if view is View.MINERAL_OCCURRENCE:
        kind = said["occurrence_type"]
        assert row.get("name") == said["name"]
        assert row["mineralOccurrenceType"] == (_label("occurrence_type", kind, lang) or unknown)
        assert row["mineralOccurrenceType_uri"] == (f"{CGI}mineral-occurrence-type/{kind}" if kind else f"{NIL}unknown")
        assert row["commodity"] == (commodities or unknown)
        assert row.get("hostGeologicUnit") == said["source_host_rock"]
        assert row.get("mineName") == (said["name"] if said["mine_status"] else None)
        model = said["deposit_type"]
        assert row.get("mineralDepositModel_uri") == (f"{CGI}mineral-deposit-model/{model}" if model else None)
        assert row.get("mineralDepositModel") == (_label("deposit_type", model, lang) or said["source_deposit_type"])
    elif view is View.MINE:
        assert row.get("name") == said["name"]
        assert row["status"].startswith(_label("mine_status", said["mine_status"], lang))
        assert said["status_as_of"] in row["status"]
        assert row["status_uri"] == f"{CGI}mine-status/{said['mine_status']}"
        assert row.get("commodity") == (commodities or None)
        assert row.get("startDate") == (str(said["first_production_year"]) if said["first_production_year"] else None)
    else:
        assert row.get("mineralOccurrenceName") == said["name"]
        assert row["commodity"] == _label("commodity", code, lang)
        assert row["commodity_uri"] in (vocabulary("commodity").terms[code].more["uri"], f"{NIL}missing")
        ranks = [RANKS[rank][lang] for rank in RANKS if code in _codes(said, rank)]
        assert [row[name] for name in ("commodityRank",) if name in row] == ranks


def _codes(said, rank):
    return (said[f"{rank}_commodities"] or "").split(",")


@pytest.mark.parametrize("view", View)
def test_each_field_that_the_schema_requires_is_there_and_valid(edge_client, view):
    by_name = {field.name: field for field in fields()[view]}
    rows = _gml(edge_client, view, {})
    assert rows
    for row in rows:
        assert [name for name in by_name if name in row] == list(row)
        assert {name for name, field in by_name.items() if field.required} <= row.keys()
        for name, value in row.items():
            _check_kind(by_name[name].kind, value)


def _check_kind(kind, value):
    if kind is Kind.POINT:
        assert -180 <= value[0] <= 180
        assert -90 <= value[1] <= 90
    elif kind is Kind.URI:
        assert URI.fullmatch(value)
        assert not value.startswith(NIL) or value.removeprefix(NIL) in ("unknown", "missing", "inapplicable")
    elif kind is Kind.DATE:
        assert re.fullmatch(r"\d{4}", value)
    else:
        assert value.strip()


@pytest.mark.parametrize("view", View)
def test_geojson_has_the_rows_of_gml(edge_client, view, asked):
    rows, features = _gml(edge_client, view, asked), _geojson(edge_client, view, asked)
    assert len(rows) == len(features)
    for row, one in zip(rows, features, strict=True):
        said = {name: value for name, value in one["properties"].items() if value is not None}
        assert said | {"shape": tuple(one["geometry"]["coordinates"])} == row
        assert one["id"] == row["identifier"]


def test_geojson_says_where_it_comes_from_before_its_features(edge_client):
    said = edge_client.get(_file(View.MINE, "geojson"), params={"country": "MX"}).json()
    assert list(said)[:3] == ["type", "standard", "view"]
    assert list(said)[-1] == "features"
    assert (said["standard"], said["view"], said["filter"]) == (
        "EarthResourceML-Lite 2.0.1",
        "MineView",
        {"country": "MX"},
    )
    assert [source["id"] for source in said["sources"]] == ["mrds", "sgm"]


@pytest.mark.parametrize("view", View)
def test_a_source_s_collection_has_its_own_deposits(edge_client, view):
    rows = _gml(edge_client, view, {}, "sgm")
    assert rows
    assert all("/items/sgm-" in row["identifier"] for row in rows)


@pytest.fixture(params=View)
def read_by_gdal(request, edge_client, tmp_path) -> Mapping:
    """A view's name, its GML as GDAL's driver reads it, and what the list says."""
    view, path = request.param, tmp_path / "view.gml"
    path.write_bytes(edge_client.get(_file(view, "gml")).content)
    return {"view": view, "path": path, "rows": _gml(edge_client, view, {})}


def test_gdal_reads_every_point_where_it_is(read_by_gdal):
    about = pyogrio.read_info(read_by_gdal["path"])
    frame = geopandas.read_file(read_by_gdal["path"])
    assert (about["layer_name"], about["driver"], about["geometry_type"]) == (read_by_gdal["view"], "GML", "Point")
    assert about["features"] == len(frame) == len(read_by_gdal["rows"]) > 50
    assert frame.crs.to_epsg() == 4326
    # geopandas has longitudes as x, whatever the axis order of the system.
    places = list(zip(frame.geometry.x, frame.geometry.y, strict=True))
    assert places == [row["shape"] for row in read_by_gdal["rows"]]


def test_gdal_reads_every_field_as_it_was_said(read_by_gdal):
    frame = geopandas.read_file(read_by_gdal["path"])
    names = [field.name for field in fields()[read_by_gdal["view"]] if field.name in frame.columns]
    assert {name for row in read_by_gdal["rows"] for name in row} == {*names, "shape"}
    for read, row in zip(frame.astype(object).to_dict("records"), read_by_gdal["rows"], strict=True):
        # GDAL takes a column of years for numbers.
        said = {name: row[name] for name in names if name in row}
        assert {name: f"{read[name]:g}" if name.endswith("Date") else read[name] for name in said} == said


def test_geopandas_reads_the_geojson_too(edge_client, tmp_path):
    path = tmp_path / "view.geojson"
    path.write_bytes(edge_client.get(_file(View.MINERAL_OCCURRENCE, "geojson")).content)
    frame = geopandas.read_file(path)
    rows = _gml(edge_client, View.MINERAL_OCCURRENCE, {})
    assert list(zip(frame.geometry.x, frame.geometry.y, strict=True)) == [row["shape"] for row in rows]
    assert frame["commodity"].tolist() == [row["commodity"] for row in rows]


@pytest.mark.parametrize("ending", ["gml", "geojson"])
def test_a_view_is_a_file_named_after_its_release_and_kept_like_one(edge_client, ending):
    answer = edge_client.get(_file(View.MINE, ending))
    release = edge_client.get("/releases").json()["current"]
    name = f"vetalode-deposits-{release}.MineView.{ending}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    again = edge_client.get(_file(View.MINE, ending), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/exports/deposits.MinesView.gml", 404, "¿quiso decir MineView?"),
        ("/exports/deposits.MiningWasteView.geojson", 404, "MineralOccurrenceView, MineView, CommodityResourceView"),
        ("/exports/usgs.MineView.gml", 404, "no existe la colección 'usgs'"),
        ("/exports/deposits.MineView.gml?commodity=oro", 400, "¿quiso decir 'gold'?"),
        ("/exports/deposits.MineView.gml?crs=EPSG:6372", 400, "no existe el parámetro 'crs'"),
        ("/exports/deposits.MineView.geojson?limit=5", 400, "no existe el parámetro 'limit'"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(edge_client, address, status, words):
    answer = edge_client.get(address, headers={"Accept-Language": "es"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_gml_is_compressed_for_those_who_take_it(sample_served):
    with httpx2.Client(base_url=sample_served, trust_env=False) as client:
        plain = client.get(_file(View.MINE, "gml"), headers={"Accept-Encoding": "identity"})
        zipped = client.get(_file(View.MINE, "gml"), headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.num_bytes_downloaded < plain.num_bytes_downloaded / 5
    assert zipped.content == plain.content


@pytest.fixture(scope="module")
def big_served(serve, big_store):
    return serve(big_store.url.render_as_string(hide_password=False), POOL_SIZE="2", POOL_WAIT_S="0.5").url


def test_a_big_view_is_whole(big_served, reader):
    rows = ET.fromstring(reader.get(big_served + _file(View.MINERAL_OCCURRENCE, "gml")).content)  # noqa: S314
    assert len({member[0][0].text for member in rows}) == int(rows.get("numberReturned")) == 20_131  # all but a plant


@pytest.mark.parametrize("ending", ["gml", "geojson"])
def test_a_client_that_leaves_ends_its_query(big_served, reader, big_store, at_work, eventually, ending):
    with reader.stream("GET", big_served + _file(View.MINERAL_OCCURRENCE, ending)) as answer:
        assert answer.status_code == 200
        next(answer.iter_raw())
        assert eventually(lambda: len(at_work(big_store)) == 1)
    assert eventually(lambda: not at_work(big_store))


@pytest.mark.parametrize("ending", ["gml", "geojson"])
def test_a_view_that_takes_too_long_cannot_be_taken_for_whole(serve, big_store, reader, ending):
    served = serve(big_store.url.render_as_string(hide_password=False), EXPORT_TIMEOUT_S="1").url
    came = []
    with reader.stream("GET", served + _file(View.MINERAL_OCCURRENCE, ending)) as answer:
        coming = answer.iter_raw()
        came.append(next(coming))
        # Nothing is read for longer than the service waits.
        time.sleep(1.5)
        with pytest.raises(httpx2.RemoteProtocolError):
            came.extend(coming)
    with pytest.raises((ET.ParseError, json.JSONDecodeError)):
        (ET.fromstring if ending == "gml" else json.loads)(b"".join(came))
