"""Caches keep an answer and ask whether its release is still the current one."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from ingest.publish import rollback

ITEMS = "/collections/deposits/items"
TILE, EMPTY_TILE = "/tiles/deposits/2/0/1.mvt", "/tiles/deposits/5/31/31.mvt"
TILES = (TILE, EMPTY_TILE, f"{TILE}?commodity=gold", f"{EMPTY_TILE}?commodity=gold")
OTHERS = (ITEMS, f"{ITEMS}/mrds-99900001", "/exports/deposits.geojson")
OF_A_RELEASE = (*OTHERS, *TILES)
SPOKEN = ("/sources", "/vocabularies", "/vocabularies/commodity", "/lists")
APP = Path(__file__).parents[2] / "app"
NEW_ROW = {"dep_id": "1", "site_name": "New", "latitude": "30", "longitude": "-110"}


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_the_tag_stays_over_requests_and_restarts(client, sample_url, archives, path):
    tags = {client.get(path).headers["etag"] for _ in range(5)}
    with TestClient(create_app(Settings(database_url=sample_url, archives=str(archives)))) as restarted:
        tags.add(restarted.get(path).headers["etag"])
    assert len(tags) == 1


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_who_has_the_answer_gets_304_without_a_body(client, path):
    got = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'"other", {got.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control"):
        assert again.headers[name] == got.headers[name]
    # A tile speaks no language.
    by = {"Accept-Encoding"} if path in TILES else {"Accept-Encoding", "Accept-Language"}
    assert by <= set(again.headers["vary"].split(", "))


@pytest.mark.parametrize("path", OF_A_RELEASE)
@pytest.mark.parametrize("known", ['"other"', 'W/"other"', "", "W/", "etag"])
def test_who_has_another_answer_gets_this_one(client, path, known):
    assert client.get(path, headers={"If-None-Match": known}).status_code in (200, 204)


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_any_answer_is_good_to_who_asks_for_a_star(client, path):
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304


def _moved(date, **by):
    return format_datetime(parsedate_to_datetime(date) + timedelta(**by), usegmt=True)


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_who_has_the_answer_of_that_very_second_gets_304(client, path):
    got = client.get(path)
    modified = got.headers["last-modified"]
    moment = parsedate_to_datetime(modified)
    # The form of today, and the two of old.
    for said in (
        modified,
        f"{moment:%A, %d-%b-%y %H:%M:%S GMT}",
        f"{moment:%a %b} {moment.day:2} {moment:%H:%M:%S %Y}",
    ):
        again = client.get(path, headers={"If-Modified-Since": said})
        assert (again.status_code, again.content) == (304, b"")
        assert {name: again.headers[name] for name in ("etag", "last-modified", "cache-control")} == {
            name: got.headers[name] for name in ("etag", "last-modified", "cache-control")
        }
        assert not {"content-type", "content-length"} & again.headers.keys()


@pytest.mark.parametrize("path", OF_A_RELEASE)
@pytest.mark.parametrize("by", [{"seconds": -1}, {"seconds": 1}, {"days": -400}, {"days": 1}])
def test_who_has_an_answer_of_another_moment_gets_this_one(client, path, by):
    # A later one too: after a rollback the older release is what answers.
    got = client.get(path)
    again = client.get(path, headers={"If-Modified-Since": _moved(got.headers["last-modified"], **by)})
    assert (again.status_code, again.content) == (got.status_code, got.content)


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "0",
        "2026-11-24T00:00:00Z",
        "Sun, 31 Feb 2026 00:00:00 GMT",
        "Sun, 06 Nov 99999999999 08:49:37 GMT",
    ],
)
def test_a_date_that_is_none_is_not_looked_at(client, date):
    assert client.get(ITEMS, headers={"If-Modified-Since": date}).status_code == 200


@pytest.mark.parametrize("path", OF_A_RELEASE)
def test_a_tag_goes_before_a_date(client, path):
    got = client.get(path)
    tag, date = got.headers["etag"], got.headers["last-modified"]
    assert client.get(path, headers={"If-None-Match": '"other"', "If-Modified-Since": date}).status_code != 304
    earlier = {"If-None-Match": tag, "If-Modified-Since": _moved(date, days=-1)}
    assert client.get(path, headers=earlier).status_code == 304


@pytest.mark.parametrize("date", [True, False])
def test_a_deposit_that_is_not_there_is_404_whatever_the_date(client, date):
    modified = client.get(ITEMS).headers["last-modified"] if date else "yesterday"
    assert client.get(f"{ITEMS}/mrds-0", headers={"If-Modified-Since": modified}).status_code == 404


@pytest.fixture(scope="module")
def believing(sample_url):
    """The service, which asks once an hour what is published."""
    with TestClient(create_app(Settings(database_url=sample_url, catalogue_fresh_s=3600))) as opened:
        yield opened


@pytest.mark.parametrize("accepted", ["application/json", "text/html"])
def test_an_answer_that_the_client_has_costs_the_database_nothing(believing, examples, statements, accepted):
    asking = 0
    for path in examples.values():
        got = believing.get(path, headers={"Accept": accepted})
        if "etag" in got.headers:
            asking += bool(statements)
            statements.clear()
            known = {"Accept": accepted, "If-None-Match": got.headers["etag"]}
            assert believing.get(path, headers=known).status_code == 304
            assert statements == []
    assert asking > 2


_SAYS_TAGS = """
import sys
from fastapi.testclient import TestClient
from app.main import from_env
with TestClient(from_env()) as client:
    for accept in ("text/html", "application/json"):
        print(client.get("/collections", headers={"Accept": accept}).headers["etag"])
"""


def _tags_of(program, sample_url):
    told = {**os.environ, "DATABASE_URL": sample_url}
    script = [sys.executable, "-c", _SAYS_TAGS]
    done = subprocess.run(script, cwd=program, env=told, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    "changed", ["web/pages/parts.html", "web/pages/pages.css", "api/said.py", "domain/terms/status.csv"]
)
def test_a_program_that_says_things_otherwise_has_other_tags(client, sample_url, tmp_path, changed):
    shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("node_modules", "dist", "__pycache__"))
    before = _tags_of(tmp_path, sample_url)
    assert before == _tags_of(APP.parent, sample_url)
    with (tmp_path / "app" / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert set(_tags_of(tmp_path, sample_url)) & set(before) == set()


@pytest.mark.parametrize("path", OTHERS)
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
