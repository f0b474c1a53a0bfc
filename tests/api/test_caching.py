"""Caches keep an answer and ask whether its release is still the current one."""

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from ingest.publish import rollback

ITEMS = "/collections/deposits/items"
TILE, EMPTY_TILE = "/tiles/deposits/2/0/1.mvt", "/tiles/deposits/5/31/31.mvt"
OF_A_RELEASE = (ITEMS, f"{ITEMS}/mrds-99900001", TILE, EMPTY_TILE, "/exports/deposits.geojson")
SPOKEN = ("/sources", "/vocabularies", "/vocabularies/commodity", "/lists")
NEW_ROW = {"dep_id": "1", "site_name": "New", "latitude": "30", "longitude": "-110"}


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_the_tag_stays_over_requests_and_restarts(client, sample_url, path):
    tags = {client.get(path).headers["etag"] for _ in range(5)}
    with TestClient(create_app(Settings(database_url=sample_url))) as restarted:
        tags.add(restarted.get(path).headers["etag"])
    assert len(tags) == 1


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_who_has_the_answer_gets_304_without_a_body(client, path):
    got = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'"other", {got.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control"):
        assert again.headers[name] == got.headers[name]
    assert {"Accept-Encoding", "Accept-Language"} <= set(again.headers["vary"].split(", "))


@pytest.mark.parametrize("path", OF_A_RELEASE)
@pytest.mark.parametrize("known", ['"other"', 'W/"other"', "", "W/", "etag"])
def test_who_has_another_answer_gets_this_one(client, path, known):
    assert client.get(path, headers={"If-None-Match": known}).status_code in (200, 204)


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_any_answer_is_good_to_who_asks_for_a_star(client, path):
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_caches_keep_the_answer_and_ask_each_time(client, path):
    assert client.get(path).headers["cache-control"] == "public, no-cache"


def test_two_tiles_and_two_filters_have_tags_of_their_own(client):
    asked = (TILE, "/tiles/deposits/2/1/1.mvt", f"{TILE}?commodity=gold", f"{TILE}?commodity=silver", ITEMS)
    assert len({client.get(path).headers["etag"] for path in asked}) == len(asked)


@pytest.mark.parametrize("path", [*OF_A_RELEASE, *SPOKEN])
def test_errors_are_never_kept(client, path):
    answer = client.get(path, params={"colour": "red"}, headers={"If-None-Match": "*"})
    assert answer.status_code == 400
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", SPOKEN)
def test_answers_in_a_language_are_kept_apart(client, path):
    spanish = client.get(path, headers={"Accept-Language": "es-MX"})
    assert spanish.headers["content-language"] == "es"
    assert "Accept-Language" in spanish.headers["vary"]
    assert client.get(path).headers["content-language"] == "en"


def test_a_release_and_a_rollback_change_what_is_served_without_a_restart(client_of, own_sample_store, add_mrds):
    client = client_of(own_sample_store)

    def served():
        page = client.get(ITEMS, params={"limit": 1})
        return page.json()["release"], page.json()["numberMatched"], page.headers["etag"], _tiles_tag(client)

    first = served()
    add_mrds(own_sample_store, [NEW_ROW])
    second = served()
    assert second[1] == first[1] + 1
    assert all(a != b for a, b in zip(first, second, strict=True))
    assert client.get(ITEMS, params={"limit": 1}, headers={"If-None-Match": first[2]}).status_code == 200
    rollback(own_sample_store)
    assert served() == first
    assert client.get(f"{ITEMS}/mrds-1").status_code == 404


def _tiles_tag(client):
    return client.get(TILE).headers["etag"]
