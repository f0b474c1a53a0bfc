"""CSV: value by value as the list says them, harmless to spreadsheets, and described beside."""

import csv
import io
import re

import pyarrow.csv as pacsv
import pytest

from app.domain.properties import Kind, properties


def _read(text):
    """The rows, with what is not stated as None: only unquoted emptiness is."""
    as_text = dict.fromkeys(text.split("\n", 1)[0].replace('"', "").split(","), "string")
    options = pacsv.ConvertOptions(
        column_types=as_text, strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=False
    )
    table = pacsv.read_csv(
        io.BytesIO(text.encode()), pacsv.ReadOptions(), pacsv.ParseOptions(newlines_in_values=True), options
    )
    return table.to_pylist()


def _expected(feature):
    longitude, latitude = feature["geometry"]["coordinates"]
    values = {"id": feature["id"], "longitude": longitude, "latitude": latitude, **feature["properties"]}
    return {name: _cell(name, value) for name, value in values.items()}


def _cell(name, value):
    kind = properties()[name].kind if name in properties() else None
    if value is None or (kind is None and name != "id"):
        return value
    if kind is Kind.BOOLEAN:
        return str(value).lower()
    if kind in (Kind.INTEGER, Kind.NUMBER):
        return value
    return f"'{value}" if re.match(r"'*[=+\-@\t\r]", value) else value


def _numbers(row):
    kinds = {name: one.kind for name, one in properties().items()}
    numeric = {"longitude", "latitude", *(name for name, kind in kinds.items() if kind in (Kind.INTEGER, Kind.NUMBER))}
    return {name: float(value) if name in numeric and value is not None else value for name, value in row.items()}


@pytest.mark.parametrize("asked", [{}, {"country": "MX"}, {"filter": "name = '=1+1'"}])
def test_each_row_is_a_feature_of_the_list(words_client, listed, asked):
    answer = words_client.get("/exports/deposits.csv", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    features = listed(**asked)
    assert [_numbers(row) for row in _read(answer.text)] == [_expected(feature) for feature in features]
    assert len(features) > 0


def test_no_text_begins_like_a_formula_and_each_can_be_given_back(words_client, listed):
    rows = list(csv.DictReader(io.StringIO(words_client.get("/exports/mrds.csv").text)))
    names = {row["id"]: row["name"] for row in rows}
    assert not [name for name in names.values() if name[:1] in tuple("=+-@\t\r")]
    given_back = {one: re.sub(r"\A'('*[=+\-@\t\r])", r"\1", name) for one, name in names.items()}
    assert given_back == {feature["id"]: feature["properties"]["name"] or "" for feature in listed("mrds")}


def test_a_mark_before_the_first_line_is_there_where_it_is_asked_for(words_client):
    plain, marked = (words_client.get("/exports/deposits.csv", params={"bom": one}) for one in ("false", "true"))
    assert marked.content == "\ufeff".encode() + plain.content
    assert "bom='1': it is true or false" in words_client.get("/exports/deposits.csv?bom=1").json()["detail"]
    assert words_client.get("/exports/deposits.geojson?bom=true").status_code == 400


def test_nothing_found_is_a_header(words_client):
    answer = words_client.get("/exports/deposits.csv?bbox=100,60,101,61&properties=name")
    assert answer.text == '"id","longitude","latitude","name"\n'


def test_positions_are_in_the_system_that_is_asked_for(words_client, listed):
    asked = {"crs": "EPSG:6372", "ids": "mrds-8,mrds-5", "properties": "name"}
    rows = list(csv.DictReader(io.StringIO(words_client.get("/exports/deposits.csv", params=asked).text)))
    there = {feature["id"]: feature["geometry"] for feature in listed(**asked)}
    assert list(rows[0]) == ["id", "x", "y", "name"]
    # The list says this system's northing first, a table says which is which.
    northing, easting = there["mrds-8"]["coordinates"]
    assert {row["id"]: (row["x"], row["y"]) for row in rows} == {
        "mrds-5": ("", ""),
        "mrds-8": (str(easting), str(northing)),
    }
    assert there["mrds-5"] is None


def test_what_a_table_holds_is_told_beside_it(words_client):
    asked = {"country": "MX", "lang": "es"}
    answer = words_client.get("/exports/deposits.csv", params=asked)
    beside = re.fullmatch(r'<(.+)>; rel="describedby"; type="application/csvm\+json"', answer.headers["link"])[1]
    told = words_client.get(beside)
    assert told.headers["content-type"] == "application/csvm+json"
    said = told.json()
    header = next(csv.reader(io.StringIO(answer.text)))
    assert [column["name"] for column in said["tableSchema"]["columns"]] == header
    assert said["url"] == str(answer.url)
    assert said["vetalode"]["filter"] == {"country": "MX"}
    assert said["vetalode"]["numberMatched"] == len(_read(answer.text))
    by_name = {column["name"]: column for column in said["tableSchema"]["columns"]}
    assert by_name["retrieved"]["datatype"] == "date"
    assert by_name["status"]["dc:title"]["es"] == properties()["status"].title.es
    assert len(said["dc:bibliographicCitation"]) == 2
