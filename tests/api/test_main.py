"""The app is built from settings and opens nothing; other sites' pages may read it."""

import gzip
import subprocess
import sys

import pytest
from fastapi.testclient import TestClient

from app.main import create_app, from_env
from app.settings import Settings

UNREACHABLE = "postgresql://nobody@192.0.2.1:1/none"


def test_making_the_app_connects_to_nothing():
    with TestClient(create_app(Settings(database_url=UNREACHABLE))) as client:
        assert client.get("/health/live").json() == {"live": True}


def test_the_environment_makes_the_app(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", UNREACHABLE)
    monkeypatch.setenv("POOL_SIZE", "3")
    settings = from_env().app.state.wired.settings
    assert (settings.database_url, settings.pool_size) == ("postgresql+psycopg://nobody@192.0.2.1:1/none", 3)


def test_importing_the_service_opens_nothing_and_brings_nothing_heavy():
    script = """
import socket, sys
socket.socket.connect = lambda *given: sys.exit("it connects")
import app.main, app.__main__
print(*sorted({"pandas", "geopandas", "pyogrio", "pyproj", "rasterio", "ingest", "rich"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("\n", "", 0)


@pytest.mark.parametrize("path", ["/collections/deposits/items", "/tiles/deposits.json", "/health/live", "/nothing"])
def test_pages_of_other_sites_may_read_everything_without_cookies(client, path):
    answer = client.get(path, headers={"Origin": "https://example.org", "Cookie": "who=me"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_pages_of_other_sites_may_change_nothing(client):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "DELETE"}
    assert client.options("/sources", headers=asked).status_code == 400
    allowed = client.options("/sources", headers={**asked, "Access-Control-Request-Method": "GET"})
    assert allowed.status_code == 200
    assert "DELETE" not in allowed.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    "path", ["/collections/deposits/items", "/tiles/deposits/0/0/0.mvt", "/vocabularies/commodity"]
)
def test_answers_are_gzipped_for_those_who_take_it_only(client, path):
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as zipped:
        assert zipped.headers["content-encoding"] == "gzip"
        unzipped = gzip.decompress(b"".join(zipped.iter_raw()))
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    assert len(unzipped) == len(plain.content)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_description_is_openapi_3_0_in_the_language_asked_for(client, lang):
    answer = client.get("/api", params={"lang": lang})
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    described = answer.json()
    assert described["openapi"].startswith("3.0.")
    limit = described["components"]["parameters"]["limit"]["schema"]
    assert (limit["default"], limit["minimum"], limit["maximum"]) == (1000, 1, 10_000)
    for path, methods in described["paths"].items():
        assert methods.keys() == {"get"}, path
        assert methods["get"]["summary"]
    assert described["paths"]["/sources"]["get"]["summary"] == {"en": "Sources", "es": "Fuentes"}[lang]
    for name, parameter in described["components"]["parameters"].items():
        assert parameter["description"]
        assert parameter["required"] == (name in ("lon", "lat"))
