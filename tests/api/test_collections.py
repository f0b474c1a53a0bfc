"""The list of deposits: GeoJSON by RFC 7946, paged by id, and one deposit by its id."""

import math
from itertools import chain

import pytest
from pyproj import Transformer

ITEMS = "/collections/deposits/items"


def _links(page):
    """The links of a page by what they lead to."""
    return {link["rel"]: link for link in page["links"]}


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
    assert "next" not in {link["rel"] for link in last["links"]}


def test_next_keeps_the_question(edge_client, walk):
    pages = list(walk(edge_client, commodity="gold,silver", country="MX", bbox="-180,-90,180,90", lang="es", limit=5))
    assert len(pages) > 2
    assert sum(page["numberReturned"] for page in pages) == pages[0]["numberMatched"] < 148
    assert "lang=es" in _links(pages[0])["next"]["href"]


def test_links_are_absolute_and_self_leads_to_the_same_page(edge_client):
    page = edge_client.get(ITEMS, params={"limit": 2, "commodity": "gold,silver"}).json()
    assert {link["rel"] for link in page["links"]} == {"self", "alternate", "next", "collection"}
    assert all(link["href"].startswith("http://testserver/collections/deposits") for link in page["links"])
    again = edge_client.get(_links(page)["self"]["href"]).json()
    assert again == page


def test_prev_leads_back_page_by_page(edge_client, listed):
    page = edge_client.get(ITEMS, params={"limit": 40}).json()
    forward = [page]
    while "next" in _links(page):
        page = edge_client.get(_links(page)["next"]["href"]).json()
        forward.append(page)
    backward = [page]
    while "prev" in _links(page):
        page = edge_client.get(_links(page)["prev"]["href"]).json()
        backward.append(page)
    assert len(forward) == 4
    assert [each["features"] for each in backward[::-1]] == [each["features"] for each in forward]


@pytest.mark.parametrize(
    "sortby", ["name", "-name", "discovered_year,-name", "-discovered_year,id", "-retrieved,+state"]
)
def test_a_sorted_list_is_walked_whole_in_its_order(edge_client, walk, listed, sortby):
    whole = [f["id"] for f in edge_client.get(ITEMS, params={"sortby": sortby, "limit": 10_000}).json()["features"]]
    pages = [[f["id"] for f in page["features"]] for page in walk(edge_client, sortby=sortby, limit=13)]
    assert sorted(whole) == sorted(f["id"] for f in listed["features"])
    assert list(chain.from_iterable(pages)) == whole


def test_nulls_come_last_whichever_way_a_list_is_sorted(edge_client):
    for sortby, ordered in (("discovered_year", sorted), ("-discovered_year", lambda years: sorted(years)[::-1])):
        page = edge_client.get(ITEMS, params={"sortby": sortby, "limit": 10_000}).json()
        years = [feature["properties"]["discovered_year"] for feature in page["features"]]
        stated = [year for year in years if year is not None]
        assert stated
        assert years == [*ordered(stated), *[None] * (len(years) - len(stated))]


@pytest.mark.parametrize("sortby", ["", "colour", "name,name", "--name;", "licence", "name,id,state,status,country"])
def test_a_list_is_sorted_by_a_few_queryable_properties_only(edge_client, sortby):
    answer = edge_client.get(ITEMS, params={"sortby": sortby})
    assert answer.status_code == 400
    assert "sortby" in answer.json()["detail"]


def test_a_cursor_goes_on_with_its_own_question_only(edge_client):
    page = edge_client.get(ITEMS, params={"limit": 2, "commodity": "gold"}).json()
    cursor = _links(page)["next"]["href"].partition("cursor=")[2].partition("&")[0]
    assert "=" not in cursor
    for other in ({"commodity": "silver"}, {}, {"commodity": "gold", "sortby": "name"}):
        answer = edge_client.get(ITEMS, params={**other, "cursor": cursor})
        assert answer.status_code == 400
        assert "another question" in answer.json()["detail"]
    tampered = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    assert edge_client.get(ITEMS, params={"commodity": "gold", "cursor": tampered}).status_code == 400


def test_only_the_properties_asked_for_are_said(edge_client):
    features = edge_client.get(ITEMS, params={"properties": "state,name", "limit": 5}).json()["features"]
    assert {tuple(feature["properties"]) for feature in features} == {("name", "state")}


def test_a_list_without_positions(edge_client):
    features = edge_client.get(ITEMS, params={"skipGeometry": "true", "limit": 5}).json()["features"]
    assert {feature["geometry"] for feature in features} == {None}


