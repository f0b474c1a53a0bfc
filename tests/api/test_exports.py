"""An extract is the whole of what a filter wants, says where it comes from, and never looks whole when it is not."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import pytest
from sqlalchemy import text

EXTRACT = "/exports/deposits.geojson"


def test_an_extract_is_the_list(edge_client):
    extract = edge_client.get(EXTRACT)
    assert extract.headers["content-type"] == "application/geo+json"
    assert extract.json()["type"] == "FeatureCollection"
    listed = edge_client.get("/collections/deposits/items", params={"limit": 10_000}).json()
    assert extract.json()["features"] == listed["features"]


def test_an_extract_that_finds_nothing_is_an_empty_collection(edge_client):
    extract = edge_client.get(EXTRACT, params={"bbox": "100,60,101,61"})
    assert extract.status_code == 200
    assert (extract.json()["numberMatched"], extract.json()["features"]) == (0, [])


def test_an_extract_names_its_release_its_filter_and_its_sources_before_its_features(edge_client):
    extract = edge_client.get(EXTRACT, params={"commodity": "gold", "country": "MX", "lang": "es"}).json()
    told = ("release", "published", "schemaVersion", "collection", "filter", "numberMatched", "sources")
    assert tuple(extract) == ("type", *told, "features")
    assert extract["release"] == edge_client.get("/releases").json()["current"]
    assert extract["filter"] == {"commodity": "gold", "country": "MX"}
    assert extract["numberMatched"] == len(extract["features"]) > 0


def test_an_extract_carries_the_terms_of_its_sources(edge_client):
    mrds, sgm = edge_client.get(EXTRACT).json()["sources"]
    assert [set(source) >= {"id", "licence", "citation", "retrieved", "synthetic"} for source in (mrds, sgm)] == [
        True
    ] * 2
    assert (mrds["synthetic"], sgm["synthetic"]) == (85, 47)
    assert "Synthetic" in sgm["citation"]
    assert mrds["retrieved"] in mrds["citation"]


def test_an_extract_is_a_file_named_after_its_release(edge_client):
    release = edge_client.get("/releases").json()["current"]
    told = edge_client.get(EXTRACT).headers["content-disposition"]
    assert told == f'attachment; filename="vetalode-deposits-{release}.geojson"'


def test_an_extract_is_gzipped_for_those_who_take_it(sample_served):
    with httpx2.Client(base_url=sample_served, trust_env=False) as client:
        plain = client.get(EXTRACT, headers={"Accept-Encoding": "identity"})
        zipped = client.get(EXTRACT, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.num_bytes_downloaded < plain.num_bytes_downloaded / 5
    assert zipped.json() == plain.json()


@pytest.fixture(scope="module")
def big_served(serve, big_store) -> str:
    """The service on 20 000 deposits; of its two connections one may be used by extracts."""
    url = big_store.url.render_as_string(hide_password=False)
    return serve(url, POOL_SIZE="2", POOL_WAIT_S="0.5").url


@contextmanager
def _begun(reader, served):
    """An extract of which the first bytes were read: those, and what is still to come."""
    with reader.stream("GET", served + EXTRACT) as answer:
        assert answer.status_code == 200
        coming = answer.iter_raw()
        yield [next(coming)], coming


def test_a_big_extract_is_whole(big_served, reader):
    extract = reader.get(big_served + EXTRACT).json()
    assert len({feature["id"] for feature in extract["features"]}) == extract["numberMatched"] == 20_132


def test_the_service_does_not_run_ahead_of_its_reader(big_served, reader, big_store, at_work, eventually):
    with _begun(reader, big_served):
        time.sleep(0.5)
        (query,) = at_work(big_store)
        assert "FETCH FORWARD" in query
    assert eventually(lambda: not at_work(big_store))


def test_a_client_that_leaves_ends_its_query(big_served, reader, big_store, at_work, eventually):
    with _begun(reader, big_served):
        assert eventually(lambda: len(at_work(big_store)) == 1)
    assert eventually(lambda: not at_work(big_store))
    assert len(reader.get(big_served + EXTRACT).json()["features"]) == 20_132


def test_a_database_that_fails_midway_leaves_a_file_that_cannot_be_taken_for_whole(
    big_served, reader, big_store, at_work
):
    with _begun(reader, big_served) as (came, coming):
        _end_connections_at_work(big_store)
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete chunked read"):
            came.extend(coming)
    came = b"".join(came)
    assert came.startswith(b'{"type":"FeatureCollection"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(came)
    assert b"psycopg" not in came
    assert not at_work(big_store)


def test_after_a_failure_the_next_extract_is_whole(big_served, reader, big_store):
    with _begun(reader, big_served):
        _end_connections_at_work(big_store)
    assert len(reader.get(big_served + EXTRACT).json()["features"]) == 20_132


def _end_connections_at_work(store):
    with store.connect() as connection:
        ended = connection.scalars(
            text("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'vetalode-service' AND state <> 'idle'
            """)
        )
        assert list(ended) == [True]


def test_slow_extracts_leave_connections_for_everything_else(big_served, reader):
    with _begun(reader, big_served), httpx2.Client(base_url=big_served) as other:
        refused = other.get(EXTRACT)
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        assert int(refused.headers["retry-after"]) > 0
        assert other.get("/collections/deposits/items").status_code == 200
        with ThreadPoolExecutor(8) as many:
            tiles = many.map(lambda x: other.get(f"/tiles/deposits/3/{x}/3.mvt").status_code, range(8))
            assert set(tiles) <= {200, 204}


def test_a_slow_reader_of_a_list_holds_no_connection(big_served, reader, big_store, at_work, eventually):
    with reader.stream("GET", f"{big_served}/collections/deposits/items?limit=10000") as answer:
        coming = answer.iter_raw()
        assert next(coming)
        assert eventually(lambda: not at_work(big_store))
        assert sum(map(len, coming)) > 10_000_000


def test_an_extract_that_takes_too_long_is_given_up(serve, big_store, reader, at_work, eventually):
    served = serve(big_store.url.render_as_string(hide_password=False), EXPORT_TIMEOUT_S="1")
    with _begun(reader, served.url) as (_, coming):
        assert eventually(lambda: not at_work(big_store))
        with pytest.raises(httpx2.RemoteProtocolError):
            list(coming)
