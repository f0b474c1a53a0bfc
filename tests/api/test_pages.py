"""The map page: served as built, with a policy that lets it run and load nothing but its own."""

import re

import pytest
from fastapi.testclient import TestClient

from app.api.routes import pages
from app.main import create_app
from app.settings import Settings

NOWHERE = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A page as its set-up builds one."""
    (tmp_path / "index.html").write_text("<!doctype html><title>Vetalode</title>", encoding="utf-8")
    (tmp_path / "main-LCN0BQ7E.js").write_text("export {};\n" * 1000, encoding="utf-8")
    monkeypatch.setattr(pages, "BUILT", tmp_path)
    with TestClient(create_app(NOWHERE)) as client:
        yield client


def test_the_page_and_its_files_are_served_without_a_database(built):
    page, script = built.get("/map"), built.get("/assets/main-LCN0BQ7E.js")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.startswith("<!doctype html>")
    assert re.match("(text|application)/javascript", script.headers["content-type"])


def test_the_page_s_address_may_say_what_it_shows(built):
    assert built.get("/map?commodity=gold&lang=es&deposit=mrds-1").status_code == 200


def test_the_page_may_load_its_own_only(built):
    policy = built.get("/map").headers["content-security-policy"]
    assert "http" not in policy
    assert "unsafe-eval" not in policy
    assert re.search(r"script-src 'self';|default-src 'self';", policy)


def test_the_page_is_asked_for_anew_each_time(built):
    assert built.get("/map").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_the_page_s_files_are_kept_for_good_where_their_name_changes_with_them(built, coding):
    script = built.get("/assets/main-LCN0BQ7E.js", headers={"Accept-Encoding": coding})
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    known = {"Accept-Encoding": coding, "If-None-Match": script.headers["etag"]}
    again = built.get("/assets/main-LCN0BQ7E.js", headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", script.headers["etag"])
    assert again.headers["cache-control"] == script.headers["cache-control"]
    assert built.get("/assets/index.html").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["../pages.py", "..%2f..%2fmain.py", "%2e%2e/main.py", "none.js", ".", "", "%00", "x" * 300]
)
def test_nothing_beside_the_page_s_files_is_served(built, path):
    answer = built.get(f"/assets/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/map", "/assets/main.js"])
def test_a_page_that_is_not_built_is_404_with_a_sentence(tmp_path, monkeypatch, path):
    monkeypatch.setattr(pages, "BUILT", tmp_path / "dist")
    with TestClient(create_app(NOWHERE), raise_server_exceptions=False) as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
