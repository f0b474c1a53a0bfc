"""OWSLib, by which Python scripts read such services, reads the running one."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from owslib.ogcapi.features import Features

pytestmark = pytest.mark.conformance


@pytest.fixture(scope="module")
def service(big_served):
    return Features(f"{big_served.url}/")


def test_it_finds_what_the_service_is(service):
    assert {link["rel"] for link in service.links} >= {"service-desc", "conformance", "data"}
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in service.conformance()["conformsTo"]
    assert service.api()["openapi"].startswith("3.0.")


def test_it_finds_the_collection(service):
    assert "deposits" in service.feature_collections()
    about = service.collection("deposits")
    assert about["id"] == "deposits"
    assert about["title"]
    assert "country" in service.collection_queryables("deposits")["properties"]
    assert "country" in service.collection_schema("deposits")["properties"]


def test_it_reads_every_page(service, big_features):
    page = service.collection_items("deposits", limit=5000)
    seen = [feature["id"] for feature in page["features"]]
    while onward := [link["href"] for link in page["links"] if link["rel"] == "next"]:
        # It follows no links, but sends on whatever parameters it is given.
        cursor = dict(parse_qsl(urlsplit(onward[0]).query))["cursor"]
        page = service.collection_items("deposits", limit=5000, cursor=cursor)
        seen += [feature["id"] for feature in page["features"]]
    assert page["numberMatched"] == len(big_features)
    assert sorted(seen) == sorted(big_features)


def test_a_box_a_time_and_a_filter_find_what_they_say(service, big_features):
    found = service.collection_items(
        "deposits",
        bbox=[-112, 28, -105, 33],
        datetime_="2000-01-01/..",
        filter="country = 'MX'",
        limit=10_000,
    )
    meant = [
        i
        for i, one in big_features.items()
        if one["properties"]["country"] == "MX"
        and -112 <= one["geometry"]["coordinates"][0] <= -105
        and 28 <= one["geometry"]["coordinates"][1] <= 33
    ]
    assert meant
    assert sorted(feature["id"] for feature in found["features"]) == sorted(meant)


def test_it_reads_one_deposit(service, big_features):
    deposit_id = next(iter(big_features))
    assert service.collection_item("deposits", deposit_id)["properties"] == big_features[deposit_id]["properties"]
