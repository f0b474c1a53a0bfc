"""GeoJSON, a text sequence and NDJSON: the same features as the list, each in its frame."""

import json

import pytest

QUESTIONS = (
    {},
    {"country": "MX", "commodity": "gold"},
    {"filter": "name LIKE '%''%' OR status IS NULL"},
    {"properties": "name,country"},
    {"bbox": "100,60,101,61"},
)


def _geojson(text):
    return json.loads(text)["features"]


def _lines(text):
    return [json.loads(line) for line in text.split("\n")[:-1]]


def _sequence(text):
    # RFC 8142: each text between a record separator and a line feed.
    before, *texts = text.split("\x1e")
    assert before == ""
    assert all(one.endswith("\n") for one in texts)
    return [json.loads(one) for one in texts]


FORMS = (
    ("geojson", "application/geo+json", _geojson),
    ("geojsonl", "application/x-ndjson", _lines),
    ("geojsons", "application/geo+json-seq", _sequence),
)


@pytest.mark.parametrize(("ending", "media_type", "read"), FORMS)
@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_text_has_the_features_of_the_list(words_client, listed, ending, media_type, read, asked):
    answer = words_client.get(f"/exports/deposits.{ending}", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert read(answer.text) == listed(**asked)


@pytest.mark.parametrize(("ending", "read"), [(ending, read) for ending, _, read in FORMS])
def test_a_source_is_a_collection_of_its_own(words_client, listed, ending, read):
    features = read(words_client.get(f"/exports/sgm.{ending}").text)
    assert features == listed("sgm")
    assert {feature["properties"]["source"] for feature in features} == {"sgm"}


@pytest.mark.parametrize("ending", [ending for ending, _, _ in FORMS])
def test_geojson_knows_no_other_system(words_client, ending):
    answer = words_client.get(f"/exports/deposits.{ending}", params={"crs": "EPSG:6372", "lang": "es"})
    assert answer.status_code == 400
    assert "no conoce más posiciones que las de CRS84" in answer.json()["detail"]
    assert ".csv" in answer.json()["detail"]


def test_a_format_that_there_is_not_is_answered_by_those_that_there_are(words_client):
    answer = words_client.get("/exports/deposits.geojsn")
    assert answer.status_code == 404
    assert "did you mean .geojson" in answer.json()["detail"]
    assert words_client.get("/exports/deposits").status_code == 404
    assert "there is no collection 'gold'" in words_client.get("/exports/gold.geojson").json()["detail"]


def test_provenance_names_each_file_by_its_bytes(words_client):
    extract = words_client.get("/exports/deposits.geojson").json()
    by_source = {source["id"]: {file["sha256"] for file in source["files"]} for source in extract["sources"]}
    said = {}
    for feature in extract["features"]:
        said.setdefault(feature["properties"]["source"], set()).add(feature["properties"]["source_file"])
    assert by_source == said
    mrds = extract["sources"][0]["files"]
    assert [file["name"] for file in mrds] == ["mrds.csv", "mrds.csv"]
    assert all(file["bytes"] > 0 and file["retrieved"] for file in mrds)
