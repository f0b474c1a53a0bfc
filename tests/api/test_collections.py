"""The list of deposits: GeoJSON by RFC 7946, paged by id, and one deposit by its id."""

import math

import pytest

ITEMS = "/collections/deposits/items"


@pytest.fixture(scope="session")
def listed(edge_client):
    return edge_client.get(ITEMS, params={"limit": 10_000}).json()


def test_a_list_is_geojson(edge_client):
    answer = edge_client.get(ITEMS)
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json()["type"] == "FeatureCollection"
    assert "crs" not in answer.json()


def test_every_feature_is_a_point_of_the_globe_with_an_id_of_its_own(listed):
    features = listed["features"]
    assert len({feature["id"] for feature in features}) == len(features) == 148
    for feature in features:
        assert feature.keys() == {"type", "id", "geometry", "properties"}
        assert (feature["type"], feature["geometry"]["type"]) == ("Feature", "Point")
        longitude, latitude = feature["geometry"]["coordinates"]
        assert -180 <= longitude <= 180
        assert -90 <= latitude <= 90
        assert feature["id"] == f"{feature['properties']['source']}-{feature['properties']['source_id']}"


def test_every_feature_has_the_same_properties_in_the_same_order(listed):
    assert len({tuple(feature["properties"]) for feature in listed["features"]}) == 1
    assert "properties" not in listed["features"][0]["properties"]


@pytest.mark.parametrize("limit", [1, 7, 50, 148, 10_000])
def test_next_leads_to_every_deposit_once(edge_client, walk, listed, limit):
    pages = list(walk(edge_client, limit=limit))
    assert [feature["id"] for page in pages for feature in page["features"]] == [f["id"] for f in listed["features"]]
    assert {page["numberMatched"] for page in pages} == {148}
    assert [page["numberReturned"] for page in pages] == [len(page["features"]) for page in pages]
    assert len(pages) == math.ceil(148 / limit)


def test_a_client_may_change_the_limit_between_pages(edge_client, listed):
    ids, asked = [], {"limit": "1"}
    for limit in (7, 50, 3, 10_000):
        page = edge_client.get(ITEMS, params=asked).json()
        ids += [feature["id"] for feature in page["features"]]
        onward = next(link["href"] for link in page["links"] if link["rel"] == "next")
        asked = {"limit": str(limit), "cursor": onward.partition("cursor=")[2].partition("&")[0]}
    last = edge_client.get(ITEMS, params=asked).json()
    assert ids + [feature["id"] for feature in last["features"]] == [feature["id"] for feature in listed["features"]]
    assert [link["rel"] for link in last["links"]] == ["self"]


def test_next_keeps_the_question(edge_client, walk):
    pages = list(walk(edge_client, commodity="gold,silver", country="MX", bbox="-180,-90,180,90", lang="es", limit=5))
    assert len(pages) > 2
    assert sum(page["numberReturned"] for page in pages) == pages[0]["numberMatched"] < 148
    assert "lang=es" in pages[0]["links"][1]["href"]


def test_links_are_absolute_and_self_leads_to_the_same_page(edge_client):
    page = edge_client.get(ITEMS, params={"limit": 2, "commodity": "gold,silver"}).json()
    assert [link["rel"] for link in page["links"]] == ["self", "next"]
    for link in page["links"]:
        assert link["href"].startswith(f"http://testserver{ITEMS}?")
        assert link["type"] == "application/geo+json"
    again = edge_client.get(page["links"][0]["href"]).json()
    assert (again["features"], again["links"]) == (page["features"], page["links"])


def test_a_list_that_finds_nothing_is_an_empty_collection(edge_client):
    page = edge_client.get(ITEMS, params={"bbox": "100,60,101,61"}).json()
    assert (page["numberMatched"], page["numberReturned"], page["features"]) == (0, 0, [])


def test_a_list_names_its_release(edge_client, listed):
    assert listed["release"] == edge_client.get("/releases").json()["current"]
    assert {feature["properties"]["release"] for feature in listed["features"]} == {listed["release"]}


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "ten", "", "1.5", "1e3", "+5", "1_0", " 5", "１２", "9" * 5000])
def test_a_limit_is_a_whole_number_from_1_to_10000(edge_client, limit):
    answer = edge_client.get(ITEMS, params={"limit": limit})
    assert answer.status_code == 400
    assert "whole number from 1 to 10000" in answer.json()["detail"]


@pytest.mark.parametrize("cursor", ["", "!", "bXJkcy0x=", "AA", "w7E", "bXJkcy0xAA", "' OR 1=1--", "🪨"])
def test_a_cursor_that_is_not_ours_is_refused(edge_client, cursor):
    answer = edge_client.get(ITEMS, params={"cursor": cursor})
    assert answer.status_code == 400
    assert "cursor" in answer.json()["detail"]


@pytest.mark.parametrize(
    "bbox",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "1,2,3,x",
        "1,2,,4",
        "nan,0,1,1",
        "0,0,inf,1",
        "-181,0,1,1",
        "0,0,180.1,1",
        "0,-91,1,1",
        "0,0,1,90.1",
        "0,2,1,1",
        "1e400,0,1,1",
        "0,0,1,1;2,2,3,3",
        "0,0,0,1_0",
    ],
)
@pytest.mark.parametrize(
    ("lang", "said"), [("en", "it is four numbers|lie between|its south"), ("es", "números|van de|su")]
)
def test_a_box_that_is_none_is_refused_with_a_sentence(edge_client, bbox, lang, said):
    answer = edge_client.get(ITEMS, params={"bbox": bbox, "lang": lang})
    assert answer.status_code == 400
    assert any(words in answer.json()["detail"] for words in said.split("|"))


def test_a_box_of_six_numbers_is_read_past_its_heights(edge_client):
    flat = edge_client.get(ITEMS, params={"bbox": "-110,30,-109,31"}).json()
    assert edge_client.get(ITEMS, params={"bbox": "-110,30,-500,-109,31,9000"}).json()["features"] == flat["features"]
    assert flat["features"]


@pytest.mark.parametrize("deposit_id", ["mrds-1", "mrds-a-b_C", "mrds-15", "mrds-99900001"])
def test_one_deposit_is_the_feature_of_the_list(edge_client, listed, deposit_id):
    answer = edge_client.get(f"{ITEMS}/{deposit_id}")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json() == next(feature for feature in listed["features"] if feature["id"] == deposit_id)


@pytest.mark.parametrize(
    "deposit_id", ["mrds-0", "MRDS-1", "mrds-1 ", "1", "' OR 1=1--", "%00", "%ff", "🪨", "x" * 5000]
)
@pytest.mark.parametrize(("lang", "said"), [("en", "there is no deposit"), ("es", "no hay yacimiento")])
def test_an_id_that_nobody_has_is_404(edge_client, deposit_id, lang, said):
    answer = edge_client.get(f"{ITEMS}/{deposit_id}", params={"lang": lang})
    assert answer.status_code == 404
    assert said in answer.json()["detail"]


def test_an_id_that_nobody_has_is_404_though_the_client_asks_for_a_change_only(edge_client):
    assert edge_client.get(f"{ITEMS}/mrds-0", headers={"If-None-Match": "*"}).status_code == 404