@pytest.mark.parametrize(
    ("crs", "uri"),
    [
        ("EPSG:4326", "http://www.opengis.net/def/crs/EPSG/0/4326"),
        ("http://www.opengis.net/def/crs/EPSG/0/6372", "http://www.opengis.net/def/crs/EPSG/0/6372"),
        ("EPSG:32612", "http://www.opengis.net/def/crs/EPSG/0/32612"),
        ("EPSG:3857", "http://www.opengis.net/def/crs/EPSG/0/3857"),
        ("EPSG:6365", "http://www.opengis.net/def/crs/EPSG/0/6365"),
    ],
)
def test_positions_come_in_the_system_and_axis_order_asked_for(edge_client, listed, crs, uri):
    answer = edge_client.get(ITEMS, params={"crs": crs, "limit": 10_000})
    assert answer.headers["content-crs"] == f"<{uri}>"
    to = Transformer.from_crs("OGC:CRS84", f"EPSG:{uri.rpartition('/')[2]}")
    given = 0
    for feature, stored in zip(answer.json()["features"], listed["features"], strict=True):
        if feature["geometry"] is not None:
            expected = to.transform(*stored["geometry"]["coordinates"])
            assert feature["geometry"]["coordinates"] == pytest.approx(expected, abs=0.2)
            given += 1
    assert given > 120


@pytest.mark.parametrize("crs", ["EPSG:6372", "EPSG:32612", "EPSG:3857", "EPSG:4326"])
def test_a_box_in_another_system_finds_what_lies_in_it(edge_client, crs):
    box = (-112.0, 29.0, -108.0, 32.0)
    to = Transformer.from_crs("OGC:CRS84", crs)
    features = edge_client.get(ITEMS, params={"crs": crs, "limit": 10_000}).json()["features"]
    corners = [to.transform(x, y) for x, y in ((box[0], box[1]), (box[2], box[3]))]
    low, high = [min(axis) for axis in zip(*corners, strict=True)], [max(axis) for axis in zip(*corners, strict=True)]
    inside = {
        feature["id"]
        for feature in features
        if feature["geometry"]
        and all(a <= value <= b for a, value, b in zip(low, feature["geometry"]["coordinates"], high, strict=True))
    }
    asked = {"bbox": ",".join(map(str, (*low, *high))), "bbox-crs": crs, "limit": 10_000}
    found = {feature["id"] for feature in edge_client.get(ITEMS, params=asked).json()["features"]}
    assert inside
    assert found == inside


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
def test_a_system_that_we_do_not_know_is_refused(edge_client, name):
    answer = edge_client.get(ITEMS, params={name: "EPSG:99999", "bbox": "0,0,1,1"})
    assert answer.status_code == 400
    assert f"{name}='EPSG:99999'" in answer.json()["detail"]


def test_a_property_can_be_asked_for_by_its_name(edge_client, listed):
    asked = edge_client.get(ITEMS, params={"name": "Same place", "synthetic": "false"}).json()
    expected = [f["id"] for f in listed["features"] if f["properties"]["name"] == "Same place"]
    assert [feature["id"] for feature in asked["features"]] == expected == ["mrds-13", "mrds-14"]


def test_deposits_can_be_asked_for_by_their_ids(edge_client):
    asked = edge_client.get(ITEMS, params={"ids": "mrds-15,mrds-1,mrds-0"}).json()
    assert [feature["id"] for feature in asked["features"]] == ["mrds-1", "mrds-15"]


@pytest.mark.parametrize(
    ("datetime", "all_of_them"),
    [
        ("../..", True),
        ("0000-01-01T00:00:00Z/9999-12-31T00:00:00Z", True),
        ("2000-01-01/P1D", False),
        ("2999-01-01T00:00:00Z/..", False),
    ],
)
def test_a_time_is_that_of_retrieval(edge_client, datetime, all_of_them):
    assert edge_client.get(ITEMS, params={"datetime": datetime}).json()["numberMatched"] == (148 if all_of_them else 0)


def test_the_collections_of_the_sources_hold_together_what_the_whole_one_holds(edge_client, listed):
    numbers = {}
    for one in edge_client.get("/collections").json()["collections"]:
        page = edge_client.get(f"/collections/{one['id']}/items", params={"limit": 10_000}).json()
        assert one["itemCount"] == page["numberMatched"] == page["numberReturned"]
        numbers[one["id"]] = one["itemCount"]
    assert numbers.pop("deposits") == sum(numbers.values()) == 148
    assert edge_client.get("/collections/sgm/items/mrds-1").status_code == 404
    assert edge_client.get("/collections/mrds/items/mrds-1").status_code == 200
    assert edge_client.get("/collections/gold/items").status_code == 404


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
    feature = answer.json()
    assert {link["rel"] for link in feature.pop("links")} == {"self", "alternate", "collection"}
    assert feature == next(feature for feature in listed["features"] if feature["id"] == deposit_id)


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
